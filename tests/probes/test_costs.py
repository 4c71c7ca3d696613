"""What looking costs is remembered for each command, with no secret in it."""

from __future__ import annotations

import sys

from opsconsole.probes.costs import costs
from opsconsole.probes.running import run


async def test_each_command_is_counted_with_its_time_and_without_its_secrets() -> None:
    argv = [sys.executable, "-c", "import time; time.sleep(0.02)", "--password=hunter2"]
    for _ in range(2):
        await run(argv, 10)
    await run(["no-such-program-here"], 10)
    seen = {cost.text: cost for cost in costs()}
    (counted,) = (cost for text, cost in seen.items() if "time.sleep(0.02)" in text)
    assert (counted.times, counted.exit, counted.where) == (2, 0, "")
    assert counted.total >= 0.04
    assert "hunter2" not in counted.text
    assert seen["no-such-program-here"].exit is None
