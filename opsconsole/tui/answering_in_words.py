"""The answers to a run's question that need words, or a choice from a list: what is asked for them, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opsconsole.model.questions import (
    AskConfirm,
    AskFailed,
    AskInput,
    AskWay,
    Back,
    Edit,
    Override,
    Pick,
    Skip,
    Stop,
    Value,
    Yes,
)
from opsconsole.model.runbook import Risk
from opsconsole.model.text import one_line
from opsconsole.tui.screens.ask import Ask

if TYPE_CHECKING:
    from opsconsole.tui.screens.run import RunScreen

Act = Callable[["RunScreen"], None]


def _type(screen: RunScreen) -> None:
    asked = screen.desk.confirming
    if asked is None:
        return
    target = one_line(asked.target)

    def typed(name: str | None) -> None:
        if name is None or screen.desk.question is not asked:
            return
        if name.strip() == asked.target:
            screen.desk.give(Yes(typed=asked.target))
        else:
            screen.note("that is not the name; nothing was run")

    lead = "This destroys." if asked.command.risk is Risk.DESTROY else "This reaches far."
    _ask(screen, f"{one_line(asked.text, 400)}\n\n{lead} Type  {target}  to run it.", "run it", typed)


def _override(screen: RunScreen) -> None:
    asked = screen.desk.confirming

    def reason(words: str | None) -> None:
        if words is None or asked is None or screen.desk.question is not asked:
            return
        if words.strip():
            screen.desk.give(Override(words.strip()))
        else:
            screen.note("to break a rule needs a reason")

    _ask(screen, "Why is this rule broken? The reason stands in the report.", "break it", reason)


def _keep(screen: RunScreen) -> None:
    _skip(screen, keep=True)


def _skip(screen: RunScreen, keep: bool = False) -> None:
    asked = screen.desk.question

    def reason(words: str | None) -> None:
        if words is None or screen.desk.question is not asked:
            return
        if words.strip():
            screen.desk.give(Skip(words.strip(), keep=keep))
        else:
            screen.note("to skip needs a reason")

    _ask(screen, "Why is this left out? The reason stands in the report.", "skip it", reason)


def _stop(screen: RunScreen) -> None:
    asked = screen.desk.question

    def reason(words: str | None) -> None:
        if words is not None and screen.desk.question is asked:
            screen.desk.give(Stop(words.strip()))

    _ask(screen, "Stop the run here. Why? (may stay empty)", "stop the run", reason)


def _note(screen: RunScreen) -> None:
    asked = screen.desk.question

    def note(words: str | None) -> None:
        if words is not None and screen.desk.question is asked:
            screen.desk.give(Yes(note=words.strip()))

    _ask(screen, "A note for the report:", "done", note)


def _ways(screen: RunScreen) -> None:
    asked = screen.desk.question
    if not isinstance(asked, AskWay):
        return
    from opsconsole.tui.screens.choose import Choose

    names = [f"{number} {one_line(way.text)}  → {way.leads}" for number, way in enumerate(asked.ways, 1)]

    def chosen(name: str | None) -> None:
        if name is not None and screen.desk.question is asked:
            screen.desk.give(Pick(names.index(name)))

    screen.app.push_screen(Choose("Which way?", names), chosen)


def _go(screen: RunScreen) -> None:
    asked, state = screen.desk.question, screen.desk.state
    if state is None:
        return
    from opsconsole.tui.presentation.steps import label
    from opsconsole.tui.screens.choose import Choose

    names = [f"{number} {label(step.step)} ({step.progress.value})" for number, step in enumerate(state.steps, 1)]

    def chosen(name: str | None) -> None:
        if name is not None and screen.desk.question is asked:
            screen.desk.give(Back(names.index(name)))

    screen.app.push_screen(Choose("Go to which step?", names), chosen)


def _value(screen: RunScreen) -> None:
    asked = screen.desk.question
    if not isinstance(asked, AskInput):
        return

    def given(words: str | None) -> None:
        if words is not None and screen.desk.question is asked:
            screen.desk.give(Value(words))

    if asked.choices:
        from opsconsole.tui.screens.choose import Choose

        screen.app.push_screen(Choose(asked.text or asked.name, asked.choices), given)
    else:
        start = "" if asked.secret else asked.suggestion
        _ask(screen, asked.text or asked.name, "take it", given, start=start, secret=asked.secret)


def _edit(screen: RunScreen) -> None:
    asked = screen.desk.question
    state = screen.desk.state
    if isinstance(asked, AskConfirm):
        before = asked.text
    elif isinstance(asked, AskFailed) and state is not None:
        part = state.steps[asked.step].parts[asked.part]
        before = part.text or part.command.text
    else:
        return
    from opsconsole.tui.screens.edit import EditScreen

    def edited(text: str | None) -> None:
        if text is None or screen.desk.question is not asked:
            return
        if text.strip() and text != before:
            screen.desk.give(Edit(text))
        else:
            screen.note("the command is as it was")

    screen.app.push_screen(EditScreen(before), edited)


def _input(screen: RunScreen) -> None:
    """A line for what runs. What it asks for stands over the field; the answer to a password is not shown."""
    session, state = screen.desk.session, screen.desk.state
    asked = state.prompt if state is not None else None

    def typed(text: str | None) -> None:
        if text is not None and session is not None and screen.desk.running:
            session.send_input(text + "\n")

    words = f"It asks:  {one_line(asked.text)}" if asked is not None else "A line for the running command:"
    secret = asked is not None and asked.secret
    if secret:
        words += "\n\nWhat you type is not shown and not kept."
    _ask(screen, words, "send it", typed, secret=secret)


def _reason(screen: RunScreen) -> None:
    def given(words: str | None) -> None:
        if words is not None:
            screen.desk.reason = words.strip()
            screen.draw()

    _ask(screen, "Why is this run made? It stands in the report.", "take it", given, start=screen.desk.reason)


def _ask(
    screen: RunScreen,
    words: str,
    yes: str,
    then: Callable[[str | None], None],
    *,
    start: str = "",
    secret: bool = False,
) -> None:
    screen.app.push_screen(Ask(words, yes=yes, no="back", typed=True, start=start, secret=secret), then)


IN_WORDS: Final[dict[str, Act]] = {
    "type": _type,
    "override": _override,
    "keep": _keep,
    "skip": _skip,
    "stop": _stop,
    "note": _note,
    "value": _value,
    "edit": _edit,
    "input": _input,
    "reason": _reason,
    "ways": _ways,
    "go": _go,
}
"""Name of an act -> what it does."""
