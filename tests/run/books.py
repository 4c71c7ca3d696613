"""Runbooks made by hand, for what is pure."""

from __future__ import annotations

from typing import Any

from opsconsole.model.run import Entry
from opsconsole.model.runbook import Command, Options, Risk, Runbook, Section, Step, StepKind
from opsconsole.run.kinds import Kind


def command(text: str, risk: Risk = Risk.READ, **said: Any) -> Command:
    return Command(text, risk, f"a {risk.word}" if risk else "", **said)


def step(name: str, *commands: Command, kind: StepKind = "command", risk: Risk | None = None, **options: Any) -> Step:
    """A step of these commands; its place in the runbook is given by `book`."""
    text = "\n".join(one.text for one in commands) or name
    return Step(
        1,
        name,
        "Recovery",
        kind,
        text,
        1,
        raised=Risk.READ if risk is None else risk,
        judge=lambda: commands,
        options=Options(**options),
    )


def book(*steps: Step, **said: Any) -> Runbook:
    return Runbook("book", "A book", None, "0" * 64, (Section("Recovery", 1, 1, steps=steps),), **said)


def begun(seq: int = 1, at: float = 1_767_794_531.0) -> Entry:
    data = {"id": "run", "stack": "shop", "host": "box", "user": "anna", "reason": "it is down"}
    return Entry(seq, at, Kind.BEGUN, data)
