"""A close look at one thing of the stack, in sections: what is known, and what is read while one looks."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.model.sample import Problem
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import sections
from opsconsole.tui.presentation.arrangement import Mode
from opsconsole.tui.presentation.spans import Line
from opsconsole.tui.presentation.spell import SPELLS, Spell
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.presentation.treatment import BOOK, FINDING
from opsconsole.tui.screens.boarded import SHRINK, BoardScreen
from opsconsole.tui.sections import Drawing, Section, Sections

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.tui.clipboard import Excerpt

_FRESH: Final = 30.0
"""Seconds after which what was read on demand is read again, while the screen is in front."""

_WORTH_SAYING: Final = 0.5
"""Seconds of waiting from which it is said what is waited for."""


class CloseUp(BoardScreen):
    """Sections, of which the first is a drawing over time. What they show is asked of pure functions by its heirs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        SHRINK,
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
        Binding("t", "spell", "15 min/1 h/all", id="keep-2.spell"),
        Binding("R", "again", "read again", id="keep-6.again"),
        Binding("y", "copy", "copy", id="keep-7.copy"),
    ]

    def __init__(self, snapshot: Snapshot, drawing: Drawing, others: Sequence[Section]) -> None:
        self.sections: list[Section] = [drawing, *others]
        super().__init__(Sections(self.sections))
        self.snapshot = snapshot
        self.drawing = drawing
        self.spell: Spell = "quarter"
        self.answers: dict[str, Any] = {}
        self._since: dict[str, float] = {}
        self._answered: dict[str, float] = {}
        self._titles: dict[str, str] = {}
        self._summary = Canvas(id="summary")
        self._strip = Canvas(id="strip")

    # --- what heirs say ----------------------------------------------------------------------------------

    def summary(self, width: int) -> list[Line]:
        """What it is and how it stands, in a line; below that the one thing that matters most."""
        raise NotImplementedError

    def drawn(self, room: tuple[int, int]) -> tuple[str, list[Line]]:
        """The drawing's title and its lines, for so many cells and lines."""
        raise NotImplementedError

    def rows(self, section: str, width: int) -> Sequence[Row]:
        """The rows of a section."""
        raise NotImplementedError

    def is_wrong(self, section: str) -> bool:
        """Whether a section has something that should be seen."""
        return False

    def is_old(self) -> bool:
        """Whether it has been looked at for so long that there is more to be shown than the last quarter of an hour."""
        raise NotImplementedError

    def questions(self) -> dict[str, tuple[str, Callable[[], Awaitable[Any]]]]:
        """What is read on demand: by name, whom it is asked of, and the asking."""
        return {}

    # --- drawing -----------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """The trail, the summary, the names of the sections where not all are seen, sections, footer."""
        yield Canvas(id="header")
        yield self._summary
        yield self._strip
        yield self.board
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """What is wrong gets the keys first; else the drawing."""
        self._strip.styles.height = 1
        self.go_to(next((one for one in self.sections if self.is_wrong(one.pane_name)), self.drawing))
        self.ask()

    def on_screen_resume(self) -> None:
        """Much may have happened while another screen was in front."""
        if self.console.snapshot is not None:
            self.see(self.console.snapshot)
        self.call_after_refresh(self.draw)

    def on_drawing_resized(self) -> None:
        """It is made for its size."""
        self._draw_drawing()

    def see(self, snapshot: Snapshot) -> None:
        """Draw a new snapshot."""
        self.snapshot = snapshot
        self.draw()

    def tick(self, now: float) -> None:
        """Say how long something has been waited for, and read again what is old."""
        self.draw_header()
        if self.console.overview.titles is not self._titles:  # they are read after the first snapshot
            self._titles = self.console.overview.titles
            self.draw()
        waiting = [name for name, since in self._since.items() if time.monotonic() - since > _WORTH_SAYING]
        if waiting:
            self.draw()
        done = [at for name, at in self._answered.items() if name not in self._since]
        if done and not self._since and time.monotonic() - min(done) > _FRESH:
            self.ask()

    def draw(self) -> None:
        """Draw all from the newest snapshot and from what was answered."""
        if not self.is_mounted or not self.size:
            return
        self.draw_header()
        self._draw_summary()
        for section in self.sections[1:]:
            if section.display:
                section.show_rows(list(self.rows(section.pane_name, max(section.inner_width, 8))))
        self._draw_drawing()
        self.settle(self.size.width, self.size.height)
        self.draw_footer()

    def _draw_summary(self) -> None:
        """Where room is short, only what matters most of it; and which section is which, where not all are seen."""
        mode = self._mode()
        lines = self.summary(self.app.size.width)
        lines = lines[-1:] if mode == "single" else lines
        if self._summary.styles.height is None or self._summary.styles.height.value != len(lines):
            self._summary.styles.height = len(lines)
        self._summary.show(lines)
        titles = [(one.short, self.is_wrong(one.pane_name)) for one in self.sections]
        here = next((place for place, one in enumerate(self.sections) if one.has_focus), 0)
        self._strip.display = mode != "wide"
        self._strip.show([sections.strip(titles, here, self.app.size.width)])

    def _draw_drawing(self) -> None:
        if self.drawing.display and min(self.drawing.room) > 0:
            self.drawing.title, lines = self.drawn(self.drawing.room)
            self.drawing.draw_lines(lines)

    def _mode(self) -> Mode:
        return sections.mode(self.app.size.width, self.app.size.height)

    def settle(self, width: int, height: int) -> None:
        """Arrange the sections for a screen of that size."""
        focused = self.focused
        only = focused.pane_name if isinstance(focused, Section) else self.board.only
        self.board.settle(sections.mode(width, height), only, maximised=self.maximised)

    # --- reading on demand -------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask everything that is read on demand. What was answered before stays in sight meanwhile."""
        for name, (_, asking) in self.questions().items():
            if name not in self._since:
                self._since[name] = time.monotonic()
                self.run_worker(self._asked(name, asking), group=f"reading {name}", exclusive=True, exit_on_error=False)

    async def _asked(self, name: str, asking: Callable[[], Awaitable[Any]]) -> None:
        try:
            answer = await asking()
        except Exception as fault:  # a fault of ours in one reader takes nothing else along
            answer = f"a fault of ours: {one_line(f'{type(fault).__name__}: {fault}', 160)}"
        finally:
            self._since.pop(name, None)
        self._answered[name] = time.monotonic()
        self.answers[name] = answer.reason if isinstance(answer, Problem) else answer
        self.draw()

    def answer(self, name: str) -> Any:
        """What was read; a sentence where it could not be, or is not there yet."""
        if name in self.answers:
            return self.answers[name]
        whom = self.questions()[name][0] if name in self.questions() else "it"
        since = self._since.get(name)
        waited = time.monotonic() - since if since is not None else 0.0
        return (
            f"asking {whom} for {duration(int(waited))}; esc stops it" if waited > _WORTH_SAYING else f"asking {whom}…"
        )

    def standing_note(self) -> str:
        """What is being read again, and for how long, while what was read before stands there."""
        asked, now = self.questions(), time.monotonic()
        late = [(now - since, name) for name, since in self._since.items() if name in self.answers and name in asked]
        waited, name = max(late, default=(0.0, ""))
        return f"asking {asked[name][0]} for {duration(int(waited))}" if waited > _WORTH_SAYING else ""

    # --- keys --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        if action == "spell":
            return self.drawing.display and self.is_old()
        return bool(self.questions()) if action == "again" else super().check_action(action, parameters)

    def action_spell(self) -> None:
        """Another stretch of time."""
        self.spell = SPELLS[(SPELLS.index(self.spell) + 1) % len(SPELLS)]
        self.draw()

    def action_again(self) -> None:
        """Read again what is read on demand."""
        self.ask()
        self.note("reading again")

    def to_copy(self) -> Excerpt | None:
        """The row under the cursor, or the words of the drawing."""
        from opsconsole.tui.clipboard import Excerpt
        from opsconsole.tui.presentation import excerpts

        pane = self.focused
        if not isinstance(pane, Section) or pane.cursor is None:
            return None
        row = next((row for row in pane.rows if row.key == pane.cursor), None)
        return Excerpt("the row", excerpts.of_row(row.lines)) if row is not None else None

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """A finding opens its runbook, and a runbook itself."""
        from opsconsole.tui import opening

        if event.key.startswith(FINDING):
            name = event.key.removeprefix(FINDING)
            found = next((one for one in self.snapshot.findings if one.check == name), None)
            if found is not None:
                opening.open_finding(self.console, found)
        elif event.key.startswith(BOOK):
            opening.open_named(self.console, event.key.removeprefix(BOOK), self.run_inputs())

    def run_inputs(self) -> dict[str, str]:
        """What a runbook that is opened from here is given."""
        return {}

    def action_close(self) -> None:
        """Back to where one came from. What is still being read is read for nobody, and stopped."""
        self.dismiss()

    def on_descendant_focus(self) -> None:
        """Another section has the keys."""
        self._draw_summary()
        self.draw_footer()
