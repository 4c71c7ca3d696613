"""Which files that say how the stack runs have changed: its own, those of compose and of units, environment files."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from opsconsole.lately.asking import Asked, Told
from opsconsole.lately.belongings import containers_of
from opsconsole.model.lately import Change
from opsconsole.model.paths import FileOf, FrozenOf
from opsconsole.model.runtime import EnvOf, TlsOf
from opsconsole.model.sample import Problem
from opsconsole.model.service import UnitRef
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.probes.aside import aside
from opsconsole.probes.composed import ENVIRONMENT, FILES, FOLDER

MOST: Final = 500
"""Files that are looked at for each pattern."""

_ITSELF: Final = frozenset(
    (
        ".log",
        ".err",
        ".out",
        ".db",
        ".sqlite",
        ".sqlite3",
        ".dump",
        ".gz",
        ".zst",
        ".tar",
        ".pid",
        ".sock",
        ".rdb",
        ".aof",
    )
)
"""Endings of files that programs write by themselves: that they have changed says nothing."""

_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", ".env")
_MOVED: Final = 2.0
"""Seconds between what was written and what was put in place, from which on they are two things."""


async def read(asked: Asked) -> Told:
    """A change for each file: when it was written, or put in its place."""
    told = Told()
    home, paths = asked.stack.home, [*_named(asked.stack)]
    guessed = [str(home / name) for name in _COMPOSE]
    containers = await containers_of(asked)
    if isinstance(containers, Problem):
        told.unseen.append(f"files of compose: {containers.reason}")
    else:
        for _, one in containers:
            paths += composed(one.labels)
    paths += await _of_units(asked, told)
    seen = await aside(lambda: [*_states(dict.fromkeys(paths), home), *_guessed(guessed, paths, home)], asked.patience)
    told.changes += [one for one in seen if isinstance(one, Change)]
    told.unseen += [one for one in seen if isinstance(one, str)]
    return told


def _named(stack: Stack) -> Iterator[str]:
    """What the stack file names, and itself."""
    if stack.file is not None:
        yield str(stack.file)
    yield from stack.telling
    for target in stack.watched:
        of = target.of
        if isinstance(of, EnvOf):
            yield from (*of.files, *([of.example] if of.example else ()))
        elif isinstance(of, FileOf) and not glob.has_magic(of.pattern) and Path(of.pattern).suffix not in _ITSELF:
            yield of.pattern
        elif isinstance(of, FrozenOf):
            yield of.manifest
        elif isinstance(of, TlsOf) and of.file:
            yield of.file


def composed(labels: dict[str, str]) -> Iterator[str]:
    """The files that compose made a container with these labels from. Pure."""
    folder = Path(labels.get(FOLDER, "/"))
    for key in (FILES, ENVIRONMENT):
        yield from (str(folder / name) for name in labels.get(key, "").split(",") if name)
    if labels.get(FOLDER) and not labels.get(ENVIRONMENT):
        yield str(folder / ".env")


async def _of_units(asked: Asked, told: Told) -> list[str]:
    names = [service.ref.name for service in asked.stack.services if isinstance(service.ref, UnitRef)]
    if not names:
        return []
    seen = await asked.world.units.files(names, asked.patience)
    if isinstance(seen, Problem):
        told.unseen.append(f"files of units: {seen.reason}")
        return []
    return list(seen)


def _states(patterns: Iterable[str], home: Path) -> Iterator[Change | str]:
    """A change for each file that is there, a line for each that may not be looked at."""
    for pattern in patterns:
        if not glob.has_magic(pattern):
            yield from _state(pattern, home, named=True)
            continue
        for path in islice(glob.iglob(pattern, recursive=True), MOST):  # noqa: PTH207  it may begin anywhere
            yield from _state(path, home, named=False)


def _guessed(usual: Sequence[str], named: Collection[str], home: Path) -> Iterator[Change | str]:
    """The usual files of a home, where they are there and were not named; one line where it is closed to us."""
    if home.is_dir() and not os.access(home, os.X_OK):
        yield f"no permission to look into {home}"
        return
    for path in usual:
        if path not in named:
            yield from _state(path, home, named=False)


def _state(path: str, home: Path, *, named: bool) -> Iterator[Change | str]:
    try:
        stat = os.stat(path)  # noqa: PTH116  a Path for each of hundreds is not worth it
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as fault:
        if named:
            yield f"{path}: {fault.strerror}"
        return
    yield of_times(_shown(path, home), stat.st_mtime, stat.st_ctime)


def of_times(shown: str, written: float, placed: float) -> Change:
    """The change that a file's two times amount to. Pure.

    A file that was moved here or copied with its times is older than its being here, and so is one of which only the
    rights were changed.
    """
    if placed - written > _MOVED:
        return Change(placed, "file", (shown,), "put in place, or given other rights")
    return Change(written, "file", (shown,), "written")


def _shown(path: str, home: Path) -> str:
    return one_line(path.removeprefix(f"{home}/"), 100)
