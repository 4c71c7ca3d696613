"""A work tree that nobody edited, at what should be checked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.checks.patterns import Pattern, compiled
from opsconsole.checks.thresholds import worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.programs import GitReading

_FEW: Final = 4


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """No file that git tracks differs, and there is none that it does not know.

    `untracked = true`: files that git does not know are let be. `branch`: this one is checked out. `tag`: a tag that
    fits is on what is checked out, as text or /pattern/.
    """

    untracked: bool = False
    branch: str | None = None
    tag: Pattern | None = None


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """What differs by name; and always what is checked out."""
    reading: GitReading = sample.value
    at = _at(reading)
    fine = Verdict(Level.OK, f"clean at {at}", at, _expected(expect))
    return worst_of([fine, *_faults(expect, reading, at)])


def _faults(expect: Expect, reading: GitReading, at: str) -> Iterator[Verdict]:
    expected = _expected(expect)
    told = []
    if reading.changed_count:
        told.append(f"changed: {_names(reading.changed, reading.changed_count)}")
    if not expect.untracked and reading.untracked_count:
        told.append(f"not in git: {_names(reading.untracked, reading.untracked_count)}")
    if told:
        yield Verdict(Level.DOWN, f"{'; '.join(told)} (at {at})", at, expected)
    if expect.branch is not None and reading.branch != expect.branch:
        yield Verdict(Level.DOWN, f"is at {at}, expected branch {one_line(expect.branch, 60)}", at, expected)
    if expect.tag is not None and not any(_fits(expect.tag, tag) for tag in reading.tags):
        yield Verdict(Level.DOWN, f"is at {at}, expected tag {one_line(expect.tag, 60)}", at, expected)


def _fits(wanted: Pattern, tag: str) -> bool:
    """A tag is meant as a whole: `v1.2` is not that of `v1.2.3`."""
    return compiled(wanted).fullmatch(tag) is not None


def _at(reading: GitReading) -> str:
    commit = reading.commit[:8] or "no commit yet"
    names = [*reading.tags[:3], *([reading.branch] if reading.branch else [])]
    return f"{commit} ({', '.join(one_line(name, 60) for name in names)})" if names else f"{commit} (no branch)"


def _names(paths: Sequence[str], count: int) -> str:
    more = f" and {count - _FEW} more" if count > _FEW else ""
    return ", ".join(one_line(path, 80) for path in paths[:_FEW]) + more


def _expected(expect: Expect) -> str:
    parts = ["clean"]
    parts += [f"branch {one_line(expect.branch, 60)}"] if expect.branch else []
    parts += [f"tag {one_line(expect.tag, 60)}"] if expect.tag else []
    return ", ".join(parts)
