"""A small stack whose checks a test can turn red and green, and runs on it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsconsole.model.check import Check, Standing
from opsconsole.model.lately import Lately
from opsconsole.model.runbook import Runbook
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Forbidden, Service, Stack
from opsconsole.model.verdict import Level, Verdict
from opsconsole.run.session import Session
from tests.support.operator import Line, ScriptedOperator


@dataclass
class Shop:
    """A stack called shop in a folder of its own. `red` are the checks that are not OK, with their reasons.

    A check is also red as long as the file `NAME.red` lies in the stack's home, so that a step can mend it.
    """

    folder: Path
    checks: tuple[str, ...] = ("web.health", "worker.process")
    red: dict[str, str] = field(default_factory=dict)
    forbidden: tuple[Forbidden, ...] = ()
    read_only: bool = False
    looks: int = 0
    looked_at: list[tuple[str, ...] | None] = field(default_factory=list)
    broken: str = ""

    @property
    def home(self) -> Path:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def stack(self) -> Stack:
        services = (Service("web", ContainerRef("shop-web")), Service("worker", ContainerRef("shop-worker")))
        return Stack("shop", self.home, services=services, state_folder=self.folder / "state", forbidden=self.forbidden)

    @property
    def state_folder(self) -> Path:
        return self.folder / "state"

    async def look(self, checks: Collection[str] | None = None) -> Snapshot:
        """One OPS-check, or a look at some."""
        self.looks += 1
        self.looked_at.append(None if checks is None else tuple(checks))
        if self.broken:
            raise RuntimeError(self.broken)
        now = time.time()
        return Snapshot(self.stack, now, standings={name: self._standing(name, now) for name in self.checks})

    def _standing(self, name: str, now: float) -> Standing:
        check = Check(name, "health", Target("health", name), None)
        reason = self.red.get(name) or ("not mended" if (self.home / f"{name}.red").exists() else "")
        verdict = Verdict(Level.DOWN, reason) if reason else Verdict(Level.OK, "as expected")
        return Standing(check, verdict, verdict.level, now, now)

    def book(self, text: str, name: str = "book") -> Runbook:
        """A runbook beside the stack, as it is read from its file."""
        from opsconsole.runbook.markdown import parse

        path = self.folder / f"{name}.md"
        path.write_text(text)
        return parse(text, name, path)

    def ports(self, operator: ScriptedOperator) -> dict[str, Any]:
        from opsconsole.runbook.guard import Guard

        return {
            "stack": self.stack,
            "operator": operator,
            "guard": Guard(self.forbidden, read_only=self.read_only),
            "state_folder": self.state_folder,
            "ops_check": self.look,
        }

    async def begin(
        self,
        text: str,
        answers: Iterable[Line] = (),
        *,
        reason: str = "",
        book_name: str = "book",
        lately: Lately | None = None,
        **inputs: str,
    ) -> tuple[Session, ScriptedOperator]:
        operator = ScriptedOperator(answers)
        session = await Session.begin(
            runbook=self.book(text, book_name), reason=reason, inputs=inputs, lately=lately, **self.ports(operator)
        )
        return session, operator

    async def resume(self, answers: Iterable[Line] = (), run_id: str = "last") -> tuple[Session, ScriptedOperator]:
        operator = ScriptedOperator(answers)
        return await Session.resume(run_id, **self.ports(operator)), operator
