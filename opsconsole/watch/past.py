"""The samples of one target over the last quarter of an hour, in a form that costs nothing to hand out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, overload

from opsconsole.model.sample import Sample

KEEP: Final = 900.0
"""How far back the past reaches, in seconds: enough to see a trend, and what an operator remembers."""

MOST: Final = 1200
"""The most samples kept of one target: a round a second for `KEEP`, and some that events have caused."""


class Past(Sequence[Sample]):
    """Samples of one target, oldest first. It never changes, and follows on from another without a copy.

    Views share one growing list and differ in where they begin and end; a list whose first half nobody new
    looks at is left to the views that still do.
    """

    __slots__ = ("_samples", "_start", "_stop")

    def __init__(self, samples: list[Sample] | None = None, start: int = 0) -> None:
        self._samples = samples if samples is not None else []
        self._start = start
        self._stop = len(self._samples)

    def followed_by(self, sample: Sample) -> Past:
        """This past and then `sample`, without what is older than `KEEP`.

        Samples that claim to be later than `sample` were taken before the clock was set back: their times
        can no longer be compared with what follows, so they are forgotten.
        """
        samples, start = self._samples, self._start
        if self._stop != len(samples):
            samples, start = samples[start : self._stop], 0
        if len(samples) > start and samples[-1].at > sample.at:
            samples, start = [old for old in samples[start:] if old.at <= sample.at], 0
        samples.append(sample)
        oldest = sample.at - KEEP
        while samples[start].at < oldest:
            start += 1
        start = max(start, len(samples) - MOST)
        if start > 64 and start * 2 > len(samples):
            samples, start = samples[start:], 0
        return Past(samples, start)

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | Sequence[Sample]:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            if step < 0:
                return [self[place] for place in range(first, last, step)]
            return self._samples[self._start + first : self._start + max(first, last) : step]
        place = index + (self._stop if index < 0 else self._start)
        if not self._start <= place < self._stop:
            raise IndexError(index)
        return self._samples[place]

    def __repr__(self) -> str:
        return f"Past({list(self)!r})"
