"""What files should be: there or not, how old, how large, whose, and unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

import msgspec

from opsconsole.checks.quantities import Duration, Size
from opsconsole.checks.thresholds import crossed, need_order, worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration, size
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.paths import File, FileReading

_FEW = 3
"""Files that a reason names."""


class Mode(int):
    """Permission bits, written `"0640"` as chmod takes them."""

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, str) or not re.fullmatch(r"[0-7]{3,4}", written):
            raise ValueError('a mode like "0640" is wanted here, in quotes')
        return cls(written, 8)


class Ages(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Time since a file was last written: over `degraded` or `down` it is too old, under `least` too young."""

    degraded: Duration | None = None
    down: Duration | None = None
    least: Duration | None = None

    def __post_init__(self) -> None:
        _something(self)
        need_order(duration, ("least", self.least), ("degraded", self.degraded), ("down", self.down))


class Sizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of each file: over `degraded` or `down` it is too large, under `least` too small (an empty backup)."""

    degraded: Size | None = None
    down: Size | None = None
    least: Size | None = None

    def __post_init__(self) -> None:
        _something(self)
        need_order(size, ("least", self.least), ("degraded", self.degraded), ("down", self.down))


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is so of every file that is looked at.

    `exists = false`: nothing may match. `least` and `most`: how many may match. `age` and `size`: see there. `mode`:
    exactly these permission bits. `owner` and `group`: by name. All but age and size is DOWN.
    """

    exists: bool = True
    least: Annotated[int, msgspec.Meta(ge=0)] | None = None
    most: Annotated[int, msgspec.Meta(ge=0)] | None = None
    age: Ages | None = None
    size: Sizes | None = None
    mode: Mode | None = None
    owner: str | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        """What should not be there cannot have an owner."""
        others = (self.least, self.most, self.age, self.size, self.mode, self.owner, self.group)
        if not self.exists and any(other is not None for other in others):
            raise ValueError("with exists = false nothing else can be expected")
        need_order(str, ("least", self.least), ("most", self.most))


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The worst of all files decides; others that are as bad are named with it."""
    reading: FileReading = sample.value
    if not expect.exists:
        there = f"{reading.count} there: {_named([file.path for file in reading.files])}"
        if reading.count:
            return Verdict(Level.DOWN, there, str(reading.count), "none")
        return Verdict(Level.OK, "not there, as expected", "none", "none")
    counted = list(_count(expect, reading))
    if not reading.files:
        return worst_of(counted) if counted else Verdict(Level.OK, "none there", "none")
    bad = [*counted, *(fault for file in reading.files for fault in _faults(expect, file, sample.at))]
    if not bad:
        return Verdict(Level.OK, _fine(reading, sample.at))
    first = worst_of(bad)
    also = [verdict.reason for verdict in bad if verdict is not first and verdict.level is first.level]
    more = f"; and {len(also) - _FEW + 1} more" if len(also) >= _FEW else ""
    return Verdict(first.level, "; ".join([first.reason, *also[: _FEW - 1]]) + more, first.measured, first.expected)


def _count(expect: Expect, reading: FileReading) -> Iterator[Verdict]:
    least = 1 if expect.least is None else expect.least
    if reading.count < least:
        reason = "not there" if not reading.count else f"only {reading.count} there, expected at least {least}"
        yield Verdict(Level.DOWN, reason, str(reading.count), f"at least {least}")
    if expect.most is not None and reading.count > expect.most:
        reason = f"{reading.count} there, expected at most {expect.most}"
        yield Verdict(Level.DOWN, reason, str(reading.count), f"at most {expect.most}")


def _faults(expect: Expect, file: File, now: float) -> Iterator[Verdict]:
    name = _name(file.path)
    if expect.age is not None:
        age = max(0.0, now - file.modified_at)
        over = crossed(age, expect.age.degraded, expect.age.down)
        if over.bad and over.threshold is not None:
            reason = f"{name} was last written {duration(age)} ago, over {duration(over.threshold)}"
            yield Verdict(over.level, reason, duration(age), f"at most {duration(over.threshold)}")
        if expect.age.least is not None and age < expect.age.least:
            reason = f"{name} was written {duration(age)} ago, less than {duration(expect.age.least)}"
            yield Verdict(Level.DOWN, reason, duration(age), f"at least {duration(expect.age.least)}")
    if expect.size is not None:
        large = crossed(file.size, expect.size.degraded, expect.size.down)
        if large.bad and large.threshold is not None:
            reason = f"{name} has {size(file.size)}, over {size(large.threshold)}"
            yield Verdict(large.level, reason, size(file.size), f"at most {size(large.threshold)}")
        if expect.size.least is not None and file.size < expect.size.least:
            reason = f"{name} has only {size(file.size)}, less than {size(expect.size.least)}"
            yield Verdict(Level.DOWN, reason, size(file.size), f"at least {size(expect.size.least)}")
    if file.same is False:
        yield Verdict(Level.DOWN, f"{name} has changed", "another content", "that of its sha256")
    yield from _rights(expect, file, name)


def _rights(expect: Expect, file: File, name: str) -> Iterator[Verdict]:
    mode = None if expect.mode is None else f"{expect.mode:04o}"
    for wanted, is_so, what in (
        (mode, f"{file.mode:04o}", "mode"),
        (expect.owner, file.owner, "owner"),
        (expect.group, file.group, "group"),
    ):
        if wanted is not None and wanted != is_so:
            yield Verdict(Level.DOWN, f"{name} has {what} {is_so}, expected {wanted}", is_so, wanted)


def _fine(reading: FileReading, now: float) -> str:
    newest = max(reading.files, key=lambda file: file.modified_at)
    written = f"written {duration(max(0.0, now - newest.modified_at))} ago, {size(newest.size)}"
    return written if reading.count == 1 else f"{reading.count} there; the newest, {_name(newest.path)}, {written}"


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
    return ", ".join(map(_name, paths[:_FEW])) + more


def _name(path: str) -> str:
    return one_line(path.rpartition("/")[2] or path, 60)


def _something(struct: msgspec.Struct) -> None:
    if all(getattr(struct, name) is None for name in struct.__struct_fields__):
        raise ValueError("nothing is expected: give degraded, down or least")
