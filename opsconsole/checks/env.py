"""The environment that something was started with: values allowed, the contract, and what a file says by now.

Values are compared, and never shown but where a check names them and their name is not that of a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from opsconsole.checks.thresholds import worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.held import Held
    from opsconsole.model.runtime import EnvReading

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMED: Final = 6


class Values(tuple[tuple[str, tuple[str, ...]], ...]):
    """`{ NAME = ["0", "1"], OTHER = "1" }`: what each variable may be. "" in a list: it may be missing, or empty."""

    __slots__ = ()

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, dict) or not written:
            raise ValueError('a table like { NAME = ["0", "1"] } is wanted here')
        found = []
        for name, given in written.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"{one_line(name, 40)!r} is no name of a variable")
            values = [given] if isinstance(given, str) else given
            if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
                raise ValueError(f'what {name} may be is text in quotes: ["0", "1"]')
            found.append((name, tuple(values)))
        return cls(found)


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`values` are allowed ones by name, `has` names that must be set and not empty; else it is DOWN.

    Names that the contract (`example`) has and the environment has not are DOWN, with `complete = false` they are
    nothing. What a file, or the compose file, says otherwise than what runs is DEGRADED: it takes effect when
    the thing is next made anew, and not before. `ignore` are names for which both may be so. `alias` says under which
    other names a variable may be set instead, as where a program takes an old name too.
    """

    values: Values = Values()
    has: tuple[str, ...] = ()
    complete: bool = True
    ignore: tuple[str, ...] = ()
    alias: Values = Values()


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The worst of what is wrong; of what is equally bad the first is told, in full."""
    reading: EnvReading = sample.value
    fine = Verdict(Level.OK, f"{len(reading.running)} variables, as expected")
    return worst_of([fine, *_faults(expect, reading)])


def _faults(expect: Expect, reading: EnvReading) -> Iterator[Verdict]:
    for name, allowed in expect.values:
        if not _allowed(reading.running.get(name), allowed):
            yield _refused(name, reading.running.get(name), allowed, "")
    instead = {name for name, others in expect.alias if any(_is_set(reading.running.get(other)) for other in others)}
    lacking = [name for name in expect.has if not _is_set(reading.running.get(name)) and name not in instead]
    if lacking:
        yield Verdict(Level.DOWN, f"not set: {_list(lacking)}", "not set", _list(lacking))
    passed = {*reading.running, *expect.ignore, *instead}
    missing = [name for name in reading.required if name not in passed]
    if expect.complete and missing:
        yield Verdict(
            Level.DOWN, f"{reading.contract} has {_list(missing)}, which is not set here", "not set", _list(missing)
        )
    for file, written in reading.written:
        for name, allowed in expect.values:
            if name in written and not _allowed(written[name], allowed):
                yield _refused(name, written[name], allowed, f" in {file}")
        if changes := list(_changes(expect, reading, file, written)):
            reason = f"{file} differs from what runs: {_list(changes)}; it takes effect when this is made anew"
            yield Verdict(Level.DEGRADED, reason, "differs", f"as in {file}")


def _changes(expect: Expect, reading: EnvReading, file: str, written: dict[str, Held]) -> Iterator[str]:
    """Names whose value would be another one. What only runs may come from elsewhere, but compose says all there is."""
    from opsconsole.model.runtime import COMPOSE_FILE

    if file == COMPOSE_FILE:
        yield from (f"{name} (no more)" for name in reading.dropped if name not in expect.ignore)
    for name, held in written.items():
        running = reading.running.get(name)
        if name not in expect.ignore and (running is None or running.mark != held.mark):
            yield name if running is not None else f"{name} (not set)"


def _refused(name: str, held: Held | None, allowed: tuple[str, ...], where: str) -> Verdict:
    words = " or ".join(one_line(value, 20) or "nothing" for value in allowed)
    told = "not set" if held is None else "something else" if held.told is None else f"{one_line(held.told, 40)!r}"
    level = Level.DEGRADED if where else Level.DOWN
    later = ", and is so when this is next made anew" if where else ""
    return Verdict(level, f"{name} is {told}{where}, expected {words}{later}", told, words)


def _allowed(held: Held | None, allowed: tuple[str, ...]) -> bool:
    from opsconsole.model.held import hold

    if held is None:
        return "" in allowed
    return any(held.mark == hold(value).mark for value in allowed)


def _is_set(held: Held | None) -> bool:
    from opsconsole.model.held import hold

    return held is not None and held.mark != hold("").mark


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(one_line(name, 60) for name in names[:_NAMED]) + more
