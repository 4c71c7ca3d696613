"""A stack whose file has faults: each fault stands among the findings, beside all that can still be seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.stack import Stack
from opsconsole.model.trouble import Trouble

KIND: Final = "fault"
"""The kind of target that a fault is; its probe only repeats it."""

_UNTIL_THEN: Final = "until then this console only looks"


def with_faults(stack: Stack, troubles: Sequence[Trouble]) -> Stack:
    """`stack` with one check a faulty line, called by its place ("stack.toml:12"), that is UNKNOWN and says why."""
    told: dict[str, list[str]] = {}
    for trouble in troubles:
        place, _, key = trouble.where.partition(": ")
        what = f"{key}: {trouble.what}" if key else trouble.what
        told.setdefault(place or "stack file", []).append("; ".join(filter(None, (what, trouble.remedy))))
    if not told:
        return stack
    next(iter(told.values())).append(_UNTIL_THEN)
    targets = {place: Target(KIND, place, " · ".join(reasons)) for place, reasons in told.items()}
    checks = tuple(Check(place, KIND, target, None) for place, target in targets.items())
    return replace(stack, watched=(*targets.values(), *stack.watched), checks=(*checks, *stack.checks))
