"""What is expected, and the judging of it. One module a kind of check, found by name, imported when first used.

Each module holds a frozen `msgspec.Struct` called `Expect` (its form in the stack file, with at least one field
given) and a pure `judge(expect, sample, past) -> Verdict`. `sample` has a value; `past` are the samples of the same
target before it, oldest first, and may be empty (`opsconsole status` looks once).

A kind in `BESIDE` also sees where other checks stand: those that `Check.beside` names. Its judge takes them as a
fourth argument, by name, as far as they were judged, and takes samples without a value too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from opsconsole.model.check import Check, Standing
from opsconsole.model.sample import Sample
from opsconsole.model.verdict import Level, Verdict

MODULES = {
    "box": "opsconsole.checks.box",
    "clock": "opsconsole.checks.clock",
    "command": "opsconsole.checks.command",
    "compiles": "opsconsole.checks.compiles",
    "container": "opsconsole.checks.container",
    "container-user": "opsconsole.checks.container_user",
    "depth": "opsconsole.checks.depth",
    "engine": "opsconsole.checks.engine",
    "env": "opsconsole.checks.env",
    "file": "opsconsole.checks.file",
    "frozen": "opsconsole.checks.frozen",
    "git-clean": "opsconsole.checks.git_clean",
    "health": "opsconsole.checks.health",
    "image-tag": "opsconsole.checks.image_tag",
    "log": "opsconsole.checks.log",
    "memory": "opsconsole.checks.memory",
    "migrations": "opsconsole.checks.migrations",
    "oldest": "opsconsole.checks.oldest",
    "postgres": "opsconsole.checks.rows",
    "process": "opsconsole.checks.process",
    "replicas": "opsconsole.checks.replicas",
    "restarts": "opsconsole.checks.restarts",
    "source": "opsconsole.checks.source",
    "sqlite": "opsconsole.checks.rows",
    "stray-process": "opsconsole.checks.stray_process",
    "stub": "opsconsole.checks.stub",
    "tcp": "opsconsole.checks.tcp",
    "tls": "opsconsole.checks.tls",
    "unit": "opsconsole.checks.unit",
}
"""Kind of check -> module with `Expect` and `judge`."""

BESIDE = frozenset({"stub"})
"""Kinds whose judge looks at where other checks stand."""


def judge(
    check: Check, sample: Sample, past: Sequence[Sample] = (), standings: Mapping[str, Standing] = MappingProxyType({})
) -> Verdict:
    """The verdict of `check` on `sample`; a sample without a value gets the level of its problem.

    `standings` are where all checks stand now; a check sees of them those that it looks at beside its own sample.
    """
    if check.kind in BESIDE:
        beside = {name: standings[name] for name in check.beside if name in standings}
        seen: Verdict = import_module(MODULES[check.kind]).judge(check.expect, sample, past, beside)
        return _capped(seen, check.severity)
    if sample.problem is not None:
        return _capped(sample.problem.verdict(), check.severity)
    verdict: Verdict = import_module(MODULES[check.kind]).judge(check.expect, sample, past)
    return _capped(verdict, check.severity)


def _capped(verdict: Verdict, severity: Level) -> Verdict:
    if verdict.level <= severity or verdict.level is Level.UNKNOWN:
        return verdict
    return Verdict(severity, verdict.reason, verdict.measured, verdict.expected)
