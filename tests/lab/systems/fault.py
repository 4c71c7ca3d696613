"""A fault that is put into a system, what it is found by, and what repairs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `break_it` is called with the open system, returns when the fault is really there, and shares nothing with the
    runbooks. `fails` are exactly the checks that are not OK then, with their levels. `runbook` treats it;
    `recovery` names the steps of it that take the fault away, without which it stays. `inputs` are answers by the
    name of what is asked, `holds` says of which conditions ("if …") the operator finds that they hold: part of their
    text; `choices` is what they pick at decisions, by part of the text; `breaks` are the steps at which they
    break the guard's rule, with the fault's name as the reason; `undone` are the steps that they take back by their
    undo, when these are done, and do again; `edits` says what they run in the place of a step's own text. `tidy` is
    called at the end, for what a person would clear up elsewhere.
    """

    name: str
    break_it: Callable[[Any], None]
    fails: Mapping[str, str]
    runbook: str
    recovery: tuple[str, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)
    tidy: Callable[[Any], None] | None = None

    @classmethod
    def none(
        cls,
        runbook: str,
        choices: tuple[str, ...] = (),
        inputs: Mapping[str, str] | None = None,
        breaks: tuple[str, ...] = (),
        edits: Mapping[str, str] | None = None,
    ) -> Fault:
        """Nothing is wrong, and a runbook is followed all the same: a checklist, a deploy."""
        return cls(
            runbook,
            lambda system: None,
            {},
            runbook,
            (),
            inputs or {},
            choices=choices,
            breaks=breaks,
            edits=edits or {},
        )

    @property
    def code(self) -> int:
        """What `status` exits with: DOWN counts most, then DEGRADED, then UNKNOWN."""
        levels = set(self.fails.values())
        return 2 if "DOWN" in levels else 1 if "DEGRADED" in levels else 3
