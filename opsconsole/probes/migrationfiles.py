"""What the files of migrations say, set beside what a database has. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from opsconsole.model.databases import MigrationsReading

_VERSIONED: Final = re.compile(r"V([\d._]+?)__.*\.sql")
_REPEATABLE: Final = re.compile(r"R__(.+)\.sql")
_TRUE: Final = ("t", "true", "1")


def revision_of(source: str) -> tuple[str, tuple[str, ...]] | None:
    """The revision of one of Alembic's files and those that it comes after; None for a file that is no revision."""
    said: dict[str, object] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign):
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if isinstance(target, ast.Name) and target.id in ("revision", "down_revision") and node.value is not None:
            said[target.id] = ast.literal_eval(node.value)
    revision, before = said.get("revision"), said.get("down_revision")
    if not isinstance(revision, str):
        return None
    return revision, (before,) if isinstance(before, str) else tuple(before) if isinstance(before, tuple | list) else ()


def alembic(files: Mapping[str, tuple[str, ...]], has: Sequence[str]) -> MigrationsReading:
    """`files` are the revisions and what each comes after; `has` the rows of `alembic_version`.

    Where one of these is in no file, nobody knows what came before it, so nothing is taken for pending.
    """
    done: set[str] = set()
    ways = [one for one in has if one in files]
    while ways:
        one = ways.pop()
        if one not in done:
            done.add(one)
            ways += [before for before in files.get(one, ()) if before in files]
    strange = tuple(one for one in has if one not in files)
    pending = () if strange else tuple(one for one in _in_order(files) if one not in done)
    return MigrationsReading(tuple(has), pending, strange=strange)


def flyway(names: Iterable[str], rows: Sequence[Sequence[str | None]]) -> MigrationsReading:
    """`names` are the files; `rows` of Flyway's table are (version, description, type, success), oldest first.

    What is a program instead of a file cannot be seen, and neither can a repeatable one that was edited.
    """
    files = {_version(match[1]): name for name in names if (match := _VERSIONED.fullmatch(name))}
    repeatable = {match[1].replace("_", " "): name for name in names if (match := _REPEATABLE.fullmatch(name))}
    good = [row for row in rows if str(row[3]).lower() in _TRUE]
    failed = tuple(f"{row[0] or row[1]}" for row in rows if str(row[3]).lower() not in _TRUE)
    deleted = {_version(row[0]) for row in good if row[0] and row[2] == "DELETE"}
    applied = [row for row in good if row[0] and row[2] != "DELETE" and _version(row[0]) not in deleted]
    known = {_version(row[0]) for row in applied if row[0]}
    base = max((_version(row[0]) for row in applied if row[0] and row[2] == "BASELINE"), default=())
    pending = [files[version] for version in sorted(files) if version not in known and version > base]
    described = {row[1] for row in good if not row[0]}
    pending += [name for text, name in sorted(repeatable.items()) if text not in described]
    strange = tuple(str(row[0]) for row in applied if row[2] == "SQL" and _version(row[0]) not in files)
    return MigrationsReading(tuple(str(row[0]) for row in applied), tuple(pending), failed, strange)


def _version(text: str | None) -> tuple[int, ...]:
    """`1_2`, `1.2` and `01.2.0` are the same to Flyway."""
    parts = [int(part) for part in re.split(r"[._]", text or "") if part.isdigit()]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _in_order(files: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The revisions, each after those that it comes after."""
    order: list[str] = []
    placed: set[str] = set()
    for first in sorted(files):
        ways = [(first, False)]
        while ways:
            one, ready = ways.pop()
            if ready:
                order.append(one)
            elif one in files and one not in placed:
                placed.add(one)
                ways.append((one, True))
                ways += [(before, False) for before in files[one]]
    return order
