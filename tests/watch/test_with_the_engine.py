"""The collector on real containers: their life is seen when it happens, not when it is next their turn."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from opsconsole.model.sample import ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World
from opsconsole.watch.collector import Collector, look_once
from opsconsole.watch.store import Store
from tests.support.waiting import wait_for
from tests.watch.told import check, stack_of, told

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("told")]
__all__ = ["told"]


def watched(name: str, every: float):
    """A stack that would look at the container only rarely by itself; what its check says is of no interest here."""
    target = Target("container", name, ContainerRef(name))
    return stack_of(check("rare", target, every=every)), target


async def test_a_container_that_dies_is_seen_at_once(engine):
    box = engine.run()
    stack, target = watched(box.name, every=600)
    world = World(engine_host=engine.host)
    store = Store(stack, world.clock)
    task = asyncio.create_task(Collector(stack, world, store, lambda snapshot: None).run())
    try:

        def state() -> str | None:
            sample = store.snapshot().latest.get(target)
            return sample.value.state if sample and sample.value else None

        await wait_for("it is seen running", lambda: state() == "running")
        await asyncio.to_thread(box.kill)
        await wait_for("it is seen dead", lambda: state() == "exited")
        await asyncio.to_thread(box.start)
        await wait_for("it is seen running again", lambda: state() == "running")
        await asyncio.to_thread(box.remove)
        problem = await wait_for("it is gone", lambda: store.snapshot().latest[target].problem)
        assert problem.kind is ProblemKind.GONE
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await world.close()


async def test_one_look_at_a_container_is_over_before_the_engine_has_measured_anything(engine):
    box = engine.run()
    stack, target = watched(box.name, every=600)
    world = World(engine_host=engine.host)
    try:
        await look_once(stack, world)  # imports
        stats = asyncio.create_task(asyncio.to_thread(engine.docker, "stats", "--no-stream", box.name))
        snapshot = await look_once(stack, world)
        assert snapshot.latest[target].value.state == "running"
        assert not stats.done()
        await stats
    finally:
        await world.close()
