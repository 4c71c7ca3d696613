"""What all screens have: a trail back, a footer of what can be done now, notes, and the newest snapshot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.screen import Screen

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.footer import KeyHint, footer, written

if TYPE_CHECKING:
    from textual.binding import Binding

    from opsconsole.model.snapshot import Snapshot
    from opsconsole.tui.clipboard import Excerpt
    from opsconsole.tui.console import Console

_NOTE_STAYS = 6.0  # seconds


class OpsScreen(Screen[Any], inherit_bindings=False):
    """A screen of the console. Its bindings are the one source of the footer, of the page of keys and of the palette.

    `crumb` is what the trail calls it. One that yields a `Canvas(id="header")` gets the trail drawn there, with the
    verdict; one that yields a `Canvas(id="footer")` the keys.
    """

    crumb = ""

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
        self.draw_header()

    def tick(self, now: float) -> None:
        """A second has passed; `now` is in epoch seconds."""
        self.draw_header()

    def note(self, words: str) -> None:
        """Say what just happened, for some seconds, at the right of the footer."""
        self._note = (words, time.monotonic())
        self.set_timer(_NOTE_STAYS + 0.1, self.draw_footer)
        self.draw_footer()

    def unsay(self, words: str) -> None:
        """What was said of something that went on is not so any more."""
        if self._note[0] == words:
            self._note = ("", 0.0)
            self.draw_footer()

    def standing_note(self) -> str:
        """What stands at the right of the footer while nothing has just happened."""
        return ""

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

    # --- where one is ------------------------------------------------------------------------------------

    def trail(self) -> list[str]:
        """What the screens are called that lead here, the overview by the name of its stack."""
        stack = self.console.overview.stack
        names = [stack.name if stack is not None else "overview"]
        for screen in self.app.screen_stack[1:]:
            if isinstance(screen, OpsScreen):
                names.append(screen.crumb)
            if screen is self:
                break
        return names

    def draw_header(self) -> None:
        """Draw the trail, the verdict and the clock, where this screen has a header that is not its own."""
        from opsconsole.tui.presentation import trail

        app = self.console
        for bar in self.query("#header").results(Canvas):
            bar.show([trail.header(self.trail(), app.snapshot, self.size.width, app.now(), read_only=app.read_only)])

    # --- keys --------------------------------------------------------------------------------------------

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
        if isinstance(self.focused, Pane) and self.focused.typing:
            return list(self.focused.typing)
        return [self._hint(binding) for binding, show in self.possible() if show]

    def _hint(self, binding: Binding) -> KeyHint:
        return KeyHint(self._written(binding), self._does(binding), self._rank(binding), binding.key)

    def _rank(self, binding: Binding) -> int:
        """How long a key stays in the footer. Who cannot click any more must see how to get that back."""
        return 0 if binding.action == "mouse" and not self.console.mouse.held else rank_of(binding)

    def words_for(self, binding: Binding) -> tuple[str, str]:
        """What a binding does now, and how its key is written."""
        return self._does(binding), self._written(binding)

    def _written(self, binding: Binding) -> str:
        """How the key is written, or the keys that belong together."""
        return binding.key_display or written(binding.key)

    def _does(self, binding: Binding) -> str:
        """What a binding does now, in a word or two: some do two things in turn."""
        if binding.action == "open" and isinstance(self.focused, Pane):
            return self.focused.opens
        return self.console.mouse.does if binding.action == "mouse" else binding.description

    def key_groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """For the page of keys: titles with (keys, what they do), from the bindings that work now."""
        groups: dict[str, dict[str, list[str]]] = {}
        for key, active in self.active_bindings.items():
            binding = active.binding
            if active.enabled and binding.description:
                keys = groups.setdefault(self._group(active.node), {}).setdefault(self._does(binding), [])
                shown = self._written(binding)
                keys.append(shown if " " in shown or "-" in shown[1:] else written(key))
        for title in sorted(groups, key=_GROUPS.index):
            yield title, [(" ".join(dict.fromkeys(keys)), does) for does, keys in groups[title].items()]

    def _group(self, node: object) -> str:
        return _GROUPS[2] if node is self.app else _GROUPS[1] if node is self else _GROUPS[0]

    def draw_footer(self) -> None:
        """Draw the footer for what is possible now."""
        said, at = self._note
        note = said if said and time.monotonic() - at < _NOTE_STAYS else self.standing_note()
        for bar in self.query("#footer").results(Canvas):
            bar.show([footer(self.hints(), bar.size.width, note)])

    def on_pane_moved(self) -> None:
        """Other keys may be possible now."""
        self.draw_footer()

    def on_descendant_focus(self) -> None:
        """Another part has the keys."""
        self.draw_footer()

    def on_click(self, event: events.Click) -> None:
        """A key that is written somewhere is pressed by a click, a crumb of the trail leads to its screen."""
        from opsconsole.tui.clicking import follow

        follow(self.console, event)


_GROUPS = ("In what has the frame lit", "On this screen", "Everywhere")
"""The titles of the page of keys, in their order."""


def rank_of(binding: Binding) -> int:
    """Bindings say how long they stay in a narrow footer by the group in their id: `keep-1.open`."""
    head, _, rest = (binding.id or "").partition(".")
    return int(head.removeprefix("keep-")) if rest and head.startswith("keep-") else 5
