"""What is expected, and the judging of it. One module a kind of check, found by name, imported when first used.

Each module holds a frozen `msgspec.Struct` called `Expect` (its form in the stack file, with at least one field
given) and a pure `judge(expect, sample, past) -> Verdict`. `sample` has a value; `past` are the samples of the same
target before it, oldest first, and may be empty (`opsconsole status` looks once).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from opsconsole.model.check import Check
from opsconsole.model.sample import Sample
from opsconsole.model.verdict import Level, Verdict

MODULES = {
    "box": "opsconsole.checks.box",
    "container": "opsconsole.checks.container",
    "depth": "opsconsole.checks.depth",
    "engine": "opsconsole.checks.engine",
    "health": "opsconsole.checks.health",
    "memory": "opsconsole.checks.memory",
    "oldest": "opsconsole.checks.oldest",
    "process": "opsconsole.checks.process",
    "restarts": "opsconsole.checks.restarts",
    "unit": "opsconsole.checks.unit",
}
"""Kind of check -> module with `Expect` and `judge`."""


def judge(check: Check, sample: Sample, past: Sequence[Sample] = ()) -> Verdict:
    """The verdict of `check` on `sample`; a sample without a value gets the level of its problem."""
    if sample.problem is not None:
        return _capped(sample.problem.verdict(), check.severity)
    verdict: Verdict = import_module(MODULES[check.kind]).judge(check.expect, sample, past)
    return _capped(verdict, check.severity)


def _capped(verdict: Verdict, severity: Level) -> Verdict:
    if verdict.level <= severity or verdict.level is Level.UNKNOWN:
        return verdict
    return Verdict(severity, verdict.reason, verdict.measured, verdict.expected)
