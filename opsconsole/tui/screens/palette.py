"""The palette: a few letters find a screen, a service, a runbook, a run or a key, and Enter goes there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.palette import PROVIDERS, Entry, entries_of
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.footer import KeyHint, footer
from opsconsole.tui.presentation.palette import ranked, rows
from opsconsole.tui.typed import TypedLine

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

_KEYS = (
    KeyHint("⏎", "go there", 0, "enter"),
    KeyHint("esc", "back", 1, "escape"),
    KeyHint("↑ ↓", "choose", 2),
    KeyHint("^U", "begin again", 3, "ctrl+u"),
)
_KEPT = 50
"""How many of the last used are remembered."""


class PaletteScreen(ModalScreen[None]):
    """A line to type in and what fits it. What providers have to read comes in as it is read."""

    CSS = """
    PaletteScreen { align: center top; background: $console-background 60%; }
    PaletteScreen > Vertical { width: 84; max-width: 100%; height: 70%; min-height: 8; margin: 2 0 0 0; }
    PaletteScreen Pane { height: 1fr; }
    PaletteScreen #keys { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("down,ctrl+n", "move(1)", "next"),
        Binding("up,ctrl+p", "move(-1)", "before"),
        Binding("pagedown", "page(1)", "page down"),
        Binding("pageup", "page(-1)", "page up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._typed = TypedLine()
        self._entries: dict[str, list[Entry]] = {provider: [] for provider in PROVIDERS}
        self._reading = len(PROVIDERS)
        self._pane = Pane("found", "", empty="nothing of that name")

    def compose(self) -> ComposeResult:
        """What fits, and the keys."""
        with Vertical():
            yield self._pane
            yield Canvas(id="keys")

    def on_mount(self) -> None:
        """Ask every provider; the small screen gives all its room."""
        if self.app.size.height < 20:
            box = self.query_one(Vertical)
            box.styles.margin, box.styles.height = 0, "100%"
        self._pane.focus()
        for provider in PROVIDERS:
            self.run_worker(self._ask(provider), group="palette", exit_on_error=False)

    async def _ask(self, provider: str) -> None:
        try:
            self._entries[provider] = await entries_of(provider, cast("Console", self.app))
        finally:
            self._reading -= 1
            self._draw()

    def on_resize(self) -> None:
        """Draw for the size there is."""
        self.call_after_refresh(self._draw)

    def _all(self) -> Iterator[Entry]:
        for entries in self._entries.values():
            yield from entries

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        entries = list(self._all())
        found = ranked(entries, self._typed.words, cast("Console", self.app).recent)
        more = " · reading…" if self._reading else ""
        self._pane.title = f": {self._typed.words}▏  {len(found)} of {len(entries)}{more}"
        self._pane.show_rows(rows(found, self._typed.words, self._pane.inner_width))
        keys = self.query_one("#keys", Canvas)
        keys.show([footer(_KEYS, keys.size.width)])

    # --- keys --------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Letters narrow the list down, and the best of what is left has the cursor."""
        if self._typed.press(event.key, event.character):
            self._sought()
        if event.is_printable:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is typed."""
        self._typed.paste(event.text)
        self._sought()

    def _sought(self) -> None:
        self._pane.cursor = None
        self._pane.show_rows(())
        self._draw()

    def action_move(self, by: int) -> None:
        """Choose another."""
        self._pane.action_move(by)

    def action_page(self, by: int) -> None:
        """Further down, further up."""
        self._pane.action_page(by)

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()

    def action_go(self) -> None:
        """Go to what is under the cursor."""
        chosen = next((entry for entry in self._all() if entry.id == self._pane.cursor), None)
        if chosen is not None:
            recent = cast("Console", self.app).recent
            recent[:] = [chosen.id, *(each for each in recent if each != chosen.id)][:_KEPT]
            self.dismiss()
            self.app.call_later(chosen.go)

    def on_pane_opened(self) -> None:
        """A double click."""
        self.action_go()

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it; one on a key presses that."""
        from opsconsole.tui.clicking import follow

        if event.widget is self:
            self.dismiss()
        else:
            follow(cast("Console", self.app), event)
