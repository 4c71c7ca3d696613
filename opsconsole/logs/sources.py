"""Which logs belong to what the stack calls by name. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from opsconsole.logs.lines import Place, Source
from opsconsole.model.paths import LogOf
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.stack import Stack


def sources_of(stack: Stack, name: str) -> list[Source]:
    """The logs of a service, or of a check of a log; empty where none is known.

    A service has the log of its container, the journal of its unit, or what its processes write to; and the files that
    the checks named after it (`worker.errors`) look at.
    """
    service = stack.service(name)
    checks = {target.name: target.of for target in stack.watched if isinstance(target.of, LogOf)}
    if service is None:
        return [Source(name, _place(checks[name]))] if name in checks else []
    beside = [of for check, of in checks.items() if of.file and check.partition(".")[0] == name]
    return [Source(name, service.ref), *(Source(Path(of.file or "").name, _place(of)) for of in beside)]


def known(stack: Stack) -> list[str]:
    """Every name that has logs: the services, then the checks of logs."""
    checks = (target.name for target in stack.watched if isinstance(target.of, LogOf))
    return list(dict.fromkeys([*(service.name for service in stack.services), *checks]))


def sources(stack: Stack, names: Sequence[str]) -> tuple[list[Source], list[str]]:
    """The logs of several names, each place once, and the names that have none."""
    found: dict[Place, Source] = {}
    none: list[str] = []
    for name in dict.fromkeys(names):
        of = sources_of(stack, name)
        for one in of:
            found.setdefault(one.of, one)
        if not of:
            none.append(name)
    return list(found.values()), none


def _place(of: LogOf) -> Place:
    if of.container is not None:
        return ContainerRef(of.container)
    return UnitRef(of.unit) if of.unit is not None else Path(of.file or "")
