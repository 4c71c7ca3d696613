"""Changing the theme of a running console: everything that is drawn is drawn anew, on every screen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

from opsconsole.tui.ink import in_ascii, knows_signs, make_ink

if TYPE_CHECKING:
    from textual.color import Color

    from opsconsole.tui.console import Console
    from opsconsole.tui.theme import Theme


class _AsTheTerminalCan(LineFilter):
    """What Textual's own widgets draw, without colours or without signs. What we draw ourselves is so already."""

    def __init__(self, *, colours: bool, signs: bool) -> None:
        super().__init__(enabled=not (colours and signs))
        self._colours, self._signs = colours, signs

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments as this terminal may see them."""
        return [Segment(self._text(text), self._style(style), control) for text, style, control in segments]

    def _text(self, text: str) -> str:
        return text if self._signs else in_ascii(text)

    def _style(self, style: Style | None) -> Style | None:
        return style if self._colours or style is None else style.without_color


def filters(*, colours: bool) -> list[LineFilter]:
    """What stands between Textual's widgets and the terminal, in place of Textual's own, which turn colours grey."""
    return [_AsTheTerminalCan(colours=colours, signs=knows_signs())]


def use(console: Console, theme: Theme) -> None:
    """Draw all in this theme from now on."""
    from opsconsole.tui.canvas import Canvas

    console.theme_here = theme
    console.ink = make_ink(theme, colours=not console.no_color)
    console.refresh_css(animate=False)
    for screen in console.screen_stack:
        for canvas in screen.query(Canvas):
            canvas.redraw()
        screen.refresh()


def use_named(console: Console, name: str) -> bool:
    """Take the theme of that name and keep it for the next console; whether it could be had. Why not is told."""
    from opsconsole.model.trouble import TroubleError
    from opsconsole.tui.liking import remember
    from opsconsole.tui.screens.tell import Tell
    from opsconsole.tui.theme import load

    try:
        use(console, load(name, os.environ))
    except TroubleError as error:
        console.push_screen(Tell.of(error))
        return False
    why = remember(name, os.environ)
    console.say(f"theme {name}" + (f"; not kept: {why}" if why else ""))
    return True


def choose(console: Console) -> None:
    """A list of all themes; the one under the cursor is shown at once, and what was before where none is taken."""
    from opsconsole.tui.screens.themes import ThemeScreen

    console.push_screen(ThemeScreen())


def tell_troubles(console: Console) -> None:
    """What is wrong with the theme that was meant; the console has come up in the usual one."""
    if console.theme_troubles:
        from opsconsole.model.trouble import Trouble, TroubleError
        from opsconsole.tui.screens.tell import Tell

        shown = Trouble(f"the theme is {console.theme_here.name} until this is mended; T chooses another")
        console.push_screen(Tell.of(TroubleError(*console.theme_troubles, shown)))
