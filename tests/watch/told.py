"""A check that concludes what its sample tells it to, so that tests of the store choose the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from opsconsole import checks
from opsconsole.model.check import Check
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.stack import Stack
from opsconsole.model.verdict import Level, Verdict

KIND = "told"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks of kind `told` exist."""
    monkeypatch.setitem(checks.MODULES, KIND, __name__)


def judge(expect: object, sample: Sample, past: Sequence[Sample]) -> Verdict:
    if isinstance(sample.value, Exception):
        raise sample.value
    return Verdict(sample.value, f"told {sample.value.name}")


def target(name: str, kind: str = "thing") -> Target:
    return Target(kind, name)


def check(name: str, on: Target | None = None, **more: object) -> Check:
    return Check(name, KIND, on or target(name), None, **more)  # type: ignore[arg-type]


def stack_of(*checks: Check) -> Stack:
    return Stack("test", Path("/"), watched=tuple(dict.fromkeys(c.target for c in checks)), checks=checks)


def says(on: str | Target, level: Level, at: float) -> Sample:
    return Sample(target(on) if isinstance(on, str) else on, at, level)


def fails(on: str | Target, at: float, kind: ProblemKind = ProblemKind.GONE) -> Sample:
    return Sample(target(on) if isinstance(on, str) else on, at, problem=Problem(kind, kind.value))
