"""What a `[[check]]` can be. A kind is one line here: how its target is written, and how the target is made of that.

What it expects is in its module in `checks/`. The tables of a kind must not share a key with its expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from opsconsole.model.sample import Target
from opsconsole.model.targets import BoxOf
from opsconsole.stack.assembly import Assembly, expect_type
from opsconsole.stack.entries import health_of
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind, in_container
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


def _held(target: Target, stack: Assembly) -> tuple[str, ...]:
    """What a service holds is only seen while it runs."""
    state = f"{target.name}.state"
    return (state,) if state in stack.checks else in_container(target, stack)


KINDS: Final[Mapping[str, Kind]] = {
    "box": Kind(OfBox, _box),
    "container": Kind(OfContainer, _container),
    "depth": Kind(OfQueue, _queue),
    "health": Kind(EndpointTable, _health),
    "memory": Kind(OfService, _service("memory"), needs=_held),
    "oldest": Kind(OfQueue, _queue),
    "process": Kind(OfService, _service("process"), needs=_held),
    "restarts": Kind(OfService, _service("life")),
    "unit": Kind(OfUnit, _unit),
}

ELSEWHERE: Final = {
    **dict.fromkeys(
        ("clock", "container-user", "env", "image-tag", "replicas", "stray-process"), "opsconsole.stack.runtime"
    ),
    **dict.fromkeys(("stub", "tcp", "tls"), "opsconsole.stack.network"),
    **dict.fromkeys(("command", "compiles", "git-clean"), "opsconsole.stack.programs"),
    **dict.fromkeys(("file", "frozen", "log", "source"), "opsconsole.stack.paths"),
    **dict.fromkeys(("migrations", "postgres", "sqlite"), "opsconsole.stack.databases"),
}
"""Kind -> the module whose `KINDS` has it. Loaded when a file has a check of such a kind, and not before."""


def kind_of(name: str) -> Kind | None:
    """The kind called `name`, if there is one."""
    if name not in ELSEWHERE:
        return KINDS.get(name)
    found: Kind = import_module(ELSEWHERE[name]).KINDS[name]
    return found


def check(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """A check that is written as an entry of its own, and goes by that entry's name."""
    (it,) = take({name: table[name] for name in ("name", "kind") if name in table}, key, stack.faults, CheckTable)
    kind = kind_of(it.kind) if it else None
    if it is not None and kind is None:
        known = (*KINDS, *ELSEWHERE)
        stack.faults.unknown((*key, "kind"), f"there is no kind of check called '{it.kind}'", known, it.kind)
    if it is None or kind is None:
        stack.know(str(table.get("name")))
        return
    _, of, expect, terms = take(table, key, stack.faults, CheckTable, kind.of, expect_type(it.kind), Terms)
    stack.refers(terms, key)
    target = kind.target(it.name, of, key, stack) if of else None
    if not stack.enter("check", it.name, key, table) or not stack.named(it.name, key):
        return
    if expect is not None and terms is not None and target is not None:
        target, expect = kind.fit(target, expect)
        beside = kind.beside(expect, key, stack)
        stack.add(it.name, it.kind, target, expect, terms, needs=kind.needs(target, stack), beside=beside)
