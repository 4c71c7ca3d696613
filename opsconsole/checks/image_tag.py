"""Whether a container runs the version that is checked out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import ImageReading

_COMMIT: Final = re.compile(r"(?:sha-|git-)?([0-9a-f]{7,40})")
_SHORT: Final = 12


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`same`: the image that runs is that of the version checked out. A different one is DEGRADED.

    What tells, in this order: the image's own revision (label org.opencontainers.image.revision); its tag, where it
    is a version or a commit; whether it is the very image that bears the version's tag here. Where all that is known
    is a tag that moves (`prod`, `latest`), it is UNKNOWN. With `newest`, a tag that by now means another image than
    the one that runs (pulled, but not recreated) is DEGRADED too.
    """

    same: bool = True
    newest: bool = True


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """See `Expect`."""
    reading: ImageReading = sample.value
    measured, expected = one_line(reading.image, 120), _checked_out(reading)
    if expect.newest and reading.named_id is not None and reading.named_id != reading.image_id:
        reason = f"{measured} is another image here by now than the one that runs; it was pulled, but not recreated"
        return Verdict(Level.DEGRADED, reason, _short(reading.image_id), _short(reading.named_id))
    if not expect.same:
        return Verdict(Level.OK, f"runs {measured}", measured, "")
    level, reason = _compared(reading, expected)
    return Verdict(level, reason, measured, expected)


def _compared(reading: ImageReading, expected: str) -> tuple[Level, str]:
    if reading.revision:
        same = _is_commit(reading.revision, reading.commit)
        other = f"runs revision {_short(reading.revision)}, but {expected} is checked out"
        return (Level.OK, f"runs {expected}, by its revision") if same else (Level.DEGRADED, other)
    wanted = {id: name for name, id in reading.wanted}
    if reading.image_id in wanted:
        return Level.OK, f"runs {expected}, the same image as {one_line(wanted[reading.image_id], 80)}"
    return _by_tag(reading, expected, next(iter(wanted.values()), ""))


def _by_tag(reading: ImageReading, expected: str, other: str) -> tuple[Level, str]:
    """What the tag says of an image that has no revision; `other` is the image here that bears the version's tag."""
    runs, tag = one_line(reading.image, 120), _tag(reading.image)
    commit = _COMMIT.fullmatch(tag)
    if _is_version(tag, reading.tags) or (commit and _is_commit(commit[1], reading.commit)):
        return Level.OK, f"runs {expected}, by its tag"
    if other:
        return Level.DEGRADED, f"runs {runs}, which is another image than {one_line(other, 80)}, the one checked out"
    if commit or _like_version(tag):
        return Level.DEGRADED, f"runs {runs}, but {expected} is checked out"
    why = f"its tag moves, it has no revision label, and no image here bears {expected}"
    return Level.UNKNOWN, f"{runs} says no version: {why}"


def _checked_out(reading: ImageReading) -> str:
    return one_line(reading.tags[0], 60) if reading.tags else f"commit {_short(reading.commit)}"


def _tag(image: str) -> str:
    """What comes after the name; a digest is no tag, and a port of a registry neither."""
    name = image.partition("@")[0]
    return name.rpartition("/")[2].partition(":")[2]


def _is_version(tag: str, tags: Sequence[str]) -> bool:
    return bool(tag) and any(tag.removeprefix("v") == one.removeprefix("v") for one in tags)


def _like_version(tag: str) -> bool:
    return bool(re.match(r"v?\d+\.\d+", tag))


def _is_commit(said: str, commit: str) -> bool:
    return len(said) >= 7 and commit.startswith(said.lower())


def _short(id: str) -> str:
    return one_line(id.removeprefix("sha256:"), 64)[:_SHORT]
