"""Clicks on what is written as a key or as a place: whatever keys do can be done with the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.keys import key_to_character

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.footer import PRESS
from opsconsole.tui.presentation.spans import at
from opsconsole.tui.presentation.trail import CRUMB

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


def written_at(event: events.Click) -> str:
    """Where the words that were clicked lead; empty where they lead nowhere."""
    widget = event.widget
    if not isinstance(widget, Canvas):
        return ""
    region = widget.region
    x, y = int(event.screen_x) - region.x, int(event.screen_y) - region.y
    lines = widget.shown()
    span = at(lines[y], x) if 0 <= y < len(lines) else None
    return span.to if span is not None else ""


def press(app: App[int], key: str) -> None:
    """Press a key, by the name that Textual has for it."""
    event = events.Key(key, key_to_character(key))
    event.set_sender(app)  # else it would not come up beyond whoever was clicked
    app.post_message(event)


def follow(console: Console, event: events.Click) -> None:
    """Do what the clicked words stand for."""
    to = written_at(event)
    if to.startswith(PRESS):
        press(console, to.removeprefix(PRESS))
    elif to.startswith(CRUMB):
        back_to(console, int(to.removeprefix(CRUMB)))


def back_to(console: Console, place: int) -> None:
    """Leave the screens above that one of the trail, 0 for the overview."""
    from opsconsole.tui.screens.base import OpsScreen

    stack = [screen for screen in console.screen_stack if isinstance(screen, OpsScreen)]
    for _ in stack[place + 1 :]:
        console.pop_screen()
