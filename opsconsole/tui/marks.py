"""The services that somebody has marked, and which service a row of the overview is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from opsconsole.tui.panes import FINDINGS, PANES

if TYPE_CHECKING:
    from opsconsole.model.sample import Target
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.model.stack import Service, Stack


class Marks:
    """Names of services, in the order in which they were marked. What is done next is done to all of them."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are marked."""
        return tuple(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)

    def toggle(self, name: str) -> None:
        """Mark a service, or take its mark away."""
        if name in self._names:
            del self._names[name]
        else:
            self._names[name] = None

    def clear(self) -> None:
        """Take all marks away."""
        self._names.clear()

    def keep(self, stack: Stack) -> None:
        """Forget the services that the stack has no more."""
        self._names = {name: None for name in self._names if stack.service(name) is not None}


def service_of(snapshot: Snapshot, pane: str, key: str) -> Service | None:
    """The service that the row with `key` in that pane is about; None where it is about none."""
    name = key.partition("\n")[0]
    if pane == FINDINGS:
        standing = snapshot.standings.get(name)
        return _service(snapshot.stack, standing.check.target) if standing is not None else None
    kinds = next((kind.kinds for kind in PANES if kind.name == pane), ())
    targets = (target for target in snapshot.stack.watched if target.kind in kinds and target.name == name)
    return next((found for target in targets if (found := _service(snapshot.stack, target))), None)


def _service(stack: Stack, target: Target) -> Service | None:
    named = stack.service(target.name)
    if named is not None or target.of is None:
        return named
    return next((service for service in stack.services if service.ref == target.of), None)


def marked_keys(snapshot: Snapshot, pane: str, keys: Iterable[str], marks: Marks) -> frozenset[str]:
    """The keys of those rows whose service is marked."""
    if not marks:
        return frozenset()
    found = ((key, service_of(snapshot, pane, key)) for key in keys)
    return frozenset(key for key, service in found if service is not None and service.name in marks)
