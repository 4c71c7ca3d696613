"""As whom the first process of a container runs, whatever its image says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import UserReading


class User(str):
    """Numbers, as the container counts: `10001`, or with the group `10001:10001`."""

    __slots__ = ()

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
        user, colon, group = text.partition(":") if isinstance(text, str) else ("", "", "")
        if not user.isdecimal() or (colon and not group.isdecimal()):
            raise ValueError('a number is wanted here, maybe with a group: "10001:10001"')
        return cls(text)


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exactly this `user`, and group where one is given; with none given anybody but root. Any other is DOWN."""

    user: User | None = None


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """Root inside is root, also where the box knows it by another number."""
    reading: UserReading = sample.value
    measured = f"{reading.uid}:{reading.gid}"
    runs = f"process {reading.pid} ({reading.program})" if reading.program else f"process {reading.pid}"
    if expect.user is None:
        bad, expected = reading.uid == 0, "not root"
    else:
        user, _, group = expect.user.partition(":")
        bad, expected = reading.uid != int(user) or (bool(group) and reading.gid != int(group)), str(expect.user)
    if not bad:
        return Verdict(Level.OK, f"runs as {measured}", measured, expected)
    who = f"root ({measured})" if reading.uid == 0 else measured
    if reading.uid_outside != reading.uid:
        who += f", which the box calls {reading.uid_outside}"
    return Verdict(Level.DOWN, f"{runs} runs as {who}, expected {expected}", measured, expected)
