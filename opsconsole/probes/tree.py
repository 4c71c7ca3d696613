"""The files of a source tree that a check is about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ALWAYS: Final = (".git", ".hg", "__pycache__", ".venv", "venv", "node_modules", ".tox", ".mypy_cache")
"""Folders that are never a project's own source."""

MOST: Final = 20_000
"""Files that are looked at in one tree."""


def walk(root: Path, files: Sequence[str], exclude: Sequence[str]) -> Iterator[str]:
    """Paths below `root`, relative to it, that match one of `files` and none of `exclude`; OSError where that is shut.

    A pattern is held against the name and against the whole relative path; an excluded folder is not entered.
    """
    shut = (*ALWAYS, *(pattern.rstrip("/") for pattern in exclude))

    def refuse(fault: OSError) -> None:
        raise fault

    for folder, folders, names in os.walk(root, onerror=refuse):
        below = os.path.relpath(folder, root)
        prefix = "" if below == "." else f"{below}/"
        folders[:] = sorted(name for name in folders if not matches(prefix + name, shut))
        for name in sorted(names):
            if matches(prefix + name, files) and not matches(prefix + name, shut):
                yield prefix + name


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of `patterns` is that of the path or of its last part."""
    name = path.rpartition("/")[2]
    return any(fnmatch(name, pattern) or fnmatch(path, pattern) for pattern in patterns)
