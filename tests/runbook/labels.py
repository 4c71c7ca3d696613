"""The labelled commands in `commands/`: what each can do, and why, written by people who read the manuals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from opsconsole.model.runbook import Risk

FOLDER = Path(__file__).parent / "commands"


@dataclass(frozen=True)
class Label:
    """One command, its risk, and the reason for that."""

    command: str
    risk: Risk
    reason: str


@lru_cache(maxsize=1)
def labels() -> tuple[Label, ...]:
    """All of them; a line that is not `command ← reason` is an error."""
    found = []
    for risk in Risk:
        for line in (FOLDER / f"{risk.word}.txt").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("## "):
                command, reason = line.split(" ← ")
                found.append(Label(command.replace("⏎", "\n"), risk, reason))
    return tuple(found)
