"""What stands in Python source: uses of a name, however it was imported, and texts in strings. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from re import Pattern
from typing import TypeAlias

Place: TypeAlias = tuple[int, str]
"""A line, and what stands there."""


def may_use(content: bytes, names: Iterable[str]) -> bool:
    """Whether `content` can use one of `names` at all: the last part of it must stand there, however it was imported.

    Parsing costs some ten times as much as looking for a word.
    """
    last = [re.escape(name.removesuffix("()").rpartition(".")[2]) for name in names]
    return bool(last) and re.search(rf"\b(?:{'|'.join(last)})\b".encode(), content) is not None


def uses(nodes: Sequence[ast.AST], names: Sequence[str]) -> Iterator[Place]:
    """Each place among all `nodes` of a module where one of `names` is used, whether called or handed on.

    `datetime.now` means every name that ends so: `datetime.datetime.now` as Python would know it, imported under any
    name. With `()` behind it a call that has arguments is none.
    """
    known, stars = _imported(nodes)
    calls = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if not isinstance(node, ast.Attribute | ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        dotted = _dotted(node)
        if dotted is None:
            continue
        full = _full(dotted, known, stars)
        for name in names:
            bare = name.removesuffix("()")
            if not any(one == bare or one.endswith(f".{bare}") for one in full):
                continue
            call = calls.get(id(node))
            if bare != name and call is not None and (call.args or call.keywords):
                continue
            yield node.lineno, f"{dotted}{'()' if call is not None else ''}"


def strings(nodes: Sequence[ast.AST], patterns: Sequence[Pattern[str]]) -> Iterator[Place]:
    """Each string, docstrings aside, in which one of `patterns` is found; what an f-string puts in is `{}`."""
    aside = _docstrings(nodes) | _parts_of_f_strings(nodes)
    for node in nodes:
        if id(node) in aside:
            continue
        text = _text(node)
        if text is None:
            continue
        for pattern in patterns:
            found = pattern.search(text)
            if found is not None:
                line = getattr(node, "lineno", 1) + text.count("\n", 0, found.start())
                yield line, text[text.rfind("\n", 0, found.start()) + 1 :].split("\n", 1)[0]
                break


def _imported(nodes: Sequence[ast.AST]) -> tuple[dict[str, str], list[str]]:
    """What each imported name stands for, and the modules of which everything was imported."""
    known: dict[str, str] = {}
    stars: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    known[alias.asname] = alias.name
                else:
                    known.setdefault(alias.name.partition(".")[0], alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == "*":
                    stars.append(module)
                else:
                    known[alias.asname or alias.name] = f"{module}.{alias.name}"
    return known, stars


def _dotted(node: ast.expr) -> str | None:
    """`a.b.c` as it is written; None where it begins with anything but a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else None


def _full(dotted: str, known: dict[str, str], stars: Sequence[str]) -> list[str]:
    first, dot, rest = dotted.partition(".")
    if first in known:
        return [f"{known[first]}{dot}{rest}"]
    return [dotted, *(f"{module}.{dotted}" for module in stars)]


def _docstrings(nodes: Sequence[ast.AST]) -> set[int]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def _parts_of_f_strings(nodes: Sequence[ast.AST]) -> set[int]:
    return {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None
