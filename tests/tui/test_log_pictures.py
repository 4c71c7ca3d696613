"""What logs look like, at the sizes people have. After a wanted change: pytest tests/tui --snapshot-update."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from opsconsole.tui.opening_logs import open_logs
from tests.support.waiting import wait_for
from tests.tui.fakes import console, painted
from tests.tui.log_stage import LogParts, at
from tests.tui.test_pictures import SIZES, settled

WORKER = [
    at(130, "INFO/MainProcess celery@prod-1 ready."),
    at(95.4, "WARNING/ForkPoolWorker-2 meals.recognise[9f3a] is slow: 4.1 s"),
    at(61.2, "ERROR/ForkPoolWorker-1 Task meals.recognise[77ab] raised unexpected: TimeoutError()"),
    "Traceback (most recent call last):",
    '  File "/app/meals/tasks.py", line 41, in recognise',
    "    answer = client.ask(image, timeout=4)",
    "TimeoutError: no answer within 4 s from https://vision.example/v1/recognise?image=77ab&retries=2&pool=default",
    at(20, "INFO/ForkPoolWorker-1 Task meals.recognise[77ab] retry: Retry in 20s"),
]
WEB = [
    at(120, '10.0.0.9 "GET /health/ HTTP/1.1" 200 15'),
    at(60.9, '10.0.0.7 "POST /api/meals/ HTTP/1.1" 502 0'),
    at(60, '10.0.0.7 "POST /api/meals/ HTTP/1.1" 404 31'),
    at(2, '10.0.0.9 "GET /health/ HTTP/1.1" 200 15'),
]


@pytest.mark.parametrize("size", SIZES)
def test_two_logs_as_one_in_which_a_timeout_is_sought(
    snap_compare: Callable[..., bool], tmp_path: Path, size: tuple[int, int]
) -> None:
    parts = LogParts(tmp_path, {"worker": WORKER, "web": WEB})
    app = console(parts)

    async def seek(pilot: Pilot[Any]) -> None:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        open_logs(app, ["worker", "web"])
        await wait_for("both logs", lambda: "12 lines" in painted(app))
        await pilot.press("slash", *"Timeout", "enter")
        await wait_for("the last match", lambda: "2 of 2" in painted(app))
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=seek)
