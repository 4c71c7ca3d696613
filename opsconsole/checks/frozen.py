"""Files that must be as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.paths import FrozenReading

_FEW: Final = 5


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`files`: those that the manifest must name, so that none gets out by its line being lost."""

    files: tuple[str, ...] = ()


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """What has changed, what is gone, and what was never recorded, by name."""
    reading: FrozenReading = sample.value
    recorded = set(reading.recorded)
    unrecorded = [name for name in expect.files if name.removeprefix("./") not in recorded]
    told = [
        f"{what}: {_names(names)}"
        for what, names in (
            ("changed", reading.changed),
            ("missing", reading.missing),
            ("not in the manifest", unrecorded),
        )
        if names
    ]
    count = f"{len(reading.recorded)} files" if len(reading.recorded) != 1 else "1 file"
    if told:
        return Verdict(Level.DOWN, "; ".join(told), told[0], "as recorded")
    return Verdict(Level.OK, f"{count} as recorded", count, "as recorded")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(one_line(name, 80) for name in names[:_FEW]) + more
