"""Makes the pictures of the README, docs/pictures/*.svg: the real console on the real shop of the demo, faults and all.

.venv/bin/python scripts/pictures.py
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.demo.faults import Faults
from opsconsole.demo.stage import Shop, close_shop, open_shop

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from opsconsole.tui.console import Console

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = (120, 34)
PATIENCE = 180.0
"""Seconds in which the shop has to come to where a picture is taken of it."""
WATCHED = 60.0
"""Seconds after which there is some past to be seen."""


async def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait for it, at most as long as our patience lasts."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > give_up:
            raise SystemExit(f"pictures: {what} did not come about within {PATIENCE:.0f} s")
        await asyncio.sleep(0.1)


def take(console: Console, name: str) -> None:
    """A picture of what is in front."""
    from opsconsole.tui.picture import as_svg

    path = FOLDER / f"{name}.svg"
    path.write_text(as_svg(console.screen, "opsconsole"))
    print(f"{path.name}: {path.stat().st_size >> 10} KiB")


async def overview(console: Console, pilot: Pilot[int]) -> None:
    """Everything at once, with three faults in it."""
    began = time.monotonic()
    await until("three faults", lambda: _wrong(console) >= {"worker.process", "thumbnailer.memory", "sessions.health"})
    await until("some past", lambda: time.monotonic() - began > WATCHED)
    await pilot.pause()
    take(console, "overview")


async def service(console: Console, pilot: Pilot[int]) -> None:
    """A close look at what leaks."""
    await pilot.press("1", "g", "enter")
    await until("the close look", lambda: console.screen is not console.overview)
    await pilot.resize_terminal(SIZE[0], 23)  # what lies below says where the demo is installed
    await asyncio.sleep(3)
    take(console, "service")
    await pilot.resize_terminal(*SIZE)
    await pilot.press("escape")


async def queue(console: Console, pilot: Pilot[int]) -> None:
    """A close look at what is not drained."""
    await pilot.press("3", "g", "enter")
    await until("the close look", lambda: console.screen is not console.overview)
    await asyncio.sleep(3)
    take(console, "queue")
    await pilot.press("escape")


async def run(console: Console, pilot: Pilot[int]) -> None:
    """A runbook at its first change, before it is confirmed."""
    await pilot.press("5", "g", "enter")
    await until("the runbook", lambda: console.screen is not console.overview)
    await asyncio.sleep(1)
    await pilot.press("enter")  # begin
    await until("a question", lambda: console.desk is not None and console.desk.question is not None)
    while not _asks_for_a_change(console):
        asked = console.desk.asked if console.desk else 0
        await asyncio.sleep(1.5)  # a question is only answered when it can have been read
        await pilot.press("y")
        await until("the next question", lambda asked=asked: console.desk is not None and console.desk.asked > asked)
    await asyncio.sleep(1.5)
    take(console, "run")


def _wrong(console: Console) -> set[str]:
    return {found.check for found in console.snapshot.findings} if console.snapshot else set()


def _asks_for_a_change(console: Console) -> bool:
    return console.desk is not None and console.desk.confirming is not None and console.desk.confirming.mode != "no"


PICTURES: tuple[Callable[[Console, Pilot[int]], Awaitable[None]], ...] = (overview, service, queue, run)


async def take_all(shop: Shop) -> None:
    """Open the console on the shop, and take the pictures one after the other."""
    from opsconsole.stack.load import load
    from opsconsole.tui.console import Console
    from opsconsole.wiring import Parts

    console = Console(Parts(load(shop.home / "stack.toml"), file=shop.home / "stack.toml"))
    console.overview.host = "prod-1"
    async with console.run_test(size=SIZE) as pilot:
        for picture in PICTURES:
            await picture(console, pilot)
        if console.desk is not None:
            await console.desk.close()
    await console.close_parts()


def main() -> None:
    """Set the shop up, take the pictures, and take every trace of the shop away."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        own = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "USER": "anna",
            "LOGNAME": "anna",
        }
        os.environ.clear()  # nothing of whoever takes the pictures is on them
        os.environ |= own | dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        shop = open_shop()
        os.environ |= shop.environment
        faults = Faults(shop)
        try:
            faults.start()
            asyncio.run(take_all(shop))
        finally:
            faults.stop()
            close_shop(shop)


if __name__ == "__main__":
    main()
