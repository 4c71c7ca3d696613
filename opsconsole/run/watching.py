"""A console at a run that another console steers: it shows what happens, until it takes over or leaves."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from opsconsole.model.questions import AskWatch, Leave, Yes
from opsconsole.model.run import Progress
from opsconsole.run.link import HolderGone, NotDone

if TYPE_CHECKING:
    from opsconsole.run.session import Session

LOOK_EVERY: Final = 0.3
"""Seconds between two looks for a new holder, after the one that was watched is gone."""


async def watch(run: Session) -> None:
    """One look-on: until who steers has changed, the run has ended, or the operator has answered."""
    if run.holder_is_gone:
        await _without_a_holder(run)
        return
    question = question_of(run)
    tasks = [
        asyncio.ensure_future(run.operator.answer(run.state, question)),
        asyncio.ensure_future(run.until(lambda: question_of(run) != question or run.state.ended is not None)),
        asyncio.ensure_future(_show(run)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await _do(run, question, tasks[0].result())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def question_of(run: Session) -> AskWatch:
    """Who steers, and whether this console may take over now."""
    who = run.steered_by
    ours = run.holder_uid == os.geteuid()
    if who is None:
        return AskWatch("nobody steers this run any more", "" if ours or not run.running else "a step is still running")
    at = f" at {who['at']}" if who.get("at") else ""
    since = f" since {who['since']}" if who.get("since") else ""
    words = f"{who.get('user') or 'another console'} steers this run{at}{since}; you watch"
    return AskWatch(words, "" if ours else "it can be taken over when that console is gone or leaves the run")


async def _do(run: Session, question: AskWatch, answer: object) -> None:
    if isinstance(answer, Leave):
        run.leaving = True
    elif isinstance(answer, Yes) and not question.not_now:
        try:
            await run.take_over()
        except NotDone:
            return  # somebody was quicker, or a step was started: the next question says so
        except HolderGone:
            return  # and this one too


async def _show(run: Session) -> None:
    """Tell the operator what the running step prints."""
    while True:
        for step, here in enumerate(run.state.steps):
            for part, now in enumerate(here.parts):
                if now.progress is Progress.RUNNING:
                    run.show_printed(step, part)
        run.news.clear()
        await run.news.wait()


async def _without_a_holder(run: Session) -> None:
    """The holder is gone. Whoever steered will have a new one soon; else this console may."""
    question = AskWatch("the holder of this run is gone, and nobody steers it any more")
    answer = asyncio.ensure_future(run.operator.answer(run.state, question))
    try:
        while not answer.done():
            await asyncio.wait((answer,), timeout=LOOK_EVERY)
            if not answer.done() and await run.rejoin():
                return
        if isinstance(answer.result(), Leave):
            run.leaving = True
        elif isinstance(answer.result(), Yes):
            run.watching = False
            await run.connect()
    finally:
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)
