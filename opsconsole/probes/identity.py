"""What processes really run, from their command lines and their family tree. Pure.

A command line says what was asked for, the tree says what came of it: a wrapper that waits (`tini`, `sudo`,
`sh -c`) runs whatever its child runs, and only itself when it has none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from opsconsole.model.text import one_line
from opsconsole.probes import wrappers
from opsconsole.probes.interpreters import Called, called
from opsconsole.probes.wrappers import base


@dataclass(frozen=True, slots=True)
class RawProcess:
    """One process as the kernel describes it.

    `comm` is cut at 15 characters; `started` is in clock ticks since boot, which with `pid` makes it unique;
    `uid` is the effective one; `session` and `tty` are 0 where there is none.
    """

    pid: int
    ppid: int
    comm: str
    argv: tuple[str, ...] = ()
    exe: str = ""
    started: int = 0
    uid: int = -1
    session: int = 0
    tty: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """What a process runs. `supporting`: it only starts, waits for or serves others, and is not the service."""

    program: str
    supporting: bool = False


class Role(Enum):
    """What the command line alone says of a process."""

    PROGRAM = "it is the program"
    WAITS = "it waits for what it started, and is nothing by itself"
    SHELL = "it waits for what it started, or is a loop of its own"
    SPAWNED = "a part of its parent's program"
    TRACKS = "serves its parent's program"
    PLUMBING = "serves a supervisor"


@dataclass(frozen=True, slots=True)
class Told:
    """What the command line says: the name by it, and for a shell the command in its text, if that is clear."""

    name: str
    role: Role = Role.PROGRAM
    command: str = ""


def identify(processes: Iterable[RawProcess]) -> dict[int, Identity]:
    """What each process runs, by pid. The more of its family is given, the more can be told."""
    family = _Family(processes)
    return {pid: family.identity(pid) for pid in family.told}


def in_order(processes: Iterable[RawProcess], first: int | None = None) -> list[RawProcess]:
    """Parents before children, whole families together: that of pid `first` in front, then the oldest."""
    by_pid = {process.pid: process for process in processes}
    children = _children(by_pid)
    known_parent = {child.pid for family in children.values() for child in family}
    roots = sorted((p for p in by_pid.values() if p.pid not in known_parent), key=_age)
    if first in by_pid:
        roots.insert(0, by_pid[first])
    out: dict[int, RawProcess] = {}
    # A table read while processes come and go may show a circle: whatever is left then starts a family of its own.
    for root in (*roots, *sorted(by_pid.values(), key=_age)):
        waiting = [root]
        while waiting:
            process = waiting.pop()
            if process.pid not in out:
                out[process.pid] = process
                waiting.extend(reversed(children.get(process.pid, ())))
    return list(out.values())


def tell(process: RawProcess) -> Told:
    """What the command line of one process says by itself. Prefer `identify`, which also knows its family."""
    return _tell(process.comm, process.argv, process.exe)


@lru_cache(maxsize=4096)
def _tell(comm: str, argv: tuple[str, ...], exe: str) -> Told:
    """Remembered, since the same few hundred command lines are asked about every second."""
    words: Sequence[str] = _words(argv, exe)
    if not words:
        return Told(_clean(comm) or "?")
    for _ in range(_DEPTH):
        told, words = _peel(words)
        if told is not None:
            return told
    return Told(_clean(base(words[0])) or "?")


_DEPTH: Final = 12
"""Wrappers in one command line; nobody nests more, and a made-up one must come to an end."""

_DEEPEST: Final = 60
"""Wrappers above each other in the tree, for the same reason."""

_LONGEST: Final = 80

_CELERY: Final = re.compile(r"\[celery\w*[\]: ]")
_BRACKETS: Final = re.compile(r"\[([\w.@-]+)[\]: ]")
_TITLE: Final = re.compile(r"([\w./+-]+): ")
_QUEUE_WORKER: Final = re.compile(r"rq:\s?\w")
_SPAWNED: Final = re.compile(r"from multiprocessing\.(spawn|forkserver|resource_tracker) import ")
_LOKY: Final = re.compile(r"(?:joblib\.externals\.)?loky\.backend\.(popen_loky_posix|resource_tracker)")


def _words(argv: tuple[str, ...], exe: str) -> list[str]:
    """The command line in words, also where the program has written a title over it."""
    words = list(argv)
    while words and not words[-1].strip():
        words.pop()
    if len(words) != 1 or " " not in words[0].strip():
        return words
    title = words[0].strip()
    if _CELERY.match(title):
        return ["celery"]
    if _QUEUE_WORKER.match(title):
        return ["rq"]
    if match := _BRACKETS.match(title) or _TITLE.match(title):
        return [base(match[1])]
    if exe and exe == title:  # no title, but a path with a space in it
        return words
    return title.split()


def _peel(words: Sequence[str]) -> tuple[Told | None, Sequence[str]]:
    """Take one layer off: either an answer, or the words that are left to look at."""
    name = base(words[0])
    if name in wrappers.STAYING:
        return Told(_clean(name), Role.WAITS), ()
    if name in wrappers.SHELLS:
        return _peel_shell(name, wrappers.shell(words))
    if (rest := wrappers.inner(words)) is not None:
        return None, rest
    if wrappers.PLUMBING.fullmatch(name):
        return Told(_clean(name), Role.PLUMBING), ()
    call = called(words)
    if call is None:
        return Told(_clean(name) or "?"), ()
    # The script or module may be a wrapper itself (`python /usr/bin/poetry run celery`), but no interpreter.
    return (None, call.words) if call.words and _is_wrapper(call.words) else (_told_by(call), ())


def _told_by(call: Called) -> Told:
    """What an interpreter runs; for the children of Python's multiprocessing that is a part of something else."""
    first = call.words[0] if call.words else ""
    match = _LOKY.match(first) if call.code is None else _SPAWNED.match(call.code)
    if match:
        return Told(call.language, Role.TRACKS if match[1] == "resource_tracker" else Role.SPAWNED)
    return Told(_clean(first) or call.language)


def _is_wrapper(words: Sequence[str]) -> bool:
    name = base(words[0])
    return name in wrappers.STAYING or wrappers.inner(words) is not None


def _peel_shell(name: str, shell: wrappers.Shell) -> tuple[Told | None, Sequence[str]]:
    if shell.script:
        script = _clean(base(shell.script)) or name
        return Told(script, Role.SHELL if wrappers.starts_others(script) else Role.PROGRAM), ()
    if shell.gives_way:
        return None, shell.command
    if not shell.text:
        return Told(name), ()
    command = _tell("", shell.command, "").name if shell.command else ""
    return Told(name, Role.SHELL, command), ()


def _clean(name: str) -> str:
    return one_line(name, _LONGEST)


class _Family:
    """Answers for each of some processes, each worked out once."""

    def __init__(self, processes: Iterable[RawProcess]) -> None:
        self._raw = {process.pid: process for process in processes}
        self.told = {pid: tell(process) for pid, process in self._raw.items()}
        self._children = _children(self._raw)
        self._known: dict[int, Identity] = {}
        self._hollow: set[int] = set()  # wrappers with nothing in them

    def identity(self, pid: int, depth: int = 0) -> Identity:
        """That of `pid`."""
        if pid not in self._known:
            told = self.told[pid]
            self._known[pid] = Identity(told.name)  # what a circle in the tree gets to see
            if told.role in (Role.SPAWNED, Role.TRACKS):
                self._known[pid] = Identity(self._belongs_to(pid), supporting=told.role is Role.TRACKS)
            elif told.role is Role.PLUMBING:
                self._known[pid] = Identity(told.name, supporting=True)
            elif told.role in (Role.WAITS, Role.SHELL) and depth < _DEEPEST:
                self._known[pid] = self._wrapper(pid, told, depth)
        return self._known[pid]

    def _wrapper(self, pid: int, told: Told, depth: int) -> Identity:
        """What waits runs what its oldest child runs that is neither such a wrapper nor there to serve."""
        inside = []
        for child in self._children.get(pid, ()):
            one = self.identity(child.pid, depth + 1)
            serves = self.told[child.pid].role in (Role.PLUMBING, Role.TRACKS)
            passes = told.role is Role.SHELL and one.program in wrappers.PASSING and one.program != told.command
            if not (serves or passes or child.pid in self._hollow):
                inside.append(one)
        if not inside:
            self._hollow.add(pid)
            return Identity(told.name, supporting=told.role is Role.WAITS)
        return Identity(min(inside, key=lambda one: one.supporting).program, supporting=True)

    def _belongs_to(self, pid: int) -> str:
        """The program that a spawned process is a part of: that of the first ancestor which is no such part."""
        seen = {pid}
        above = self._raw[pid].ppid
        while above in self.told and above not in seen:
            told = self.told[above]
            if told.role is Role.PROGRAM:
                return told.name
            if told.role not in (Role.SPAWNED, Role.TRACKS):
                break
            seen.add(above)
            above = self._raw[above].ppid
        return self.told[pid].name


def _children(by_pid: Mapping[int, RawProcess]) -> dict[int, list[RawProcess]]:
    """The children of each process that is among them, the oldest first."""
    children: dict[int, list[RawProcess]] = defaultdict(list)
    for process in sorted(by_pid.values(), key=_age):
        if process.ppid in by_pid and process.ppid != process.pid:
            children[process.ppid].append(process)
    return children


def _age(process: RawProcess) -> tuple[int, int]:
    return process.started, process.pid
