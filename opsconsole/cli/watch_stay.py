"""`opsconsole watch` without `--once`: it stays until it is told to leave, and goes by the stack file as it is now."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opsconsole.cli.exits import Exit
from opsconsole.cli.output import write
from opsconsole.cli.parts import host, parts_here
from opsconsole.cli.watch_parts import Complaints, claim_of, grace_of, looked, settings_of, silences_of, watcher_of
from opsconsole.cli.watch_text import news
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.stack.load import load
from opsconsole.watch.alerts.box import boot
from opsconsole.watch.alerts.stay import HABITS, Stay

if TYPE_CHECKING:
    from opsconsole.wiring import Parts

_BEAT: Final = 5.0  # seconds between two marks that it lives
_LOOK_AT_FILE: Final = 2.0  # seconds between two looks at whether the stack file has changed


def stay(args: argparse.Namespace) -> int:
    """Until Ctrl-C, or a signal that ends it with 0."""
    try:
        return asyncio.run(_stay(args))
    except asyncio.CancelledError:
        return Exit.OK


async def _stay(args: argparse.Namespace) -> int:
    _leave_on(signal.SIGTERM, signal.SIGHUP)
    complain = Complaints()
    while True:
        parts = await parts_here(args)
        try:
            await _until_the_file_changes(parts, args, complain)
        finally:
            await parts.close()
        print("opsconsole: the stack file has changed and was read again", file=sys.stderr)


async def _until_the_file_changes(parts: Parts, args: argparse.Namespace, complain: Complaints) -> None:
    claim = claim_of(parts)
    if claim is None:
        where = str(parts.watch_claim)
        raise TroubleError(Trouble("another watch of this stack is at work", where, "one is enough: end it first"))
    try:
        watcher = watcher_of(parts, replace(HABITS, grace=grace_of(parts, args)), complain)
        name = parts.stack.name
        staying = Stay(
            watcher,
            settings_of(parts).every,
            boot=lambda: boot(parts.world.proc, parts.world.clock()),
            silences=partial(silences_of, parts, complain),
            said=lambda items: None if args.quiet else write(news(name, host(), parts.world.clock(), items)),
            looked=_seldom(partial(looked, parts, claim, watcher)),
        )
        if not args.quiet:
            print(f"opsconsole: watches {name} on {host()}; Ctrl-C ends it", file=sys.stderr)
        try:
            await _first(staying.run(parts.collector(staying.news)), _change_of(parts.stack.file, complain))
        finally:
            await watcher.close()
    finally:
        claim.release()


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Until the first of these ends; the others are ended then, in peace."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _change_of(file: Path | None, complain: Complaints) -> None:
    """Until the stack file says something else that is sound. With a fault in it the watch goes on as before."""
    before = _stamp(file)
    while True:
        await asyncio.sleep(_LOOK_AT_FILE)
        now = _stamp(file)
        if file is None or now in (None, before):
            continue
        before = now
        try:
            load(file)
            return
        except TroubleError as error:
            fault = error.troubles[0]
            complain(f"the stack file has changed and is not sound, so the watch goes on as before: {fault}")


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        told = file.stat() if file is not None else None
    except OSError:
        return None
    return (told.st_mtime_ns, told.st_size, told.st_ino) if told is not None else None


def _seldom(then: Callable[[], None]) -> Callable[[], None]:
    """Calls `then` not more often than every few seconds."""
    last = -_BEAT

    def call() -> None:
        nonlocal last
        if time.monotonic() - last >= _BEAT:
            last = time.monotonic()
            then()

    return call


def _leave_on(*signals: signal.Signals) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for one in signals:
        loop.add_signal_handler(one, task.cancel)
