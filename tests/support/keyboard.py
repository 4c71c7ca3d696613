"""Somebody who goes through a run with the keys that the screen offers, and reads nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.support.console import RealConsole, settled
from tests.support.waiting import wait_until

_ASKED = {
    "Begin this run?": "begin",
    "This only looks. Run it?": "look",
    "This changes the box. Run it?": "change",
    "Which way?": "way",
    "Does it hold?": "condition",
    "Done?": "tick",
    "suggested": "input",
    "It failed:": "failed",
    "All steps are through": "end",
    "the run is over": "over",
}
_KEYS = {"change": "y", "tick": "y", "condition": "s"}


def asked(text: str) -> str | None:
    """Which question stands on the screen."""
    return next((kind for sentence, kind in _ASKED.items() if sentence in text), None)


def at(text: str) -> tuple[str, str | None]:
    """Where in the run the screen is: the step, and what is asked."""
    step = re.search(r"(\d+) of \d+ ·", text)
    return step[1] if step else "", asked(text)


def answer_by_the_screen(console: RealConsole, *, decline: bool = False, ways: Sequence[str] = ()) -> str:
    """Answer the question that stands there with a key that the screen offers; what was asked.

    At a decision the way is picked whose text holds one of `ways`. With `decline` no change is made.
    """
    text = _calm_question(console)
    place, question = at(text)
    assert question is not None
    assert question != "failed", text
    if question == "change" and decline:
        console.press("s")
        console.sees("Why")
        console.type("not tonight\r")
    elif question == "condition":
        console.press("s")
        console.sees("Why")
        console.type("that is not so here\r")
    elif question == "way":
        console.send(_number_of(text, ways))
    else:
        console.press(_KEYS.get(question, "⏎"))
    console.until(f"what comes after {question}", lambda text: at(text) != (place, question) and at(text)[1], within=90)
    return question


def _calm_question(console: RealConsole) -> str:
    """The screen with a question that has stood there for a moment.

    It takes no key before, so that what was typed earlier does not answer it.
    """
    return wait_until("a question", lambda: text if asked(text := settled(console)) else None, within=90)


def _number_of(text: str, ways: Sequence[str]) -> str:
    """The key of the way that is meant, or of the only one."""
    shown = re.findall(r"^\s*(\d) (.*?)\s+→ ", text, re.MULTILINE)
    meant = [number for number, way in shown if any(one in way for one in ways)]
    assert len(shown) == 1 or len(meant) == 1, text
    return meant[0] if meant else shown[0][0]


def go_through(console: RealConsole, *, decline: bool = False, ways: Sequence[str] = ()) -> list[str]:
    """From the page of a runbook to the end of its run, and back to the overview; the questions that were asked."""
    questions: list[str] = []
    while not questions or questions[-1] != "end":
        questions.append(answer_by_the_screen(console, decline=decline, ways=ways))
    console.sees("the run is over")
    settled(console)
    console.press("⏎")
    return questions
