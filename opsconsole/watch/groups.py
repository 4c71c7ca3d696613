"""Which targets are looked at together, how often, and for how long they may keep us waiting. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.stack import Stack

PACES: Final = {
    "container": 1.0,  # answered from memory, which the engine's events keep right
    "memory": 1.0,
    "process": 1.0,
    "engine": 2.0,
    "unit": 2.0,
    "queue": 2.0,
    "health": 5.0,
    "box": 5.0,
    "tcp": 5.0,
    "replicas": 5.0,
    "stray-process": 5.0,
    "env": 15.0,  # what something was started with does not change; what is written beside it may
    "container-user": 15.0,
    "clock": 60.0,
    "image-tag": 60.0,
    "tls": 600.0,
    "fault": 60.0,  # does not change
    "file": 10.0,
    "log": 10.0,
    "frozen": 30.0,
    "sqlite": 30.0,
    "postgres": 30.0,
    "git-clean": 30.0,
    "command": 60.0,
    "migrations": 60.0,
    "source": 300.0,
    "compiles": 300.0,
}
"""Seconds between two looks at a target of a kind, where no check on it says otherwise."""

TIMEOUTS: Final = {
    "memory": 2.0,
    "process": 2.0,
    "health": 5.0,
    "tls": 5.0,
    "image-tag": 5.0,
    "log": 5.0,
    "sqlite": 5.0,
    "postgres": 5.0,
    "git-clean": 5.0,
    "migrations": 5.0,
    "command": 10.0,
    "frozen": 10.0,
    "source": 10.0,
    "compiles": 10.0,
}
"""Seconds that a look of a kind may take, where no check says otherwise; `TIMEOUT` for all others."""

TIMEOUT: Final = 3.0
PACE: Final = 5.0

STARTED: Final = (
    *("command", "postgres", "migrations", "git-clean", "log", "sqlite"),
    *("file", "frozen", "compiles", "source"),
)
"""Kinds that start a program, or read what may be long: what takes longest comes first, what keeps us busy last."""

LEAD: Final = (
    *("fault", "engine", "container", "unit", "queue", "memory", "process", "box", *STARTED),
    *("replicas", "container-user", "env", "image-tag", "clock", "stray-process", "tls", "tcp", "health"),
)
"""The order in which a single look begins: what is waited for before what is read on the spot, but endpoints last:
their latency is measured, and an import or a long read in between would be counted as theirs."""

APART: Final = frozenset({"health", "queue", "tcp", "tls", "image-tag", "env", *STARTED})
"""Kinds whose targets lie behind connections of their own, are started each by itself, or lie on folders that may hang,
so that none may wait for another one."""

_SHORTEST: Final = 0.2  # seconds; an `every` below that would only load the box


@dataclass(frozen=True, slots=True)
class Group:
    """Targets of one kind that share a pace and a time-out, both in seconds."""

    kind: str
    pace: float
    timeout: float
    targets: tuple[Target, ...]


def rounds(stack: Stack) -> tuple[Group, ...]:
    """The groups in which a stack is watched: by kind, pace and time-out; those `APART` one by one."""
    gathered: dict[tuple[object, ...], list[Target]] = {}
    checks = _by_target(stack)
    for target in dict.fromkeys(stack.watched):
        on_it = checks.get(target, ())
        key = (target.kind, _pace(target, on_it), _timeout(target, on_it), target if target.kind in APART else None)
        gathered.setdefault(key, []).append(target)
    return tuple(
        Group(t[0].kind, _pace(t[0], checks.get(t[0], ())), _timeout(t[0], checks.get(t[0], ())), tuple(t))
        for t in gathered.values()
    )


def single_look(stack: Stack, most: float) -> tuple[Group, ...]:
    """The groups in which a stack is looked at once, in the order of `LEAD`, none for longer than `most` seconds.

    What is started by us takes as long as its check says: half a smoke test would be a finding that is none.
    """
    gathered: dict[tuple[str, float], list[Target]] = {}
    checks = _by_target(stack)
    for target in dict.fromkeys(stack.watched):
        timeout = _timeout(target, checks.get(target, ()))
        timeout = timeout if target.kind in STARTED else min(most, timeout)
        gathered.setdefault((target.kind, timeout), []).append(target)
    found = [Group(kind, 0.0, timeout, tuple(targets)) for (kind, timeout), targets in gathered.items()]
    return tuple(sorted(found, key=lambda group: LEAD.index(group.kind) if group.kind in LEAD else len(LEAD)))


def only(stack: Stack, names: Collection[str]) -> Stack:
    """The stack cut down to the checks called `names`, what these need or look at, and the targets of all of them."""
    by_name = {check.name: check for check in stack.checks}
    wanted: set[str] = set()
    open_names = [name for name in names if name in by_name]
    while open_names:
        name = open_names.pop()
        if name not in wanted:
            wanted.add(name)
            both = (*by_name[name].needs, *by_name[name].beside)
            open_names += [needed for needed in both if needed in by_name]
    checks = tuple(check for check in stack.checks if check.name in wanted)
    return replace(stack, checks=checks, watched=tuple(dict.fromkeys(check.target for check in checks)))


def _by_target(stack: Stack) -> dict[Target, tuple[Check, ...]]:
    found: dict[Target, tuple[Check, ...]] = {}
    for check in stack.checks:
        found[check.target] = (*found.get(check.target, ()), check)
    return found


def _pace(target: Target, checks: Collection[Check]) -> float:
    """That of the most impatient check on it; one that names none goes by the kind's own."""
    usual = PACES.get(target.kind, PACE)
    return max(_SHORTEST, min((check.every or usual for check in checks), default=usual))


def _timeout(target: Target, checks: Collection[Check]) -> float:
    """That of the most patient check on it."""
    usual = TIMEOUTS.get(target.kind, TIMEOUT)
    return max((check.timeout or usual for check in checks), default=usual)
