"""The overview: four live panes, the findings, and the header that says at once how bad it is."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.tui.board import Board
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.marks import Marks, marked_keys, service_of
from opsconsole.tui.pane import Pane
from opsconsole.tui.panes import FINDINGS, PANES, PaneKind
from opsconsole.tui.presentation import header
from opsconsole.tui.presentation.growth import Growth
from opsconsole.tui.presentation.last_watch import last_watch
from opsconsole.tui.presentation.unread import title_reason
from opsconsole.tui.presentation.view import RUN_KEY, OpenRun, View
from opsconsole.tui.screens.boarded import SHRINK, BoardScreen

if TYPE_CHECKING:
    from opsconsole.model.check import Finding
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.model.stack import Service, Stack
    from opsconsole.tui.clipboard import Excerpt
    from opsconsole.watch.alerts.claim import LastRound

_HEADER_LINES = 2


class Overview(BoardScreen):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "take_up", "open run", id="keep-1.run"),
        Binding("r", "library", "runbooks", id="keep-2.library"),
        SHRINK,
        Binding("escape", "unmark", "clear marks", key_display="esc", id="keep-3.unmark"),
        Binding("l", "logs", "logs", id="keep-2.logs"),
        Binding("space", "mark", "mark", id="keep-4.mark"),
        Binding("x", "actions", "actions", id="keep-3.actions"),
        Binding("y", "copy", "copy", id="keep-7.copy"),
        Binding("w", "lately", "what changed here lately", show=False),
        Binding("q", "app.leave", "quit", id="keep-1.quit"),
    ]

    def __init__(self, stack: Stack | None) -> None:
        super().__init__(
            Board(
                [Pane(kind.name, kind.title, number=number, empty="looking…") for number, kind in enumerate(PANES, 1)],
                FINDINGS,
            )
        )
        self.stack = stack
        self.host = socket.gethostname().partition(".")[0]
        self.snapshot: Snapshot | None = None
        self.runs: Sequence[OpenRun] = ()
        self.titles: dict[str, str] = {}
        self.saying = ""
        self.watched: LastRound | None = None
        self.watch_known = False
        self.marks = Marks()
        self._growth = Growth()
        self._header = Canvas(id="header")

    # --- drawing -----------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, footer."""
        yield self._header
        yield self.board
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """The findings get the keys first: they are what somebody woken up came for."""
        self.pane(FINDINGS).focus()

    def on_screen_resume(self) -> None:
        """Much may have happened while another screen was in front."""
        if self.snapshot is not None:
            self.console.look_for_runs()
        self.call_after_refresh(self.draw)

    def see(self, snapshot: Snapshot) -> None:
        """Draw a new snapshot."""
        self.snapshot = snapshot
        self.draw()

    def tick(self, now: float) -> None:
        """Only the clock moves."""
        self._draw_header(now)

    def draw(self) -> None:
        """Draw all from the newest snapshot."""
        if not self.is_mounted or not self.size:
            return
        if self.snapshot is not None:
            view = View.of(self.snapshot, self._growth, self.titles, self.runs)
            for kind, pane in zip(PANES, self.panes, strict=True):
                self._draw_pane(kind, pane, view)
        self._draw_header(self.console.now())
        self.settle(self.size.width, self.size.height)
        self.draw_footer()

    def _draw_pane(self, kind: PaneKind, pane: Pane, view: View) -> None:
        targets = [target for target in view.snapshot.stack.watched if target.kind in kind.kinds]
        seen = any(target in view.snapshot.latest for target in targets)
        if kind.name == FINDINGS:
            looked_at = view.snapshot.standings or not view.snapshot.stack.checks
            nothing = "nothing is wrong" if view.snapshot.stack.checks else "this stack has no checks"
            pane.empty = self.saying or (nothing if looked_at else "looking…")
        else:
            pane.empty = kind.empty if not targets else "looking…"
        if pane.display:
            rows = kind.rows(view, pane.inner_width) if seen or kind.name == FINDINGS else ()
            marked = marked_keys(view.snapshot, kind.name, (row.key for row in rows), self.marks)
            pane.show_rows(rows, title_reason(view.snapshot, targets) if targets else "", marked)

    def _draw_header(self, now: float) -> None:
        size, name = self.app.size, self.stack.name if self.stack else "looking…"
        wanted = self.watch_known and self.stack is not None and self.stack.alerts is not None
        watch = last_watch(self.watched, wanted=wanted, now=now)
        read_only = self.console.read_only
        lines = header.lines(
            self.snapshot, name, size.width, size.height, self.host, now, read_only=read_only, watch=watch
        )[:_HEADER_LINES]
        if self._header.styles.height is None or self._header.styles.height.value != len(lines):
            self._header.styles.height = len(lines)
        self._header.show(lines)

    # --- the services that are meant ----------------------------------------------------------------------

    def standing_note(self) -> str:
        """How many services are marked."""
        return f"{len(self.marks)} marked" if self.marks else ""

    def under_cursor(self) -> Service | None:
        """The service that the row under the cursor is about."""
        pane = self.focused
        if self.snapshot is None or not isinstance(pane, Pane) or pane.cursor is None:
            return None
        return service_of(self.snapshot, pane.pane_name, pane.cursor)

    def meant(self) -> tuple[Service, ...]:
        """What an action is about: the services that are marked, else that under the cursor."""
        stack, here = self.stack, self.under_cursor()
        if stack is not None and self.marks:
            return tuple(found for name in self.marks.names if (found := stack.service(name)))
        return (here,) if here is not None else ()

    def action_mark(self) -> None:
        """Mark the service under the cursor, or take its mark away."""
        if (here := self.under_cursor()) is not None:
            self.marks.toggle(here.name)
            self.draw()

    def action_unmark(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self.draw()

    # --- keys --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        own = {
            "take_up": bool(self.runs),
            "unmark": bool(self.marks),
            "mark": self.under_cursor() is not None,
            "actions": bool(self.meant()),
        }
        return own[action] if action in own else super().check_action(action, parameters)

    def to_copy(self) -> Excerpt | None:
        """The row under the cursor."""
        from opsconsole.tui import copying

        return copying.of_overview(self)

    def action_lately(self) -> None:
        """What changed on the box, beside the selected finding where there is one."""
        from opsconsole.tui import lately

        lately.show_beside(self.console, self._finding(self.pane(FINDINGS).cursor))

    def action_actions(self) -> None:
        """What can be done to the services that are meant."""
        from opsconsole.tui import acting

        acting.open_actions(self.console, self.meant())

    def action_library(self) -> None:
        """Open the library of runbooks."""
        self.console.open_library()

    def action_logs(self) -> None:
        """The logs of what the row under the cursor, or the marks, are about."""
        from opsconsole.tui.opening_logs import open_from_overview

        open_from_overview(self)

    def action_take_up(self) -> None:
        """Take up the newest open run."""
        if self.runs:
            self.console.take_up(self.runs[0].id)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """A finding opens its runbook; a row of another pane the close look at what it is about."""
        if event.key.startswith(RUN_KEY):
            self.console.take_up(event.key.removeprefix(RUN_KEY))
            return
        if event.pane.pane_name != FINDINGS:
            from opsconsole.tui import looking

            looking.open_row(self.console, event.pane.pane_name, event.key)
            return
        if found := self._finding(event.key):
            self.console.open_finding(found)

    def _finding(self, check: str | None) -> Finding | None:
        findings = self.snapshot.findings if self.snapshot is not None else ()
        return next((one for one in findings if one.check == check), None)
