"""What Ctrl-C does to the run at a desk. Where it does nothing to it, it leaves the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk


def does(desk: Desk) -> str:
    """What it would do to the run now, in a word or two; empty where it leaves the console."""
    return "interrupt it" if desk.running else "stop the waiting" if desk.awaiting else ""


def interrupt(desk: Desk) -> str:
    """Do it, and say what was done; empty where there was nothing to interrupt."""
    session, state = desk.session, desk.state
    if session is None or state is None or desk.over:
        return ""
    if desk.running or desk.awaiting:
        said = "interrupted" if desk.running else "not waiting any longer"
        session.interrupt()
        return said
    if desk.question is None:  # also in the moment between two attempts
        return "this ends by itself; q on the overview leaves"
    return ""
