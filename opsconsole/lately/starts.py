"""What was made anew, started or ended: containers, units and plain processes of the stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from opsconsole.lately.asking import Asked, Told
from opsconsole.lately.belongings import containers_of
from opsconsole.model.lately import Change
from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import Problem, Target
from opsconsole.model.service import ProcessesRef, UnitRef
from opsconsole.model.text import one_line

_AT_ONCE: Final = 5.0
"""Seconds after a container was made within which its start belongs to that."""


async def read(asked: Asked) -> Told:
    """Changes of each service of the stack, and of each other container of its compose project."""
    told = Told()
    containers = await containers_of(asked)
    if isinstance(containers, Problem):
        told.unseen.append(f"containers: {containers.reason}")
    else:
        for service, one in containers:
            told.changes += of_container(one, service)
    await _units(asked, told)
    await _processes(asked, told)
    return told


def of_container(one: ContainerReading, service: str) -> Iterator[Change]:
    """When it was made, started and ended, as far as its engine says. Pure."""
    subject, about = (service or one.name,), (service,) if service else ()
    if one.created_at is not None:
        tag = one.image.rpartition("/")[2].partition(":")[2].partition("@")[0]
        yield Change(one.created_at, "start", subject, f"made anew{f' as {one_line(tag, 40)}' if tag else ''}", about)
    if one.started_at is not None and (one.created_at is None or one.started_at - one.created_at > _AT_ONCE):
        yield Change(one.started_at, "start", subject, "started again", about)
    if one.exit_code is not None and one.finished_at is not None:
        yield Change(one.finished_at, "start", subject, _ended(one), about)


def _ended(one: ContainerReading) -> str:
    memory = ", out of memory" if one.oom_killed else ""
    again = f", {one.restarts} restarts by its policy" if one.restarts else ""
    return f"ended with exit code {one.exit_code}{memory}{again}"


async def _units(asked: Asked, told: Told) -> None:
    units = {s.ref.name: s.name for s in asked.stack.services if isinstance(s.ref, UnitRef)}
    if not units:
        return
    seen = await asked.world.units.show(units, asked.patience)
    if isinstance(seen, Problem):
        told.unseen.append(f"units: {seen.reason}")
        return
    told.changes += [change for name, unit in seen.items() for change in of_unit(unit, units[name])]


def of_unit(unit: UnitReading, service: str) -> Iterator[Change]:
    """When it was last started, and how often systemd did so by itself. Pure."""
    if unit.started_at is not None:
        again = f", {unit.restarts} restarts by systemd" if unit.restarts else ""
        yield Change(unit.started_at, "start", (service,), f"started{again}", (service,))


async def _processes(asked: Asked, told: Told) -> None:
    named = [(s.name, s.ref) for s in asked.stack.services if isinstance(s.ref, ProcessesRef)]
    if not named:
        return
    from opsconsole.probes.process import open_probe

    probe = open_probe(asked.world)
    try:
        samples = await probe.read([Target("process", name, ref) for name, ref in named], asked.patience)
    finally:
        await probe.close()
    for sample in samples:
        name = sample.target.name
        if isinstance(sample.value, ProcessReading):
            told.changes.append(Change(sample.value.main.started_at, "start", (name,), "started", (name,)))
        elif sample.problem is not None:
            told.unseen.append(f"{name}: {sample.problem.reason}")
