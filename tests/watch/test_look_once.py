"""One look: everything at the same time, each for a bounded time, judged as a whole."""

from __future__ import annotations

import asyncio

import pytest

from opsconsole.model.sample import ProblemKind, Target
from opsconsole.model.verdict import Level
from opsconsole.watch.collector import look_once
from tests.watch.told import check, stack_of, told
from tests.watch.toys import toys, world

pytestmark = pytest.mark.usefixtures("told")
__all__ = ["told", "toys", "world"]

ENGINE, STATE, MEMORY = Target("engine", "engine"), Target("container", "web"), Target("memory", "web")
SITE, OTHER = Target("health", "site"), Target("health", "other")


async def test_all_kinds_are_looked_at_at_the_same_time(toys, world):
    together = asyncio.Barrier(3)

    async def meet():
        await together.wait()
        return Level.OK

    for kind in ("container", "memory", "health"):
        toys[kind].behave = lambda targets: meet()
    stack = stack_of(check("c", STATE), check("m", MEMORY), check("h", SITE))
    snapshot = await look_once(stack, world)
    assert set(snapshot.latest) == {STATE, MEMORY, SITE}
    assert snapshot.level is Level.OK


async def test_targets_of_one_kind_are_read_in_one_go(toys, world):
    toys["health"]
    await look_once(stack_of(check("h", SITE), check("o", OTHER)), world)
    assert toys["health"].reads == [(SITE, OTHER)]


async def test_a_probe_that_hangs_costs_its_own_time_out_and_nobody_elses_answer(toys, world):
    toys["health"].behave = lambda targets: asyncio.Event().wait()
    toys["memory"]
    snapshot = await look_once(stack_of(check("h", SITE), check("m", MEMORY)), world, timeout=0.2)
    assert snapshot.latest[SITE].problem.kind is ProblemKind.TIMEOUT
    assert snapshot.latest[MEMORY].value is Level.OK


async def test_rounds_are_not_waited_for_and_needs_hold(toys, world):
    toys["engine"].behave = lambda targets: Level.DOWN
    toys["container"].behave = lambda targets: Level.DOWN
    stack = stack_of(check("state", STATE, needs=("engine",)), check("engine", ENGINE, rounds=5))
    snapshot = await look_once(stack, world)
    assert [found.check for found in snapshot.findings] == ["engine"]
    assert snapshot.standings["state"].blocked_by == "engine"


async def test_only_the_checks_asked_for_and_what_they_need_are_looked_at(toys, world):
    for kind in ("engine", "container", "memory", "health"):
        toys[kind]
    stack = stack_of(
        check("site", SITE),
        check("memory", MEMORY, needs=("state",)),
        check("state", STATE, needs=("engine",)),
        check("engine", ENGINE),
    )
    snapshot = await look_once(stack, world, checks=["memory"])
    assert set(snapshot.standings) == {"memory", "state", "engine"}
    assert not toys["health"].reads


async def test_nothing_asked_for_is_nothing_looked_at(toys, world):
    toys["memory"]
    assert not (await look_once(stack_of(check("m", MEMORY)), world, checks=[])).latest


async def test_it_closes_its_probes_and_follows_no_events(toys, world):
    toys["container"]
    await look_once(stack_of(check("c", STATE)), world)
    assert toys["container"].closed == 1
    assert not world.engine.following
