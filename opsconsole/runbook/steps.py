"""Makes the steps of a runbook from the parts of its outline. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from opsconsole.model.runbook import Command, Fault, Placeholder, Risk, Step
from opsconsole.runbook.anchors import anchor
from opsconsole.runbook.front_matter import Front
from opsconsole.runbook.info_string import Info, read_info
from opsconsole.runbook.inputs import placeholders
from opsconsole.runbook.kinds import SHELLS, only_comments, to_run
from opsconsole.runbook.outline import Block, Box, Links
from opsconsole.runbook.risk import assess, overall
from opsconsole.runbook.sessions import expectations
from opsconsole.runbook.sql import judge_sql

Judge: TypeAlias = Callable[[], tuple[Command, ...]]


class StepMaker:
    """Numbers and names the steps of one document, and gathers what is wrong with them."""

    def __init__(self, front: Front, given: Collection[str] = ()) -> None:
        """`given` are the names that the author gave to steps anywhere in the document: no other step takes one."""
        self.front = front
        self.given = given
        self.declared = frozenset(given.name for given in front.inputs)
        self.faults: list[Fault] = []
        self.index = 0
        self.names: set[str] = set()
        self.counts: dict[str, int] = {}

    def block(self, block: Block, section: str, prose: str) -> Step:
        """The step, or the shown block, that a block of code is."""
        info = read_info(block.info)
        self.faults += [replace(fault, line=block.line) for fault in info.faults]
        text = block.text.rstrip("\n")
        interpreter = info.options.interpreter or self.front.interpreters.get(info.lang.lower())
        shell = info.lang.lower() in SHELLS or not info.lang
        session = to_run(info.lang, text, None if shell else interpreter) if not info.output else None
        if session is None or (shell and only_comments(session.text)):
            return self._shown(text, block, section, prose, info)
        script = session.text
        judge = partial(assess, script, self.declared) if shell else partial(_interpreted, script, info.lang)
        index, name = self._next(), self._name(info.name, section, block.line)
        return Step(
            index,
            name,
            section,
            "command",
            script,
            block.line,
            info.lang,
            *(self._said(info, judge, block.line) if info.risk is not None else (Risk.READ, judge)),
            tuple(p for p in placeholders(script, self.declared) if info.options.prompt_env or not _may_stay(p)),
            expectations(text),
            prose,
            info.options if shell else replace(info.options, interpreter=interpreter),
            (),
            session.example,
            block.tab,
            block.group,
        )

    def _shown(self, text: str, block: Block, section: str, prose: str, info: Info) -> Step:
        index, name = self._next(), self._name(info.name, section, block.line)
        where = (text, block.line, info.lang)
        return Step(index, name, section, "shown", *where, prose=prose, tab=block.tab, tab_group=block.group)

    def tick(self, box: Box, section: str, prose: str) -> Step:
        """A box to be ticked."""
        return Step(self._next(), self._name(None, section), section, "tick", box.text, box.line, prose=prose)

    def decision(self, links: Links, section: str, prose: str) -> Step:
        """A list of ways to go on."""
        text = "\n".join(f"- {says}" for says, _ in links.items)
        name = self._name(None, section)
        return Step(self._next(), name, section, "decision", text, links.line, prose=prose, choices=links.items)

    def _next(self) -> int:
        self.index += 1
        return self.index

    def _name(self, given: str | None, section: str, line: int = 0) -> str:
        """The author's name for it, else one from the heading; each is there once."""
        if given is not None and given in self.names:
            self.faults.append(Fault(line, "same-name", f"another step is called {given} too"))
        wanted = given or anchor(section) or "step"
        name, number = wanted, self.counts.get(wanted, 1)
        while name in self.names or (given is None and name in self.given):
            number += 1
            name = f"{wanted}-{number}"
        self.counts[wanted] = number
        self.names.add(name)
        return name

    def _said(self, info: Info, judge: Judge, line: int) -> tuple[Risk, Judge]:
        """An author may raise the risk freely, and lower only what nobody knows to a look."""
        commands, said = judge(), info.risk or Risk.READ
        found = overall(commands)
        if said >= found:
            return said, judge
        if found is Risk.UNKNOWN and said is Risk.READ:
            look = tuple(
                replace(c, risk=Risk.READ, why="its author says so") if c.risk is Risk.UNKNOWN else c for c in commands
            )
            return Risk.READ, lambda: look
        message = f"risk={said.word} is less than what it does ({found.word}), and is not believed"
        self.faults.append(Fault(line, "risk-lowered", message))
        return Risk.READ, judge


def _may_stay(placeholder: Placeholder) -> bool:
    """Whether a step could run with it as it is written: a variable has a value of its own."""
    return placeholder.optional or placeholder.text.startswith("$")


def _interpreted(text: str, lang: str) -> tuple[Command, ...]:
    """A block in another language, which an interpreter was named for, is one command."""
    if lang.lower() in ("sql", "psql", "postgresql", "mysql", "sqlite"):
        judgement = judge_sql(text)
        return (Command(text, judgement.risk, judgement.why),)
    return (Command(text, Risk.UNKNOWN, f"a program in {lang or 'its own language'}"),)
