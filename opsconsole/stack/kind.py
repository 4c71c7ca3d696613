"""What a kind of check is to the stack file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.keys import Key


def as_they_are(target: Target, expect: Any) -> tuple[Target, Any]:
    """Neither has to know of the other."""
    return target, expect


def in_container(target: Target, stack: Assembly) -> tuple[str, ...]:
    """What is in a container is only seen through the engine."""
    return (stack.engine(),) if isinstance(target.of, ContainerRef) else ()


def alone(expect: Any, key: Key, stack: Assembly) -> tuple[str, ...]:
    """It is judged by its own samples."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`of` is how the target is written; `target` makes it, or adds a fault: (check's name, table, key, assembly).

    `fit` lets the target know what the probe has to know of the expectation, and the other way round. `needs` names the
    checks without which it cannot be seen, `beside` those whose standing it is judged by.
    """

    of: type[msgspec.Struct]
    target: Callable[[str, Any, Key, Assembly], Target | None]
    fit: Callable[[Target, Any], tuple[Target, Any]] = as_they_are
    needs: Callable[[Target, Assembly], tuple[str, ...]] = in_container
    beside: Callable[[Any, Key, Assembly], tuple[str, ...]] = alone
