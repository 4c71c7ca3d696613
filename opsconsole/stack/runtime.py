"""How checks on what runs are written: of which container, unit or process, and beside what it is compared."""

from __future__ import annotations

from typing import Final

from opsconsole.model.runtime import ClockOf, ImageOf, ReplicasOf, StrayOf
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef, UnitRef
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.environment import EnvTable, at_home, env_of, telling
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind
from opsconsole.stack.schema import Table
from opsconsole.stack.services import container_ref, unit_ref


class OfAny(Table, frozen=True):
    """One of this file's services, or a container or unit that is none. Exactly one of them."""

    service: str | None = None
    container: str | None = None
    unit: str | None = None


class OfContainer(Table, frozen=True):
    """One of this file's services that is a container, or a container that is no service. Exactly one of them."""

    service: str | None = None
    container: str | None = None


class OfClock(OfContainer, frozen=True):
    """The clock of a container; of the box, where none is named."""


class OfImage(OfContainer, frozen=True):
    """`repository` is the folder that is checked out, `home` where it is not given."""

    repository: str | None = None


class OfEnv(EnvTable, frozen=True):
    """Whose environment, and beside which files; see `EnvTable`."""

    service: str | None = None
    container: str | None = None
    unit: str | None = None


class OfStray(Table, frozen=True):
    """Processes with `argv` in their command line (or that run `program`), of `user` and below `cwd` where given.

    They may belong to any service of this file, to any container of its compose project ([docker] project), and to the
    `units` and `containers` named here.
    """

    argv: str | None = None
    program: str | None = None
    user: str | None = None
    cwd: str | None = None
    units: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


def container_user(name: str, of: OfContainer, key: Key, stack: Assembly) -> Target | None:
    """A container, whose first process is looked at."""
    ref = _ref(of, key, stack)
    return Target("container-user", name, ref) if isinstance(ref, ContainerRef) else None


def clock(name: str, of: OfClock, key: Key, stack: Assembly) -> Target | None:
    """A container, or the box."""
    if of.service is None and of.container is None:
        return Target("clock", name, ClockOf())
    ref = _ref(of, key, stack)
    return Target("clock", name, ClockOf(ref)) if isinstance(ref, ContainerRef) else None


def image_tag(name: str, of: OfImage, key: Key, stack: Assembly) -> Target | None:
    """A container, and the folder whose version it should run."""
    ref = _ref(of, key, stack)
    folder = at_home(of.repository, (*key, "repository"), stack) if of.repository is not None else str(stack.home)
    return Target("image-tag", name, ImageOf(ref, folder)) if isinstance(ref, ContainerRef) and folder else None


def replicas(name: str, of: OfAny, key: Key, stack: Assembly) -> Target | None:
    """What is counted."""
    ref = _ref(of, key, stack)
    return Target("replicas", name, ReplicasOf(ref)) if ref is not None else None


def env(name: str, of: OfEnv, key: Key, stack: Assembly) -> Target | None:
    """Whose environment, and the files beside it."""
    ref = _ref(of, key, stack)
    return env_of(name, ref, of, key, stack) if ref is not None else None


def stray_process(name: str, of: OfStray, key: Key, stack: Assembly) -> Target | None:
    """How they look, and all that they may belong to."""
    if not (of.argv or "").strip() and not (of.program or "").strip():
        stack.faults.add(key, "how such processes look is missing", "give argv or program")
        return None
    units = [unit_ref(unit, (*key, "units", number), stack) for number, unit in enumerate(of.units)]
    named = [container_ref(one, (*key, "containers", number), stack) for number, one in enumerate(of.containers)]
    refs = [service.ref for service in stack.services.values()]
    cwd = at_home(of.cwd, (*key, "cwd"), stack) if of.cwd is not None else None
    return Target(
        "stray-process",
        name,
        StrayOf(
            of.argv or "", of.program, of.user, cwd,
            tuple(ref.name for ref in (*refs, *units) if isinstance(ref, UnitRef)),
            tuple(ref for ref in (*refs, *named) if isinstance(ref, ContainerRef)),
            tuple(ref for ref in refs if isinstance(ref, ProcessesRef)),
            stack.project,
        ),
    )  # fmt: skip


def running(target: Target, stack: Assembly) -> tuple[str, ...]:
    """What a service holds is only seen while it runs; what is in another container, only through the engine."""
    ref = getattr(target.of, "ref", None) or getattr(target.of, "container", None) or target.of
    for name, service in stack.services.items():
        if service.ref == ref and f"{name}.state" in stack.checks:
            return (f"{name}.state",)
    return (stack.engine(),) if isinstance(ref, ContainerRef) else ()


def counting(target: Target, stack: Assembly) -> tuple[str, ...]:
    """How often something runs is told where it does not run at all, too."""
    assert isinstance(target.of, ReplicasOf)
    return (stack.engine(),) if isinstance(target.of.ref, ContainerRef) else ()


def among(target: Target, stack: Assembly) -> tuple[str, ...]:
    """Without the engine, processes of the stack's own containers would seem to be strays."""
    assert isinstance(target.of, StrayOf)
    return (stack.engine(),) if target.of.containers or target.of.project else ()


def _ref(of: OfAny | OfContainer | OfEnv, key: Key, stack: Assembly) -> ServiceRef | None:
    ways = [way for way in ("service", "container", "unit") if getattr(of, way, None) is not None]
    if len(ways) != 1:
        what = f"{' and '.join(ways)} are both given" if ways else "what is looked at is missing"
        stack.faults.add(
            key, what, "give one of service, container" + ("" if isinstance(of, OfContainer) else ", unit")
        )
        return None
    if of.container is not None:
        return container_ref(of.container, (*key, "container"), stack)
    if of.service is None:
        assert not isinstance(of, OfContainer) and of.unit is not None
        return unit_ref(of.unit, (*key, "unit"), stack)
    found = stack.services.get(of.service)
    if found is None:
        stack.faults.add(
            (*key, "service"), f"there is no service called {of.service}", nearest(of.service, stack.services)
        )
        return None
    if isinstance(of, OfContainer) and not isinstance(found.ref, ContainerRef):
        stack.faults.add((*key, "service"), f"{of.service} is no container", "name one that is")
        return None
    return found.ref


KINDS: Final = {
    "clock": Kind(OfClock, clock, needs=running),
    "container-user": Kind(OfContainer, container_user, needs=running),
    "env": Kind(OfEnv, env, telling, running),
    "image-tag": Kind(OfImage, image_tag, needs=running),
    "replicas": Kind(OfAny, replicas, needs=counting),
    "stray-process": Kind(OfStray, stray_process, needs=among),
}
