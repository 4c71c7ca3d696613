"""What is done about each move of a run: ask, start, follow, judge, look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsconsole.model.questions import (
    Answer,
    Apart,
    AskConfirm,
    AskTick,
    Back,
    Edit,
    Here,
    Leave,
    Override,
    Pick,
    Rest,
    Retry,
    Skip,
    Stop,
    Yes,
)
from opsconsole.model.run import OpsCheck, Progress
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.run import choosing, moves, questions
from opsconsole.run.following import follow_part, follow_shell
from opsconsole.run.foreseeing import Surroundings, foresee
from opsconsole.run.going import make_ready, place_for, refusal, start_part
from opsconsole.run.green import watch_green
from opsconsole.run.holding import Holding, holding, looks_at_checks
from opsconsole.run.kinds import Kind
from opsconsole.run.ops_checks import ops_check_data
from opsconsole.run.parting import on_demand
from opsconsole.run.proving import judge_ended

if TYPE_CHECKING:
    from opsconsole.run.place import Place
    from opsconsole.run.session import Session
    from opsconsole.run.values import Ready

LOOK_WITHIN = 60.0
"""Seconds that an OPS-check may take at most; its probes have time-outs of their own that are far shorter."""


async def act(run: Session, move: moves.Move) -> None:
    """Do what `move` says; the run's state has moved on when this returns, unless it is to be tried again."""
    await _ACTS[type(move)](run, move)


async def _take_ops_check(run: Session, move: moves.TakeOpsCheck) -> None:
    run.waiting_for(f"OPS-check {move.label}")
    try:
        check = await look(run, move.label)
    finally:
        run.waiting_for("")
    await run.append(Kind.OPS_CHECK, ops_check_data(check))


async def look(run: Session, label: str) -> OpsCheck:
    """An OPS-check as the run keeps it. That there could be none is part of the record, and never ends the run."""
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            seen = await run.ops_check()
    except Exception as error:  # whatever a probe does, the run goes on and says that it was not verified
        words = one_line(str(error)) or type(error).__name__
        return OpsCheck(0.0, label, Level.UNKNOWN, {}, problem=f"no OPS-check: {words}")
    levels = {name: standing.level for name, standing in seen.standings.items()}
    return OpsCheck(seen.at, label, seen.level, levels, seen.findings)


async def _confirm(run: Session, move: moves.Confirm) -> None:
    held = await _when(run, move)
    if held is not None and held.holds is False and move.step not in run.insisted:
        await _leave_out(run, move, held)
        return
    filled = await make_ready(run, move.step, move.part)
    if filled.ready is None:
        await _settle(run, move.step, move.part, filled.instead)
        return
    refused = refusal(run, move.step, move.part, filled.ready)
    place = place_for(run, move.step, move.part, filled.ready)
    foreseen = () if refused.reason else await _foreseen(run, place, filled.ready)
    question = questions.ask_confirm(run.state, move.step, move.part, filled.ready, place, refused, held)
    question = replace(question, forecast=(*question.forecast, *foreseen))
    answer = await run.ask(question)
    if isinstance(answer, Yes):
        typed_right = question.mode != "type" or answer.typed.strip() == question.target
        if typed_right and not question.refused:
            await start_part(run, move.step, move.part, filled.ready)
        return
    if await _change_what_is_asked(run, question, answer):
        return
    await _settle(run, move.step, move.part, answer, how="refused" if question.refused else "stopped")


async def _foreseen(run: Session, place: Place, ready: Ready) -> tuple[str, ...]:
    """What compose would recreate, where the command is one of compose's and compose can be asked."""
    if "compose" not in ready.text or place.session in ("process", "container"):
        return ()
    set_here = {one.name: run.secrets.get(one.name, one.value) for one in run.state.carried if one.exported}
    around = Surroundings(place.cwd, {**set_here, **ready.env}, run.state.started, fresh=bool(set_here))
    run.waiting_for("what compose will do")
    try:
        return await foresee(ready.text, around)
    finally:
        run.waiting_for("")


async def _when(run: Session, move: moves.Confirm) -> Holding | None:
    """Whether the step's `when` holds; None where it has none. What a run can work out is settled by the first part."""
    here = run.state.steps[move.step]
    wish = here.step.options.when
    if not wish:
        return None
    seen = await look(run, f"for {here.step.name}") if looks_at_checks(run.state, wish) else None
    found = holding(run.state, wish, seen.levels if seen else {})
    begun = any(part.progress is not Progress.TODO for part in here.parts)
    return Holding(True) if begun and found.holds is not None else found


async def _leave_out(run: Session, move: moves.Confirm, held: Holding) -> None:
    wish = run.state.steps[move.step].step.options.when
    for part in range(move.part, len(run.state.steps[move.step].parts)):
        reason = one_line(f"only when {wish}; {held.words}", 2000)
        await run.append(Kind.SKIPPED, {**about(run, move.step, part), "reason": reason})


async def _change_what_is_asked(run: Session, question: AskConfirm, answer: Answer | None) -> bool:
    """The answers that lead to another question about the same commands; whether this was one."""
    name = about(run, question.step, question.part)
    match answer:
        case Rest():
            if question.rest:
                await run.append(Kind.JOINED, {**name, "count": question.rest})
        case Apart():
            if question.joined:
                await run.append(Kind.PARTED, name)
        case Override(reason):
            if question.overridable and reason.strip():
                said = {"text": question.text, "rule": question.refused, "reason": one_line(reason, 2000)}
                await run.append(Kind.OVERRIDDEN, {**name, **said})
        case _:
            return False
    return True


async def _show(run: Session, move: moves.Show) -> None:
    question = questions.ask_shown(run.state, move.step, move.part)
    answer = await run.ask(question)
    if isinstance(answer, Yes):
        note = one_line(answer.note, 2000) or "done where it is meant for"
        await run.append(Kind.TICKED, {**about(run, move.step, move.part), "note": note})
    elif isinstance(answer, Here) and question.here:
        await _confirm(run, moves.Confirm(move.step, move.part))
    else:
        await _settle(run, move.step, move.part, answer)


async def _tick(run: Session, move: moves.Tick) -> None:
    answer = await run.ask(AskTick(move.step))
    if isinstance(answer, Yes):
        await run.append(Kind.TICKED, {**about(run, move.step, 0), "note": one_line(answer.note, 2000)})
        return
    await _settle(run, move.step, 0, answer)


async def _decide(run: Session, move: moves.Decide) -> None:
    question = choosing.ask_way(run.state, move.step)
    answer = await run.ask(question)
    if not isinstance(answer, Pick):
        await _settle(run, move.step, 0, answer)
    elif 0 <= answer.way < len(question.ways):
        await run.append(Kind.CHOSE, {**about(run, move.step, 0), **choosing.chosen(run.state, question, answer.way)})


async def _pick_tab(run: Session, move: moves.PickTab) -> None:
    question = choosing.ask_tab(run.state, move.step)
    answer = await run.ask(question)
    if isinstance(answer, Pick) and 0 <= answer.way < len(question.ways):
        await run.append(Kind.CHOSE, {**about(run, move.step, 0), **choosing.chosen(run.state, question, answer.way)})
    elif isinstance(answer, Skip):
        group = run.state.steps[move.step].step.tab_group
        for place in choosing.steps_of(run.state, group):
            for part in range(len(run.state.steps[place].parts)):
                await _settle(run, place, part, answer)
    else:
        await _settle(run, move.step, 0, answer)


async def _judge(run: Session, move: moves.Judge) -> None:
    run.show_printed(move.step, move.part)  # it may have ended while no console was there
    data = await judge_ended(run, move.step, move.part)
    if data is not None:
        await run.append(Kind.JUDGED, {**about(run, move.step, move.part), **data})


async def _failed(run: Session, move: moves.Failed) -> None:
    answer = await run.ask(questions.ask_failed(run.state, move.step, move.part))
    await _settle(run, move.step, move.part, answer, how="failed")


async def _unknown(run: Session, move: moves.Unknown) -> None:
    answer = await run.ask(questions.ask_unknown(run.state, move.step, move.part))
    if isinstance(answer, Yes):
        await run.append(Kind.MARKED, {**about(run, move.step, move.part), "note": one_line(answer.note, 2000)})
        return
    await _settle(run, move.step, move.part, answer, how="failed")


async def _pass_over(run: Session, move: moves.PassOver) -> None:
    reason = f"{run.state.steps[move.step].parts[move.part].reason}; the runbook says to go on"
    await run.append(Kind.SKIPPED, {**about(run, move.step, move.part), "reason": reason})


async def _go_to(run: Session, move: moves.GoTo) -> None:
    await run.append(Kind.WENT, {"step": move.step, "back_to": None, "why": "the runbook says so after a failure"})


async def _give_up(run: Session, move: moves.GiveUp) -> None:
    reason = f"{run.state.steps[move.step].parts[move.part].reason}; the runbook says to stop"
    await run.append(Kind.CLOSED, {"how": "failed", "reason": reason})


async def _end(run: Session, move: moves.End) -> None:
    watching = asyncio.ensure_future(watch_green(run)) if run.state.runbook.stay_green else None
    try:
        answer = await run.ask(questions.ask_end(run.state))
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    if isinstance(answer, Yes):
        green = {"green": run.state.green} if run.state.green else {}
        await run.append(Kind.CLOSED, {"how": "done", "reason": one_line(answer.note, 2000), **green})
        return
    await _settle(run, None, 0, answer)


async def _over(run: Session, move: moves.Over) -> None:
    return


def about(run: Session, step: int, part: int) -> dict[str, Any]:
    """What every entry about a part says of it."""
    return {"step": step, "part": part, "name": run.state.steps[step].step.name}


async def _settle(run: Session, step: int | None, part: int, answer: Answer | None, how: str = "stopped") -> None:
    """The answers that mean the same wherever they are given. One without leads to the question again."""
    match answer:
        case Leave():
            run.leaving = True
        case Stop(reason):
            await run.append(Kind.CLOSED, {"how": how, "reason": one_line(reason, 2000)})
        case Back(target) if 0 <= target < len(run.state.steps):
            run.insisted.add(target)
            detour = step is not None and target != step and on_demand(run.state.runbook, run.state.steps[target].step)
            await run.append(Kind.WENT, {"step": target, "back_to": step if detour else None, "why": "the operator"})
        case Skip(reason, keep) if step is not None:
            words = one_line(reason, 2000) or "no reason given"
            kept = {"keep": True} if keep and run.state.steps[step].parts[part].leaves else {}
            await run.append(Kind.SKIPPED, {**about(run, step, part), "reason": words, **kept})
        case Edit(text) if step is not None:
            await _edit(run, step, part, text)
        case Retry() if step is not None and run.state.steps[step].parts[part].attempt:
            await run.append(Kind.RETRIED, about(run, step, part))
        case _:
            return


async def _edit(run: Session, step: int, part: int, text: str) -> None:
    from opsconsole.runbook.risk import assess, overall

    if run.state.steps[step].step.kind != "command" or not text.strip():
        return
    commands = assess(text)
    risk = overall(commands)
    why = next((command.why for command in commands if command.risk is risk), "")
    data = {"text": text, "before": run.state.steps[step].parts[part].command.text, "risk": int(risk), "why": why}
    flags = {"endless": any(one.endless for one in commands), "opens": any(one.opens for one in commands)}
    await run.append(Kind.EDITED, {**about(run, step, part), **data, **flags})


_ACTS: dict[type, Callable[..., Awaitable[None]]] = {
    moves.TakeOpsCheck: _take_ops_check,
    moves.Confirm: _confirm,
    moves.Show: _show,
    moves.Tick: _tick,
    moves.Decide: _decide,
    moves.PickTab: _pick_tab,
    moves.Follow: follow_part,
    moves.FollowShell: follow_shell,
    moves.Judge: _judge,
    moves.Failed: _failed,
    moves.PassOver: _pass_over,
    moves.GoTo: _go_to,
    moves.GiveUp: _give_up,
    moves.Unknown: _unknown,
    moves.End: _end,
    moves.Over: _over,
}
