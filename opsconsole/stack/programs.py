"""`[[check]]` of the kinds that start something to look: a command, the parsing of a tree, git."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from opsconsole.model.programs import CommandOf, CompilesOf, GitOf
from opsconsole.model.sample import Target
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind
from opsconsole.stack.places import InContainer, Vouch, below_home, container, needs_container, variables
from opsconsole.stack.schema import Table

_PYTHON: Final = re.compile(r"(?:python|pypy)[\d.]*")


class OfCommand(InContainer, frozen=True, kw_only=True):
    """`run`: the words of a command that only looks; a shell is used only where it is written, as in `["sh", "-c", …]`.

    `risk = "read"`: its author vouches that it only looks, where nobody can tell. `cwd`: the folder it runs in, on the
    box the stack's home where it is not given. `env`: variables for it, secrets by reference. `user`: whom it runs as.
    `same_as`, in the place of all of that: a check above, whose command is run once for both.
    """

    run: tuple[str, ...] = ()
    same_as: str | None = None
    risk: Vouch | None = None
    cwd: str | None = None
    env: dict[str, str] = msgspec.field(default_factory=dict)
    user: str | None = None

    def __post_init__(self) -> None:
        """A command is at least a program, or that of another check."""
        if self.same_as is not None and (self.run or self.service or self.container or self.env or self.cwd):
            raise ValueError("same_as has the command of another check; take run and what belongs to it out")
        if self.same_as is None and (not self.run or not self.run[0].strip()):
            raise ValueError("run names no program")


class OfCompiles(InContainer, frozen=True):
    """`root`: the tree, the stack's home where it is not given. `exclude`: names or paths that are left out.

    `python`: the interpreter that parses, by default the one that opsconsole runs on (in a container its `python3`).
    """

    root: str | None = None
    exclude: tuple[str, ...] = ()
    python: str | None = None


class OfGit(Table, frozen=True):
    """`root`: the work tree, the stack's home where it is not given. `user`: its owner, as whom git looks at it."""

    root: str | None = None
    user: str | None = None


def _command(name: str, it: OfCommand, key: Key, stack: Assembly) -> Target | None:
    if it.same_as is not None:
        return _same(it.same_as, (*key, "same_as"), stack)
    inside, sound = container(it, key, stack)
    env = variables(it.env, (*key, "env"), stack)
    cwd = it.cwd
    if inside is None:
        cwd = below_home(it.cwd if it.cwd is not None else ".", (*key, "cwd"), stack)
        sound = sound and cwd is not None
    of = CommandOf(it.run, cwd, env, inside, it.user, it.risk == "read")
    return Target("command", name, of) if sound else None


def _same(check: str, key: Key, stack: Assembly) -> Target | None:
    """The target of a command that stands further up in the file."""
    commands = {name: one.target for name, one in stack.checks.items() if one.kind == "command"}
    if check not in commands:
        stack.faults.add(key, f"no command called {check} stands above", nearest(check, commands))
    return commands.get(check)


def _compiles(name: str, it: OfCompiles, key: Key, stack: Assembly) -> Target | None:
    inside, sound = container(it, key, stack)
    python = it.python
    if python is not None and not _PYTHON.fullmatch(python.rpartition("/")[2]):
        stack.faults.add((*key, "python"), "this is no Python", 'write it like ".venv/bin/python"')
        return None
    if inside is not None:
        if it.root is None:
            stack.faults.add(key, "root is missing: the container's folder is not known here", "add root = …")
            return None
        return Target("compiles", name, CompilesOf(it.root, it.exclude, python, inside)) if sound else None
    root = below_home(it.root if it.root is not None else ".", (*key, "root"), stack)
    if python is not None and "/" in python:
        python = below_home(python, (*key, "python"), stack)
        sound = sound and python is not None
    return Target("compiles", name, CompilesOf(root, it.exclude, python)) if sound and root else None


def _git(name: str, it: OfGit, key: Key, stack: Assembly) -> Target | None:
    root = below_home(it.root if it.root is not None else ".", (*key, "root"), stack)
    return Target("git-clean", name, GitOf(root, it.user)) if root else None


KINDS: Final[Mapping[str, Kind]] = {
    "command": Kind(OfCommand, _command, needs=needs_container),
    "compiles": Kind(OfCompiles, _compiles, needs=needs_container),
    "git-clean": Kind(OfGit, _git),
}
