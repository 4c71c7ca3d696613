"""Containers of a stack, each with its own sample, from one look at the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.readings import ContainerReading, EngineReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from tests.lab.engine import LabEngine
from tests.lab.gate import gate_before

pytestmark = pytest.mark.engine


def container(name: str) -> Target:
    """A target."""
    return Target("container", name, ContainerRef(name))


async def test_each_target_has_its_sample_in_order_and_a_missing_one_does_not_disturb_the_others(
    engine: LabEngine,
) -> None:
    shop = engine.compose("opslook", "web", "db")
    world = World(engine_host=engine.host, clock=lambda: 1000.0)
    probe = open_probe("container", world)
    targets = [container("opslook/web"), container("opslook/none"), container(shop["db"].name)]
    samples = await probe.read(targets, 3)
    await probe.close()
    await world.close()
    assert [sample.target for sample in samples] == targets
    assert [sample.at for sample in samples] == [1000.0] * 3
    web, none, db = samples
    assert isinstance(web.value, ContainerReading) and web.value.name == shop["web"].name
    assert isinstance(db.value, ContainerReading) and db.value.id == shop["db"].id
    assert none.problem == Problem(
        ProblemKind.GONE, "no container of service none in project opslook; is the project up?"
    )


async def test_the_engine_and_its_containers_are_seen_again_once_it_answers_again(
    engine: LabEngine, tmp_path: Path
) -> None:
    web = engine.run()
    async with gate_before(engine, tmp_path) as gate:
        world = World(engine_host=gate.host)
        itself, behind = open_probe("engine", world), open_probe("container", world)

        async def look() -> tuple[object, object]:
            (one,) = await itself.read([Target("engine", "engine")], 0.3)
            (two,) = await behind.read([container(web.name)], 0.3)
            return one.value or one.problem, two.value or two.problem

        one, two = await look()
        assert isinstance(one, EngineReading) and isinstance(two, ContainerReading)
        gate.hold()
        one, two = await look()
        words = f"the container engine at {gate.host} does not answer within 300 ms"
        assert one == Problem(ProblemKind.TIMEOUT, words)
        assert two == Problem(ProblemKind.NO_TOOL, words), "what is remembered is not shown as if it were so"
        gate.release()
        one, two = await look()
        assert isinstance(one, EngineReading) and isinstance(two, ContainerReading)
        await world.close()
