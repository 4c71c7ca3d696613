"""What is started to look, and what it brought back: commands of a check, the parsing of a tree, git."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandOf:
    """A command that only looks: `run` is its words, never a shell's line.

    It runs on the box in the folder `cwd`, or in `container`; as `user` where one is named. `env` are pairs, whose
    values may be references (`env:NAME`, `file:/path`). `vouched`: its author says that it only looks.
    """

    run: tuple[str, ...]
    cwd: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    container: str | None = None
    user: str | None = None
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class CommandReading:
    """How a command ended and what it printed, secrets masked; `cut` where the middle of it was not kept."""

    exit_code: int
    output: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class CompilesOf:
    """The Python below `root`, parsed by the interpreter `python` (None: our own), on the box or in `container`."""

    root: str
    exclude: tuple[str, ...] = ()
    python: str | None = None
    container: str | None = None


@dataclass(frozen=True, slots=True)
class CompilesReading:
    """How many files were parsed, by which Python, and each that does not compile: (file, line, why)."""

    files: int
    version: str
    broken: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GitOf:
    """A work tree, looked at as `user` where one is named."""

    root: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class GitReading:
    """A work tree: the `commit` that is checked out, its branch (None: detached), the tags on it, and what differs.

    `changed` are the paths of files that git tracks and that differ, `untracked` those that it does not know;
    of each no more than a few hundred are named, and the counts are those of all.
    """

    commit: str
    branch: str | None
    tags: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    changed_count: int = 0
    untracked_count: int = 0
