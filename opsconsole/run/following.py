"""Following what runs: what it prints is shown while it is printed, and one that wants it has the person's terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.model.text import one_line
from opsconsole.run import moves
from opsconsole.run.attach import attach
from opsconsole.run.printed import Printed

if TYPE_CHECKING:
    from opsconsole.run.session import Session


async def follow_part(run: Session, move: moves.Follow) -> None:
    """Until it is no longer this attempt that runs."""
    here = run.state.steps[move.step]
    whose = f"step {move.step + 1}, {one_line(here.step.name, 40)}"
    wants = here.parts[move.part].interactive and run.operator.has_terminal
    await _follow(run, move, lambda: run.printed(move.step, move.part), wants, whose)


async def follow_shell(run: Session, move: moves.FollowShell) -> None:
    """Until the shell is closed. It is of no use without a terminal, so that is given as soon as there is one."""
    shell = run.state.shells[move.number - 1]
    whose = f"a recorded shell {one_line(shell.where, 60)}"
    await _follow(run, move, lambda: run.printed_in(shell.output), run.operator.has_terminal, whose)


async def _follow(run: Session, move: moves.Move, printed: Callable[[], Printed], wants: bool, whose: str) -> None:
    def over() -> bool:
        return run.watching or moves.next_move(run.state) != move

    def show() -> None:
        while text := printed().more():
            run.operator.output(text)

    run.wants_terminal = wants
    showing = asyncio.ensure_future(_show(run, over, printed))
    try:
        while not over():
            if run.wants_terminal:
                run.wants_terminal = False
                await attach(run, over, whose, show)
            else:
                await run.until(lambda: over() or run.wants_terminal)
    finally:
        run.wants_terminal = False
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def _show(run: Session, over: Callable[[], bool], printed: Callable[[], Printed]) -> None:
    while not over():
        heard = run.heard
        while text := printed().more():
            run.operator.output(text)
            await asyncio.sleep(0)
        await run.until_heard_more_than(heard)
