"""From a part to a process: ask for its values, let the guard look, have the holder start it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opsconsole.model.questions import Answer, AskInput, Value
from opsconsole.model.runbook import Placeholder, Risk
from opsconsole.model.text import one_line
from opsconsole.run.attach import NO_TERMINAL, make_room, terminal_type
from opsconsole.run.carrying import lost_secrets, named_in, wish_for
from opsconsole.run.kinds import Kind
from opsconsole.run.lock import claimed_by, lock_path, mark_of
from opsconsole.run.place import Place, place_of, shell_of, wants_terminal
from opsconsole.run.questions import Refusal
from opsconsole.run.starting import digest
from opsconsole.run.values import Ready, choices, fault_of, fill_in, input_for, needed, suggestion
from opsconsole.run.who import user_name

if TYPE_CHECKING:
    from opsconsole.run.session import Session

READ_TIMEOUT: Final = 600.0
"""Seconds that a step which only reads may take where its author does not say (runbook-format.md)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A part with its values, or what the operator answered in place of one."""

    ready: Ready | None
    instead: Answer | None = None


async def make_ready(run: Session, step: int, part: int) -> Filled:
    """The part's command with all its values, asking for those that are not known yet."""
    text = run.state.steps[step].parts[part].command.text
    for placeholder in needed(text, run.state):
        if placeholder.name in run.state.inputs or placeholder.name in run.secrets:
            continue
        answer = await _ask_value(run, step, placeholder)
        if not isinstance(answer, Value):
            return Filled(None, answer)
    for name in await _lost(run):
        answer = await run.ask(AskInput(name, f"{name}, which an earlier step had set?", secret=True))
        if not isinstance(answer, Value):
            return Filled(None, answer)
        await run.give(name, answer.text, secret=True)
    return Filled(fill_in(text, run.state, run.secrets))


async def _lost(run: Session) -> tuple[str, ...]:
    """The secrets of the run's session that went with the holder which had them."""
    if not any(one.secret for one in run.state.carried):
        return ()
    known = (await run.link.ask("knows"))["known"]
    return lost_secrets(run.state, {*known, *run.secrets})


async def _ask_value(run: Session, step: int, placeholder: Placeholder) -> Answer | None:
    """Ask until the value is acceptable; a `Value` answer has been taken in already."""
    wanted = input_for(placeholder, run.state.runbook)
    offer, problem = await suggestion(wanted, run.stack, _place(run, step).cwd, run.guard)
    if placeholder.optional:
        offer = offer or placeholder.text
    while True:
        question = AskInput(wanted.name, wanted.ask, offer, choices(wanted, run.stack), wanted.secret, problem)
        answer = await run.ask(question)
        if not isinstance(answer, Value):
            return answer
        kept = placeholder.optional and answer.text == placeholder.text
        problem = "" if kept else fault_of(answer.text, wanted, run.stack)
        if not problem:
            await run.give(wanted.name, answer.text, secret=wanted.secret)
            return answer


def refusal(run: Session, step: int, part: int, ready: Ready) -> Refusal:
    """Whether the part may start now; an empty reason where it may."""
    now = run.state.steps[step].parts[part]
    vouched = now.command.risk is Risk.READ and not now.edited
    broken = bool(now.override) and now.override_of == ready.text
    refused = run.guard.refuse(ready.text, declared_read=vouched, overridden=broken)
    if refused:
        breakable = run.guard.refuse(ready.text, declared_read=vouched, overridden=True) is None
        return Refusal(one_line(refused), breakable)
    if opens(run, step, ready.text) and not run.operator.has_terminal:
        return Refusal(NO_TERMINAL)
    return Refusal(claimed(run) if now.command.risk.changes else "")


def claimed(run: Session) -> str:
    """Who else is changing the stack, in one line; empty where nobody is."""
    return claimed_by(_lock(run), mark_of(run.folder)) or ""


def opens(run: Session, step: int, text: str) -> bool:
    """Whether the command takes the whole terminal (a shell, an editor, `top`), and waits for somebody to leave it."""
    from opsconsole.runbook.risk import assess

    return not run.state.steps[step].step.options.interpreter and any(command.opens for command in assess(text))


def takes_terminal(run: Session, step: int, text: str) -> bool:
    """Whether the command is to have the person's own terminal: it opens something, or its author says so."""
    here = run.state.steps[step].step
    by_author = here.options.interactive and not any(command.opens for command in here.commands)
    return by_author or opens(run, step, text)


async def start_part(run: Session, step: int, part: int, ready: Ready) -> None:
    """Have the part started: the very text that was shown, past the guard once more."""
    here = run.state.steps[step]
    now = here.parts[part]
    name = {"step": step, "part": part, "name": here.step.name}
    refused = ready.problem or refusal(run, step, part, ready).reason
    if refused:
        await run.append(Kind.REFUSED, {**name, "text": ready.text, "reason": refused})
        return
    place = place_for(run, step, part, ready)
    changes = now.command.risk.changes
    run.series.setdefault((step, part), time.monotonic())
    run.interrupted.clear()
    interactive = takes_terminal(run, step, ready.text)
    if interactive and not run.operator.has_terminal:
        run.operator.tell(f"{NO_TERMINAL}: nobody can type into it")
    if interactive:
        make_room(run)
    await run.link.ask(
        "start",
        **name,
        attempt=now.attempt + 1,
        text=ready.text,
        digest=digest(ready.text),
        argv=place.argv,
        cwd=str(place.cwd),
        where=place.words,
        env={**ready.env, **({"TERM": terminal_type()} if interactive else {})},
        reads=place.terminal,
        session=wish_for(run.state, place, ready.text, run.secrets),
        secrets=ready.secrets,
        risk=now.command.risk.word,
        timeout=here.step.options.timeout or (None if changes or interactive or now.command.endless else READ_TIMEOUT),
        interactive=interactive,
        kill_after=here.step.options.kill_after,
        **(change_lock(run) if changes else {}),
        after=run.state.seq,
    )


def change_lock(run: Session) -> dict[str, Any]:
    """What the holder needs to keep others from changing the stack meanwhile."""
    since = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M UTC")
    who = {
        "user": user_name(),
        "run": run.state.id,
        "mark": mark_of(run.folder),
        "title": run.state.runbook.title,
        "since": since,
    }
    return {"lock": str(_lock(run)), "claimant": who}


def shell_place(run: Session, step: int) -> Place:
    """Where somebody may look around by hand: where `step` runs."""
    state = run.state
    return shell_of(state.steps[step].step, state.runbook, run.stack, run.user, state.host, state.cwd)


def place_for(run: Session, step: int, part: int, ready: Ready) -> Place:
    """Where the part runs."""
    return _place(run, step, ready, strict=bool(run.state.steps[step].parts[part].joined))


def _place(run: Session, step: int, ready: Ready | None = None, *, strict: bool = False) -> Place:
    state = run.state
    names = {*ready.env, *named_in(state, ready.text)} if ready else ()
    where = (state.steps[step].step, state.runbook, run.stack, run.user, state.host)
    terminal = ready is None or wants_terminal(state.steps[step].step, ready.text)
    return place_of(*where, names, strict=strict, session_cwd=state.cwd, terminal=terminal)


def _lock(run: Session) -> Path:
    return lock_path(run.stack.name, run.stack.home, run.stack.state_folder)
