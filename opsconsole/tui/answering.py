"""What each key does with a run's question: the answers that need more words ask for them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opsconsole.model.run import (
    Apart,
    AskConfirm,
    AskFailed,
    AskInput,
    AskWay,
    Back,
    Edit,
    Here,
    Override,
    Pick,
    Rest,
    Retry,
    Shell,
    Skip,
    Stop,
    Value,
    Yes,
)
from opsconsole.model.text import one_line
from opsconsole.tui.screens.ask import Ask

if TYPE_CHECKING:
    from opsconsole.tui.screens.run import RunScreen

Act = Callable[["RunScreen"], None]


def _yes(screen: RunScreen) -> None:
    screen.desk.give(Yes())


def _retry(screen: RunScreen) -> None:
    screen.desk.give(Retry())


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

    _ask(screen, f"{one_line(asked.text, 400)}\n\nThis destroys. Type  {target}  to run it.", "run it", typed)


def _rest(screen: RunScreen) -> None:
    screen.desk.give(Rest())


def _apart(screen: RunScreen) -> None:
    screen.desk.give(Apart())


def _here(screen: RunScreen) -> None:
    screen.desk.give(Here())


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


def _undo(screen: RunScreen) -> None:
    asked = screen.desk.question
    if isinstance(asked, AskFailed) and asked.undo_step is not None:
        screen.desk.give(Back(asked.undo_step))


def _pick(screen: RunScreen) -> None:
    if isinstance(screen.desk.question, AskWay):
        screen.desk.give(Pick(int(screen.pressed) - 1))


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


def _leave(screen: RunScreen) -> None:
    going_on = screen.desk.running or screen.desk.awaiting
    screen.desk.leave()
    screen.dismiss()
    said = "the step goes on" if going_on else "the run stays open"
    screen.console.overview.note(f"{said}; o takes it up")


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


ACTS: Final[dict[str, Act]] = {
    "yes": _yes,
    "type": _type,
    "retry": _retry,
    "rest": _rest,
    "apart": _apart,
    "here": _here,
    "override": _override,
    "keep": _keep,
    "skip": _skip,
    "stop": _stop,
    "note": _note,
    "undo": _undo,
    "suggestion": _suggestion,
    "value": _value,
    "edit": _edit,
    "leave": _leave,
    "input": _input,
    "shell": _shell,
    "terminal": _terminal,
    "reason": _reason,
    "pick": _pick,
    "ways": _ways,
    "go": _go,
    "more": _more,
    "close": _close,
    "again": _again,
    "begin": _begin,
}
"""Name of an act -> what it does."""
