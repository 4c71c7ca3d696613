"""Queues, endpoints and the box: the entries of a stack file that are no services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.targets import BoxOf, HealthOf, QueueOf
from opsconsole.stack import references
from opsconsole.stack.assembly import Assembly, expect_type
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import BoxTable, EndpointTable, NamedTable, QueueTable, Terms
from opsconsole.stack.take import take

BOX_ROUNDS: Final = 3
"""Rounds before the box counts, where the file says nothing: a moment's pressure is nothing to wake up for."""


def queue(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """The queues behind one broker. With nothing expected, there is a check that the broker answers."""
    it, terms = take(table, key, stack.faults, QueueTable, Terms)
    stack.refers(terms, key)
    of = _queue_of(it, key, stack) if it else None
    new = it is not None and stack.enter("queue", it.name, key, table)
    if not new or terms is None:
        for what in ("depth", "oldest"):
            if isinstance(table.get(what), Mapping):
                stack.read(what, table[what], (*key, what))
            stack.know(f"{table.get('name')}.{what}")
        return
    target = Target("queue", it.name, of) if of else None
    if target:
        stack.queues[it.name] = stack.watch(target)
    needs = _broker_needs(it.broker, stack)
    for what, written in (("depth", it.depth), ("oldest", it.oldest)):
        if written is not None:
            stack.written(f"{it.name}.{what}", what, target, written, (*key, what), terms, needs=needs)
    if it.depth is None and it.oldest is None and target:
        stack.implied(f"{it.name}.depth", "depth", target, key, terms, needs=needs)


def _queue_of(it: QueueTable, key: Key, stack: Assembly) -> QueueOf | None:
    password = _password(it.password, key, stack)
    if it.kind in ("list", "stream") and not it.queues:
        stack.faults.add(key, f"queues is missing: a {it.kind} can have any name", 'add queues = ["…"]')
    try:
        broker = references.broker(it.broker)
    except ValueError as fault:
        remedy = 'put the reference into password = "env:NAME"' if "password" in str(fault) else ""
        stack.faults.add((*key, "broker"), str(fault), remedy)
        return None
    more = {} if it.separator is None else {"separator": it.separator}
    return QueueOf(broker, it.kind, it.queues, password, it.prefix, **more)


def health(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """An endpoint, as a check of its own called `NAME.health`."""
    named, it, expect, terms = take(table, key, stack.faults, NamedTable, EndpointTable, expect_type("health"), Terms)
    stack.refers(terms, key)
    of = health_of(it, key, stack) if it else None
    stack.endpoints[named.name] = Target("health", named.name, of) if of else None
    if not stack.enter("health", named.name, key, table) or not stack.named(f"{named.name}.health", key):
        return
    if of is not None and expect is not None and terms is not None:
        target = Target("health", named.name, of)
        stack.add(f"{named.name}.health", "health", target, expect, terms, needs=_broker_needs(of.url, stack))


def health_of(it: EndpointTable, key: Key, stack: Assembly) -> HealthOf | None:
    """Where an endpoint is, with references instead of secrets."""
    password = _password(it.password, key, stack)
    headers = []
    for name, value in it.headers.items():
        try:
            headers.append((name, references.header(name, value, stack.folder)))
        except ValueError as fault:
            stack.faults.add((*key, "headers", name), str(fault), references.REFERENCE)
    try:
        url = references.endpoint(it.url)
    except ValueError as fault:
        remedy = 'name it in password = "env:NAME" or in a header' if "password" in str(fault) else ""
        stack.faults.add((*key, "url"), str(fault), remedy)
        return None
    return HealthOf(url, tuple(headers), it.method.upper(), it.follow_redirects, it.verify, password)


def box(table: Mapping[str, Any] | None, stack: Assembly) -> None:
    """The box is always watched, and judged unless the file says otherwise."""
    key: Key = ("box",)
    it, expect, terms = take(table or {}, key, stack.faults, BoxTable, expect_type("box"), Terms)
    stack.refers(terms, key)
    if it is None or expect is None or terms is None:
        stack.know("box")
        return
    target = stack.watch(Target("box", "box", BoxOf(it.mounts)))
    if it.enabled and stack.named("box", key):
        if terms.for_ is None:
            terms = msgspec.structs.replace(terms, for_=BOX_ROUNDS)
        stack.add("box", "box", target, expect, terms)


def _password(text: str | None, key: Key, stack: Assembly) -> str | None:
    try:
        return references.secret(text, stack.folder) if text is not None else None
    except ValueError as fault:
        stack.faults.add((*key, "password"), str(fault), references.REFERENCE)
        return None


def _broker_needs(url: str, stack: Assembly) -> tuple[str, ...]:
    """A broker in a container cannot be reached without the engine, nor while that container is down."""
    name = references.container_of(url)
    if name is None:
        return ()
    states = [
        f"{service.name}.state"
        for service in stack.services.values()
        if isinstance(service.ref, ContainerRef) and service.ref.name == name
    ]
    return (stack.engine(), *states)
