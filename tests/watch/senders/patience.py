"""Time-outs that end when the test says so: on a busy machine no short one is long enough for what comes before."""

from __future__ import annotations

import asyncio

import pytest


class Patience:
    """All time-outs of this test."""

    def __init__(self) -> None:
        self._begun: list[asyncio.Timeout] = []
        self._real = asyncio.timeout

    def begin(self, seconds: float | None) -> asyncio.Timeout:
        made = self._real(seconds)
        self._begun.append(made)
        return made

    def is_over(self) -> None:
        """Whatever is waited for now has taken too long."""
        now = asyncio.get_running_loop().time()
        for one in self._begun:
            if one.when() is not None and not one.expired():
                try:
                    one.reschedule(now)
                except RuntimeError:  # what it was for is done
                    continue


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    kept = Patience()
    monkeypatch.setattr(asyncio, "timeout", kept.begin)
    return kept
