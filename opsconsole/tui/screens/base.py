"""What all screens have: a footer of what can be done now, notes, and the newest snapshot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.footer import KeyHint, footer, written

if TYPE_CHECKING:
    from textual.binding import Binding

    from opsconsole.model.snapshot import Snapshot
    from opsconsole.tui.clipboard import Excerpt
    from opsconsole.tui.console import Console

_NOTE_STAYS = 6.0  # seconds


class OpsScreen(Screen[Any], inherit_bindings=False):
    """A screen of the console. Its bindings are the one source of the footer and of the page of keys."""

    def __init__(self) -> None:
        super().__init__()
        self._note: tuple[str, float] = ("", 0.0)

    @property
    def console(self) -> Console:
        """The app, by its own type."""
        from opsconsole.tui.console import Console

        return cast(Console, self.app)

    def see(self, snapshot: Snapshot) -> None:
        """There is a new snapshot; draw it."""

    def tick(self, now: float) -> None:
        """A second has passed; `now` is in epoch seconds."""

    def note(self, words: str) -> None:
        """Say what just happened, for some seconds, at the right of the footer."""
        self._note = (words, time.monotonic())
        self.set_timer(_NOTE_STAYS + 0.1, self.draw_footer)
        self.draw_footer()

    def standing_note(self) -> str:
        """What stands at the right of the footer while nothing has just happened."""
        return ""

    def possible(self) -> Iterator[tuple[Binding, bool]]:
        """Every binding that does something now, each once, with whether it belongs in the footer."""
        seen = set()
        for active in self.active_bindings.values():
            binding = active.binding
            if binding.action not in seen and active.enabled and binding.description:
                seen.add(binding.action)
                yield binding, binding.show

    def hints(self) -> list[KeyHint]:
        """What the footer offers."""
        return [
            KeyHint(binding.key_display or written(binding.key), binding.description, _rank(binding))
            for binding, show in self.possible()
            if show
        ]

    def key_groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """For the page of keys: titles with (keys, what they do), from the bindings that work now."""
        groups: dict[str, dict[str, list[str]]] = {}
        for key, active in self.active_bindings.items():
            binding = active.binding
            if active.enabled and binding.description:
                title = "Everywhere here" if active.node in (self, self.app) else "In what has the frame lit"
                keys = groups.setdefault(title, {}).setdefault(binding.description, [])
                keys.append(binding.key_display or written(key))
        for title, entries in groups.items():
            yield title, [(" ".join(dict.fromkeys(keys)), does) for does, keys in entries.items()]

    def to_copy(self) -> Excerpt | None:
        """What `y` copies here, on screens that bind it; None where there is nothing."""
        return None

    def action_copy(self) -> None:
        """Copy it to the clipboard of whoever sits here."""
        from opsconsole.tui import clipboard

        found = self.to_copy()
        if found is None:
            self.note("there is nothing to copy here")
        else:
            clipboard.copy(self.console, found)

    def draw_footer(self) -> None:
        """Draw the footer for what is possible now."""
        said, at = self._note
        note = said if time.monotonic() - at < _NOTE_STAYS else self.standing_note()
        for bar in self.query("#footer").results(Canvas):
            bar.show([footer(self.hints(), bar.size.width, note)])

    def action_help(self) -> None:
        """Show the page of keys."""
        from opsconsole.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self))


def _rank(binding: Binding) -> int:
    """Bindings say how long they stay in a narrow footer by the group in their id: `keep-1.open`."""
    head, _, rest = (binding.id or "").partition(".")
    return int(head.removeprefix("keep-")) if rest and head.startswith("keep-") else 5
