"""A corrected stack file is read again while the console stays open, on the screen where one is."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from opsconsole.cli.parts import parts_in_spite
from opsconsole.tui import reloading
from opsconsole.tui.console import Console
from opsconsole.tui.reloading import FileWatch
from tests.support.waiting import wait_for
from tests.tui.fakes import painted

SOUND = 'name = "shop"\nhome = "."\n[box]\nenabled = false\n'


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[tuple[Console, Pilot[int]]]:
    args = argparse.Namespace(stack=file, read_only=False)
    app = Console(lambda: parts_in_spite(args))
    async with app.run_test(size=(120, 40)) as pilot:
        try:
            yield app, pilot
        finally:
            await app.close_parts()


async def see(app: Console, words: str) -> None:
    await wait_for(f"{words!r} on the screen", lambda: words in painted(app), 20)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "EVERY", 0.1)


@pytest.mark.parametrize("faulty", [SOUND + "[[service]]\nnmae = 'x'\n", SOUND + "[[[\n"])
async def test_a_fault_that_is_corrected_goes_away_and_with_it_read_only(tmp_path: Path, faulty: str) -> None:
    file = tmp_path / "stack.toml"
    file.write_text(faulty)
    (tmp_path / "look.md").write_text("# Look around\n\n```bash\nls\n```\n")
    async with opened(file) as (app, pilot):
        await see(app, "READ-ONLY")
        await see(app, "stack.toml:")
        file.write_text(SOUND)
        await see(app, "the stack file has changed and was read again")
        await wait_for("no read-only", lambda: "READ-ONLY" not in painted(app))
        await wait_for("the fault to be gone", lambda: "stack.toml:" not in painted(app))
        await see(app, "shop @")
        await pilot.press("r")
        await see(app, "Look around")


async def test_the_screen_in_front_stays_and_a_new_fault_is_said(tmp_path: Path) -> None:
    file = tmp_path / "stack.toml"
    file.write_text(SOUND)
    (tmp_path / "look.md").write_text("# Look around\n\n```bash\nls\n```\n")
    async with opened(file) as (app, pilot):
        await see(app, "shop @")
        await pilot.press("r")
        await see(app, "Look around")
        await pilot.press("enter")
        await see(app, "⏎ begin")
        file.write_text(SOUND + "[[service]]\nnmae = 'x'\n")
        await see(app, "was read again; 2 faults in it")
        await see(app, "⏎ begin")
        await see(app, "READ-ONLY")


def test_a_file_is_news_only_when_it_has_come_to_rest_and_is_there() -> None:
    watch = FileWatch()
    watch.was_read((1, 1, 10))
    assert not watch.is_news((1, 1, 10))
    assert not watch.is_news((1, 2, 4))  # being written
    assert not watch.is_news((1, 3, 8))
    assert watch.is_news((1, 3, 8))
    watch.was_read((1, 3, 8))
    assert not watch.is_news(None)
    assert not watch.is_news(None)
    assert not watch.is_news((2, 4, 8))  # put back by an editor as another file
    assert watch.is_news((2, 4, 8))
