"""The failure matrix and the history of runs, at the sizes people have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.fakes import a_runbook, console
from tests.tui.test_matrix_and_runs import Recorded, with_rows
from tests.tui.test_pictures import showing

Compare = Callable[..., bool]

SIZES = [(120, 40), (80, 24)]


def behind(key: str, *words: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def opened(pilot: Pilot[int]) -> None:
        await showing("celery-worker")(pilot)
        await pilot.press(key)
        await showing(*words)(pilot)

    return opened


@pytest.mark.parametrize("size", SIZES)
def test_the_matrix(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(Recorded(with_rows(), [a_runbook()]))
    assert snap_compare(app, terminal_size=size, run_before=behind("M", "symptoms: tasks wait"))


@pytest.mark.parametrize("size", SIZES)
def test_the_runs_so_far(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(Recorded(with_rows(), [a_runbook()]))
    assert snap_compare(app, terminal_size=size, run_before=behind("H", "its seal holds", "o take it up"))
