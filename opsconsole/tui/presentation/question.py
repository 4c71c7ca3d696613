"""A run's question: its words, and which keys give which answer. Pure; the screen only carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opsconsole.model.questions import (
    AskChanged,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskShown,
    AskTick,
    AskUnknown,
    AskWatch,
    AskWay,
    Question,
)
from opsconsole.model.runbook import Risk
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.tui.presentation.footer import PRESS
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, cut, line, words, wrap


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the keys that give it, what it does in a word or two, and the name of the act.

    `shown` is how the keys are written where each of them means something of its own, as in `1-3`; `short` what it
    does where room is short.
    """

    keys: tuple[str, ...]
    does: str
    act: str
    shown: str = ""
    short: str = ""


_DIGITS: Final = 9
_WAYS_IN_SIGHT: Final = 5
"""Ways that stand in the question itself; where there are more, they stand in the list."""

_FAR: Final = ("This reaches far.", "degraded")
"""Of what its author wants confirmed as if it destroyed."""

_SKIP: Final = Choice(("s",), "skip", "skip")
_EDIT: Final = Choice(("e",), "edit", "edit")
_STOP: Final = Choice(("x", "S"), "stop the run", "stop", short="stop")
_MORE: Final = Choice(("space",), "see the rest of it first", "more", short="read on first")
_GO: Final = Choice(("b",), "go to a step", "go", short="go to")
_LEAVE: Final = Choice(("q",), "leave it open", "leave", short="leave")
_UNWATCH: Final = Choice(("q",), "stop watching", "leave")
BEGIN: Final = (Choice(("enter",), "begin", "begin"), Choice(("e",), "reason", "reason"))
OVER: Final = (Choice(("enter", "q"), "back to the overview", "close"),)
BROKEN: Final = (Choice(("r",), "try again", "again"), Choice(("enter", "q"), "back to the overview", "close"))
WAITING: Final = (Choice(("q",), "leave it waiting", "leave"),)
RUNNING: Final = (
    Choice(("i",), "type into it", "input"),
    Choice(("exclamation_mark",), "its terminal", "terminal"),
    Choice(("q",), "leave it running", "leave"),
)
PASSWORD: Final = (Choice(("i",), "type the password", "input"), *RUNNING[1:])
_SHELL: Final = Choice(("exclamation_mark",), "shell", "shell")


def choices(question: Question, *, read_on: bool = False) -> tuple[Choice, ...]:
    """What can be answered, the usual answer first.

    With `read_on` not all of the command has been in sight: nothing that changes the box can be confirmed yet.
    """
    own = _own(question)
    if read_on and isinstance(question, AskConfirm) and question.mode != "no" and not question.refused:
        own = (_MORE, *own[1:])
    leave = _UNWATCH if isinstance(question, AskWatch) else _LEAVE
    return (*own, leave) if isinstance(question, AskChanged | AskWatch) else (*own, _SHELL, leave)


def _own(question: Question) -> tuple[Choice, ...]:
    match question:
        case AskConfirm():
            own = _for_command(question)
        case AskInput():
            own = _for_value(question)
        case AskTick():
            own = (Choice(("y", "enter"), "done", "yes"), Choice(("e",), "with a note", "note"), _SKIP, _GO, _STOP)
        case AskWay():
            own = (*_ways(question), _SKIP, _GO, _STOP)
        case AskShown():
            here = (Choice(("h",), "run it here", "here"),) if question.here else ()
            own = (Choice(("d",), "done there", "note"), _SKIP, *here, _GO, _STOP)
        case AskFailed():
            undo = (Choice(("u",), "take it back", "undo", short="undo"),) if question.undo_step is not None else ()
            keep = (Choice(("k",), "skip, keep what it set", "keep"),) if question.leaves else ()
            own = (Choice(("r",), "retry", "retry"), *undo, _SKIP, *keep, _EDIT, _GO, _STOP)
        case AskChanged(running=running):
            own = (Choice(("y",), "go on with the text it began with", "yes"), *(() if running else (_STOP,)))
        case AskWatch(not_now=not_now):
            own = () if not_now else (Choice(("y",), "take over", "yes"),)
        case AskUnknown():
            own = (Choice(("r",), "run again", "retry"), Choice(("d",), "it was done", "note"), _SKIP, _GO, _STOP)
        case _:
            own = (Choice(("enter", "y"), "end the run", "yes"), _GO)
    return own


def _ways(question: AskWay) -> tuple[Choice, ...]:
    """A number for each of the first nine, and a list for all of them."""
    digits = tuple(str(number) for number in range(1, min(len(question.ways), _DIGITS) + 1))
    shown = f"1-{digits[-1]}" if len(digits) > 1 else digits[0]
    return (
        Choice(digits, "go that way", "pick", shown, short="go"),
        Choice(("enter",), "choose from a list", "ways", short="list"),
    )


def _for_value(question: AskInput) -> tuple[Choice, ...]:
    if question.suggestion:
        return (Choice(("enter",), "take it", "suggestion"), Choice(("e",), "another", "value"), _STOP)
    return (Choice(("enter",), "choose" if question.choices else "type it", "value"), _STOP)


def _for_command(question: AskConfirm) -> tuple[Choice, ...]:
    apart = (Choice(("p",), "one at a time", "apart"),) if question.joined else ()
    if question.refused:
        override = (Choice(("o",), "override the rule", "override"),) if question.overridable else ()
        return (_SKIP, _EDIT, Choice(("r",), "look again", "retry"), *override, *apart, _STOP)
    if question.mode == "type":
        run = Choice(("y",), "type the name to run", "type", short="type its name")
    elif question.mode == "yes" or question.condition:
        run = Choice(("y",), "run" if not question.condition else "it holds, run", "yes")
    else:
        run = Choice(("enter", "y"), "run", "yes")
    rest = (Choice(("A",), "all the rest", "rest"),) if question.rest else ()
    return (run, *rest, *apart, _SKIP, _EDIT, _GO, _STOP)


def runs_change(question: Question | None, key: str) -> bool:
    """Whether that key, without more ado, runs something that changes the box."""
    if not isinstance(question, AskConfirm) or question.mode == "no":
        return False
    return any(key in choice.keys and choice.act == "yes" for choice in choices(question))


def lines(question: Question, size: int) -> list[Line]:
    """The question in words, folded to `size` cells."""
    match question:
        case AskConfirm():
            out = wrap(_confirm(question), size)
        case AskInput():
            out = _value(question, size)
        case AskTick():
            out = [line(("Done?", "strong"))]
        case AskWay():
            out = _way_lines(question, size)
        case AskShown(why=why):
            out = wrap(line(("Not run here: ", "degraded"), *_words(why, "strong")), size)
        case AskFailed():
            out = _failed(question, size)
        case AskWatch(words=who, not_now=not_now):
            said = "; ".join(filter(None, (who, not_now)))
            out = wrap(line(("Watching: ", "now"), *_words(said, "strong")), size)
        case AskChanged(words=changed):
            lead = "The runbook has changed since this run began: "
            out = wrap(line((lead, "degraded"), *_words(changed, "strong")), size)
        case AskUnknown(reason=reason):
            out = wrap(line(("Outcome unknown: ", "unknown"), *_words(reason, "strong")), size)
        case _:
            out = _end(question, size)
    return out


def _way_lines(question: AskWay, size: int) -> list[Line]:
    asked = "One of these is done, the others are not. Which?" if question.alternatives else "Which way?"
    many = len(question.ways) > _WAYS_IN_SIGHT
    more = (f"  {len(question.ways)} ways; the list shows where each leads", "dim") if many else ""
    out = wrap(line((asked, "strong"), more), size)
    for number, way in enumerate(() if many else question.ways, 1):
        drawn = line((f"{number} ", "key"), *_words(way.text, "strong"), "  → ", *_words(way.leads, "dim"))
        out.append(cut(tuple(span._replace(to=f"{PRESS}{number}") for span in drawn), size))
    return out


def _value(question: AskInput, size: int) -> list[Line]:
    suggested = ("  ", ("suggested ", "dim"), (one_line(question.suggestion), "value")) if question.suggestion else ()
    out = wrap(line(*_words(question.text or question.name, "strong"), *suggested), size)
    return [*wrap(words(question.problem, "down", 300), size), *out] if question.problem else out


def _failed(question: AskFailed, size: int) -> list[Line]:
    out = wrap(line(("It failed: ", "down"), *_words(question.reason, "strong")), size)
    if question.undo_step is not None and question.undo:
        out.append(cut(line(("u undoes it with  ", "dim"), *_words(question.undo, "value")), size))
    if question.leaves:
        out += wrap(line(("It has set  ", "dim"), *_words("  ".join(question.leaves), "value")), size)
    return out


def _words(text: str, style: str) -> Line:
    return words(text, style, 600)


def _confirm(question: AskConfirm) -> Line:
    if question.refused:
        return line(("Refused: ", "down"), *_words(question.refused, "strong"))
    if question.condition:
        return line(("Only if ", "degraded"), *_words(question.condition, "strong"), ("  Does it hold?", "strong"))
    if question.mode == "type":
        lead, style = ("This destroys.", "down") if question.command.risk is Risk.DESTROY else _FAR
        return line(
            (f"{lead} To run it, the name ", style), (one_line(question.target), "strong"), (" must be typed.", style)
        )
    if question.mode == "yes":
        return line(("This changes the box. Run it?", "strong"))
    return line(("This only looks. Run it?", "strong"))


def _end(question: AskEnd, size: int) -> list[Line]:
    if not question.still_wrong and question.stay_green:
        lasting = f"All steps are through. Recovered means green for {duration(question.stay_green)}."
        return wrap(line((lasting, "good")), size)
    if not question.still_wrong:
        return [line(("All steps are through, and what this runbook treats is well.", "good"))]
    out = [line(("All steps are through, but this is still wrong:", "degraded"))]
    for found in question.still_wrong:
        style = LEVEL_STYLES[found.level]
        said = line((f"{found.level.sign} ", style), *_words(found.check, "strong"), "  ", *_words(found.reason, ""))
        out += wrap(said, size, "  ")
    return out
