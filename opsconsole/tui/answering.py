"""What each key does with a run's question. What needs more words than a key is in answering_in_words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opsconsole.model.questions import (
    Apart,
    AskFailed,
    AskInput,
    AskWay,
    Back,
    Here,
    Pick,
    Rest,
    Retry,
    Shell,
    Value,
    Yes,
)
from opsconsole.tui.answering_in_words import IN_WORDS, Act

if TYPE_CHECKING:
    from opsconsole.tui.screens.run import RunScreen


def _yes(screen: RunScreen) -> None:
    screen.desk.give(Yes())


def _retry(screen: RunScreen) -> None:
    screen.desk.give(Retry())


def _rest(screen: RunScreen) -> None:
    screen.desk.give(Rest())


def _apart(screen: RunScreen) -> None:
    screen.desk.give(Apart())


def _here(screen: RunScreen) -> None:
    screen.desk.give(Here())


def _undo(screen: RunScreen) -> None:
    asked = screen.desk.question
    if isinstance(asked, AskFailed) and asked.undo_step is not None:
        screen.desk.give(Back(asked.undo_step))


def _pick(screen: RunScreen) -> None:
    if isinstance(screen.desk.question, AskWay):
        screen.desk.give(Pick(int(screen.pressed) - 1))


def _more(screen: RunScreen) -> None:
    screen.read_on()


def _close(screen: RunScreen) -> None:
    screen.action_close()


def _again(screen: RunScreen) -> None:
    screen.begin()


def _begin(screen: RunScreen) -> None:
    screen.begin()


def _suggestion(screen: RunScreen) -> None:
    asked = screen.desk.question
    if isinstance(asked, AskInput):
        screen.desk.give(Value(asked.suggestion))


def _leave(screen: RunScreen) -> None:
    going_on = screen.desk.running or screen.desk.awaiting
    screen.desk.leave()
    screen.dismiss()
    said = "the step goes on" if going_on else "the run stays open"
    screen.console.overview.note(f"{said}; o takes it up")


def _shell(screen: RunScreen) -> None:
    if screen.console.read_only:
        screen.note("read-only: no shell")
    elif not screen.desk.has_terminal:
        screen.note("there is no terminal here to give")
    else:
        screen.desk.give(Shell())


def _terminal(screen: RunScreen) -> None:
    if screen.desk.session is not None:
        screen.desk.session.take_terminal()


ACTS: Final[dict[str, Act]] = {
    "yes": _yes,
    "retry": _retry,
    "rest": _rest,
    "apart": _apart,
    "here": _here,
    "undo": _undo,
    "suggestion": _suggestion,
    "leave": _leave,
    "shell": _shell,
    "terminal": _terminal,
    "pick": _pick,
    "more": _more,
    "close": _close,
    "again": _again,
    "begin": _begin,
    **IN_WORDS,
}
"""Name of an act -> what it does."""
