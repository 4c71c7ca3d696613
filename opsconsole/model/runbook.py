"""A runbook as it was understood from its Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Literal


class Risk(IntEnum):
    """What a command can do to the box. `UNKNOWN` counts as `CHANGE` wherever risks are compared with a rule."""

    READ = 0
    UNKNOWN = 1
    CHANGE = 2
    DESTROY = 3

    @property
    def word(self) -> str:
        """The word that documents and screens use."""
        return self.name.lower()

    @property
    def changes(self) -> bool:
        """Whether it may be anything but a look."""
        return self is not Risk.READ


@dataclass(frozen=True, slots=True)
class Command:
    """One top-level command of a step.

    `risk` is that of its worst part and `why` says so in a few words; `caption` is the comment that stands over
    it; `conditional` is true where that comment is an *if*, so that the operator must say that it holds.
    `elsewhere`: the comment says that it is for another machine. `inside`: it is meant for the shell that an
    earlier command of the block opens. `opens`: it wants the whole terminal, for a shell, an
    editor or to draw on it. `endless`: it streams until stopped.
    """

    text: str
    risk: Risk
    why: str
    caption: str = ""
    conditional: bool = False
    elsewhere: bool = False
    inside: bool = False
    opens: bool = False
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Something in a command to be filled in before it may start.

    `text` is how it stands in the document (`<prev_tag>`, `{{ tag }}`, `[app_name]`, `$SERVICE`), `name` the
    input that it asks for; `optional` where it may be meant as written (a word in square brackets).
    """

    text: str
    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a run asks for once. `source` is a command (`from:`) whose first line is the suggestion."""

    name: str
    ask: str
    default: str | None = None
    choices: tuple[str, ...] = ()
    choices_from: str | None = None
    pattern: str | None = None
    source: str | None = None
    secret: bool = False
    allow_empty: bool = False
    line: int = field(default=0, compare=False)


StepKind = Literal["command", "shown", "tick", "decision"]
Confirm = Literal["no", "yes", "type"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a step's author said of it in the info string. None is *not said*. Times in seconds.

    `on_demand` is Runme's `excludeFromRunAll`: the step is only done when somebody goes there. Without `prompt_env`
    (Runme's `promptEnv=no`) nothing is asked for that the environment may hold. `tags` are Runme's too. `background`:
    it is left running, and the run goes on after its first second. `break_glass`: its author knows that the guard
    forbids it; who runs it says why.
    """

    confirm: Confirm | None = None
    timeout: float | None = None
    kill_after: float | None = None
    exit: tuple[int, ...] = (0,)
    expect: str | None = None
    until: float | None = None
    every: float | None = None
    check: tuple[str, ...] = ()
    capture: str | None = None
    undo: str | None = None
    on_failure: str | None = None
    when: str | None = None
    interactive: bool = False
    background: bool = False
    on_demand: bool = False
    interpreter: str | None = None
    cwd: str | None = None
    container: str | None = None
    user: str | None = None
    prompt_env: bool = True
    break_glass: bool = False
    tags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What can be done, or is shown, at one place of a runbook.

    `index` counts from 1 over the whole document; `section` is the title of its section; `line` the line of the
    source (from 1) where its fence or box begins. `raised` is the least risk, where its author named one; `judge`
    works out its commands. `prose` is the Markdown between the step before and this one. `choices` of a decision are
    what each says and where it leads (`#anchor`). `example` is the output that a session shows. Steps with the same
    `tab_group` (not 0) but another `tab` are alternatives: one of them is picked.
    """

    index: int
    name: str
    section: str
    kind: StepKind
    text: str
    line: int
    lang: str = ""
    raised: Risk = Risk.READ
    judge: Callable[[], tuple[Command, ...]] = field(default=tuple, compare=False, repr=False)
    placeholders: tuple[Placeholder, ...] = ()
    expected: tuple[str, ...] = ()
    prose: str = ""
    options: Options = Options()
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    tab: str = ""
    tab_group: int = 0

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands at its top. Worked out when first asked for: that takes longer than to read the document."""
        return self.judge()

    @cached_property
    def risk(self) -> Risk:
        """The worst of its commands, or what its author raised it to."""
        return max([self.raised, *(command.risk for command in self.commands)])

    @property
    def interactive(self) -> bool:
        """Whether it wants the whole terminal: its author says so, or one of its commands does."""
        return self.options.interactive or any(command.opens for command in self.commands)

    @property
    def confirm(self) -> Confirm:
        """How it is confirmed: by its risk, or more strictly where its author said so."""
        return self.confirm_for(self.risk)

    def confirm_for(self, risk: Risk) -> Confirm:
        """How a part of it with this risk is confirmed."""
        by_risk: Confirm = "no" if risk is Risk.READ else "type" if risk is Risk.DESTROY else "yes"
        order: list[Confirm] = ["no", "yes", "type"]
        return max(by_risk, self.options.confirm or "no", key=order.index)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a document: what it says, and the line (from 1) where it stands.

    `target` is where it leads, as its author wrote it: `#section`, `other.md`, `other.md#section`, `https://…`.
    """

    text: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it up to the next heading. `level` is 1 for `#`, 0 for what stands before any.

    `prose` is all its Markdown but the steps; `anchor` is how links reach it, without the `#`, and `names` are others
    that its author wrote into it, in lower case. `links` are those of its heading, its prose, its boxes and tables.
    """

    title: str
    level: int
    line: int
    prose: str = ""
    steps: tuple[Step, ...] = ()
    anchor: str = ""
    names: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def closing(self) -> str:
        """The Markdown after its last step; all of it where it has none."""
        before = "\n\n".join(step.prose for step in self.steps if step.prose)
        return self.prose.removeprefix(before).lstrip("\n")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a document, with the line (from 1) and the name of the rule."""

    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook. `name` is its file's name without the ending, `digest` the SHA-256 of the file's bytes (hex).

    `source` is its text, with line breaks made alike, so that its lines are those that everything names.
    """

    name: str
    title: str
    path: Path | None
    digest: str
    sections: tuple[Section, ...] = ()
    treats: tuple[str, ...] = ()
    stack: str | None = None
    rto: float | None = None
    inputs: tuple[Input, ...] = ()
    shell: str = "bash"
    cwd: str | None = None
    ops_check: str = "around-changes"
    stay_green: float = 0.0
    escalate: str | None = None
    meta: dict[str, Any] = field(default_factory=dict, hash=False)
    faults: tuple[Fault, ...] = ()
    source: str = field(default="", repr=False, compare=False)

    @property
    def unchecked_because(self) -> str:
        """Why its runs take no OPS-check; empty where they do. `off` alone is no reason, and does not count."""
        plain, _, why = self.ops_check.replace(",", ":", 1).partition(":")
        return why.strip() if plain.strip() == "off" else ""

    @property
    def steps(self) -> Iterator[Step]:
        """All steps, in the order of the document."""
        for section in self.sections:
            yield from section.steps

    @property
    def todo(self) -> tuple[Step, ...]:
        """The steps that somebody has to do: all but the blocks that are only shown."""
        return tuple(step for step in self.steps if step.kind != "shown")
