"""`opsconsole run`: the same run as in the console, in plain lines, for any terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from opsconsole.cli.exits import INTERRUPTED, RunExit
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from opsconsole.cli.run_lines import LineOperator
    from opsconsole.model.questions import AskConfirm
    from opsconsole.model.run import RunState
    from opsconsole.model.runbook import Runbook, Step
    from opsconsole.run.session import Session
    from opsconsole.wiring import Parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("runbook", help="its name beside the stack file, or a Markdown file")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], dest="values", help="an input; may be repeated"
    )
    parser.add_argument("--reason", default="", help="why, for the record")
    parser.add_argument("--dry-run", action="store_true", help="print what would run, and its risk; start nothing")
    parser.add_argument("--yes-to", choices=["read"], help="run steps that only read without asking")
    parser.add_argument("--from", metavar="STEP", dest="from_step", help="begin at this step: its number or its name")


def main(args: argparse.Namespace) -> int:
    """0 done, 1 stopped or left open, 2 refused by the guard, 130 interrupted."""
    from opsconsole.cli.parts import parts_from

    parts = parts_from(args)
    runbook = parts.library.find(args.runbook)
    values = values_from(args.values, runbook, parts)
    if args.dry_run:
        return dry_run(parts, runbook, values, args)
    return asyncio.run(_run(parts, runbook, values, args))


def values_from(pairs: list[str], runbook: Runbook, parts: Parts) -> dict[str, str]:
    """The inputs given on the command line. TroubleError for one that the runbook does not ask for or cannot take."""
    from opsconsole.run.values import fault_of

    declared = {given.name: given for given in runbook.inputs}
    asked = declared.keys() | {one.name for step in runbook.steps for one in step.placeholders}
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        where = f"--set {one_line(pair, 60)}"
        if not equals or not name:
            raise TroubleError(Trouble("is not NAME=VALUE", where))
        if name not in asked:
            remedy = f"it asks for {', '.join(sorted(asked))}" if asked else "it asks for nothing"
            raise TroubleError(Trouble(f"{runbook.name} does not ask for {one_line(name, 40)}", where, remedy))
        if name in declared and declared[name].secret:  # before anything that would repeat its value
            raise TroubleError(Trouble("a secret is not given where all can see it", "--set", "it is asked for"))
        fault = fault_of(value, declared[name], parts.stack) if name in declared else ""
        if fault:
            raise TroubleError(Trouble(fault, where))
        values[name] = value
    return values


def place_from(state: RunState, wish: str) -> int:
    """The place of the step called `wish`, or of that number. TroubleError where there is none."""
    names = [here.step.name for here in state.steps]
    if wish in names:
        return names.index(wish)
    if wish.isdecimal() and 1 <= int(wish) <= len(names):
        return int(wish) - 1
    listed = ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
    raise TroubleError(
        Trouble(f"there is no step {one_line(wish, 40)}", "--from", f"there are: {one_line(listed, 400)}")
    )


async def _run(parts: Parts, runbook: Runbook, values: dict[str, str], args: argparse.Namespace) -> int:
    from opsconsole.cli.run_lines import LineOperator

    operator = LineOperator.at_the_terminal(
        no_color=args.no_color, yes_to_read=args.yes_to == "read", contacts=parts.stack.contacts
    )

    async def open_session() -> Session:
        session = await parts.begin_run(runbook, operator, reason=args.reason, inputs=values)
        if args.from_step:
            try:
                await session.start_from(place_from(session.state, args.from_step))
            except TroubleError as error:
                await session.abandon(str(error))
                raise
        return session

    return await play(parts, operator, open_session)


async def play(parts: Parts, operator: LineOperator, open_session: Callable[[], Awaitable[Session]]) -> int:
    """Play a run at the plain terminal, to its end or until it is left; the exit code."""
    session: Session | None = None
    try:
        session = await open_session()
        operator.type_into = session.send_input
        operator.take_terminal = session.take_terminal
        _tell_size(session)
        operator.update(session.state)
        code = await _until_left(session, operator)
        if session.state.ended is None:
            _say_open(session, operator)
        else:
            ended = f"run {session.state.id}: {session.state.ended}"
            print(f"opsconsole: {ended}; report: opsconsole runs report {session.state.id}", file=sys.stderr)
        return code
    finally:
        operator.keys.close()
        if session is not None:
            await session.close()
        await parts.close()


async def _until_left(session: Session, operator: LineOperator) -> int:
    """Ctrl-C interrupts what runs; when nothing does, it leaves. A lost terminal or SIGTERM leaves as well."""
    playing = asyncio.ensure_future(session.play())
    code: int | None = None

    def ctrl_c() -> None:
        nonlocal code
        if (session.running or session.state.waiting) and not session.watching:
            session.interrupt()
        else:
            code = INTERRUPTED
            operator.left_because = "interrupted"
            playing.cancel()

    def told_to_leave() -> None:
        operator.left_because = "told to leave"
        playing.cancel()

    operator.keys.hung_up = told_to_leave
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, ctrl_c)
    loop.add_signal_handler(signal.SIGWINCH, _tell_size, session)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told_to_leave)
    with suppress(asyncio.CancelledError):
        await playing
    return exit_of(session.state) if code is None else code


def _tell_size(session: Session) -> None:
    """The run's terminal is as large as ours, where we have one."""
    with suppress(OSError):
        size = os.get_terminal_size(sys.stdout.fileno())
        session.resize(size.columns, size.lines)


def exit_of(state: RunState) -> int:
    """The exit code that a run's end, or its being left open, amounts to."""
    if state.ended == "done":
        return RunExit.DONE
    return RunExit.REFUSED if state.ended == "refused" else RunExit.STOPPED


def _say_open(session: Session, operator: LineOperator) -> None:
    why = f"{operator.left_because}; " if operator.left_because else ""
    going_on = "its step goes on, and " if session.running else ""
    print(
        f"\nopsconsole: {why}{going_on}the run stays open; take it up with: opsconsole runs resume {session.state.id}",
        file=sys.stderr,
    )


def dry_run(parts: Parts, runbook: Runbook, values: dict[str, str], args: argparse.Namespace) -> int:
    """Print what would be asked and run, with nothing started; 2 where any of it is refused."""
    from opsconsole.cli.output import coloured, write
    from opsconsole.cli.run_text import Ink, plan
    from opsconsole.run.dry import question_for, rehearsed

    state = rehearsed(runbook, parts.stack, values)
    first = place_from(state, args.from_step) if args.from_step else 0
    steps: list[tuple[int, Step, AskConfirm | None]] = []
    for place, here in enumerate(state.steps[first:], first):
        if here.step.kind != "command":
            steps.append((place, here.step, None))
            continue
        for part in range(len(here.parts)):
            steps.append((place, here.step, question_for(state, place, part, parts.stack, parts.guard)))
    write(plan(tuple(steps), Ink(coloured(sys.stdout, args.no_color))))
    refused = any(question is not None and question.refused for _, _, question in steps)
    return RunExit.REFUSED if refused else RunExit.DONE
