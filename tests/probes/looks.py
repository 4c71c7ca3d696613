"""One look by the probe of a kind, as the collector takes it, with the rules that a check's commands go by."""

from __future__ import annotations

from typing import Any

from opsconsole.model.sample import Problem, Target
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.runbook.looks import OnlyLooks


def world() -> World:
    """This box, with nothing forbidden."""
    return World(rules=OnlyLooks())


async def seen(kind: str, of: Any, timeout: float = 20.0, within: World | None = None) -> Any:
    """What the probe of `kind` brings back for `of`: a reading, or a Problem."""
    here = within or world()
    probe = open_probe(kind, here)
    try:
        (sample,) = await probe.read([Target(kind, "it", of)], timeout)
    finally:
        await probe.close()
        if within is None:
            await here.close()
    assert (sample.value is None) != (sample.problem is None)
    return sample.value if sample.problem is None else sample.problem


async def problem(kind: str, of: Any, timeout: float = 20.0, within: World | None = None) -> Problem:
    """The same, where nothing can be seen."""
    found = await seen(kind, of, timeout, within)
    assert isinstance(found, Problem), found
    return found
