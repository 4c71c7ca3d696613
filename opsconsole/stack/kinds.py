"""What a `[[check]]` can be. A kind is one line here: how its target is written, and how the target is made of that.

What it expects is in its module in `checks/`. The tables of a kind must not share a key with its expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.targets import BoxOf, StrayOf, TcpOf, TlsOf
from opsconsole.stack import environment, network, runtime
from opsconsole.stack.assembly import Assembly, expect_type
from opsconsole.stack.entries import health_of
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import CheckTable, EndpointTable, Table, Terms
from opsconsole.stack.services import container_ref, life_target, unit_ref
from opsconsole.stack.take import take


class OfBox(Table, frozen=True):
    """`mounts`: only these; all real file systems otherwise."""

    mounts: tuple[str, ...] = ()


class OfContainer(Table, frozen=True):
    """A container that is no service of this stack."""

    container: str


class OfUnit(Table, frozen=True):
    """A unit that is no service of this stack."""

    unit: str


class OfService(Table, frozen=True):
    """One of this file's services."""

    service: str


class OfQueue(Table, frozen=True):
    """One of this file's queue entries."""

    queue: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`of` is how the target is written; `target` makes it, or adds a fault: (check's name, table, key, assembly).

    `fit` makes it know what the probe has to know of what is expected: (target, expectation).
    """

    of: type[msgspec.Struct]
    target: Callable[[str, Any, Key, Assembly], Target | None]
    fit: Callable[[Target, Any], Target] | None = None


def _box(name: str, of: OfBox, key: Key, stack: Assembly) -> Target:
    return Target("box", name, BoxOf(of.mounts))


def _container(name: str, of: OfContainer, key: Key, stack: Assembly) -> Target | None:
    ref = container_ref(of.container, (*key, "container"), stack)
    return Target("container", name, ref) if ref else None


def _unit(name: str, of: OfUnit, key: Key, stack: Assembly) -> Target | None:
    ref = unit_ref(of.unit, (*key, "unit"), stack)
    return Target("unit", name, ref) if ref else None


def _health(name: str, of: EndpointTable, key: Key, stack: Assembly) -> Target | None:
    found = health_of(of, key, stack)
    return Target("health", name, found) if found else None


def _service(kind: str) -> Callable[[str, OfService, Key, Assembly], Target | None]:
    def target(name: str, of: OfService, key: Key, stack: Assembly) -> Target | None:
        service = stack.services.get(of.service)
        if service is None:
            remedy = nearest(of.service, stack.services)
            stack.faults.add((*key, "service"), f"there is no service called {of.service}", remedy)
            return None
        return life_target(service.name, service.ref) if kind == "life" else Target(kind, service.name, service.ref)

    return target


def _queue(name: str, of: OfQueue, key: Key, stack: Assembly) -> Target | None:
    found = stack.queues.get(of.queue)
    if found is None:
        remedy = nearest(of.queue, stack.queues)
        stack.faults.add((*key, "queue"), f"there is no queue entry called {of.queue}", remedy)
    return found


KINDS: Final[Mapping[str, Kind]] = {
    "box": Kind(OfBox, _box),
    "clock": Kind(runtime.OfClock, runtime.clock),
    "container": Kind(OfContainer, _container),
    "container-user": Kind(runtime.OfContainer, runtime.container_user),
    "depth": Kind(OfQueue, _queue),
    "env": Kind(runtime.OfEnv, runtime.env, environment.telling),
    "health": Kind(EndpointTable, _health),
    "image-tag": Kind(runtime.OfImage, runtime.image_tag),
    "memory": Kind(OfService, _service("memory")),
    "oldest": Kind(OfQueue, _queue),
    "process": Kind(OfService, _service("process")),
    "replicas": Kind(runtime.OfAny, runtime.replicas),
    "restarts": Kind(OfService, _service("life")),
    "stray-process": Kind(runtime.OfStray, runtime.stray_process),
    "stub": Kind(network.OfStub, network.stub),
    "tcp": Kind(network.OfTcp, network.tcp, network.listening),
    "tls": Kind(network.OfTls, network.tls),
    "unit": Kind(OfUnit, _unit),
}


def check(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """A check that is written as an entry of its own, and goes by that entry's name."""
    (it,) = take({name: table[name] for name in ("name", "kind") if name in table}, key, stack.faults, CheckTable)
    kind = KINDS.get(it.kind) if it else None
    if it is not None and kind is None:
        stack.faults.unknown((*key, "kind"), f"there is no kind of check called '{it.kind}'", KINDS, it.kind)
    if it is None or kind is None:
        stack.know(str(table.get("name")))
        return
    _, of, expect, terms = take(table, key, stack.faults, CheckTable, kind.of, expect_type(it.kind), Terms)
    stack.refers(terms, key)
    target = kind.target(it.name, of, key, stack) if of else None
    if not stack.enter("check", it.name, key, table) or not stack.named(it.name, key):
        return
    if expect is not None and terms is not None and target is not None:
        if it.kind == "tls" and expect.host is None:
            expect = msgspec.structs.replace(expect, host=network.host_of(target))
        target = kind.fit(target, expect) if kind.fit is not None else target
        beside = network.beside(expect, key, stack) if it.kind == "stub" else ()
        stack.add(it.name, it.kind, target, expect, terms, needs=_needs(it.kind, target, stack), beside=beside)


def _needs(kind: str, target: Target, stack: Assembly) -> tuple[str, ...]:
    """What a service holds is only seen while it runs; what is in a container, only through the engine."""
    ref = runtime.ref_of(target)
    state = next((f"{name}.state" for name, one in stack.services.items() if one.ref == ref), "")
    # How often it runs is told best where it does not run at all.
    if state in stack.checks and kind in ("memory", "process", *runtime.HELD_BY_SERVICES):
        return (state,)
    name = target.of.address.container if isinstance(target.of, TcpOf | TlsOf) and target.of.address else ""
    states = [
        f"{one.name}.state"
        for one in stack.services.values()
        if name and isinstance(one.ref, ContainerRef) and one.ref.name == name
    ]
    many = isinstance(target.of, StrayOf) and bool(target.of.containers)
    return (stack.engine(), *states) if isinstance(ref, ContainerRef) or name or many else ()
