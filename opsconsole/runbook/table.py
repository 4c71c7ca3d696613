"""The table of programs: what they can do, by subcommand and options. Kept as data in `programs.toml`.

A program's entry there:

    [systemctl]
    subcommands = true                  # the first plain words choose what is done; one that no row names is unknown
    values = ["-p", "-t", "--type"]     # options that take the next word
    flags = ["--user", "--no-pager"]    # options that stand alone (only needed before the subcommand is settled)
    strict = true                       # any option that is in none of these lists makes it unknown
    rows = [
      ["status", "read", "prints the state"],
      ...
    ]

A row is a pattern, a risk and why, in about four words. In a pattern, plain words are the subcommand; then come
conditions, all of which must hold: `-x`, `--long` (the option is there), `!-x` (it is not), `-X=GET|HEAD` (it has
one of these values), `-X!=GET` (it has another), `-` (there are no options), `.` (no plain words are left), `..` (two
or more are), `@glob` (one of the plain words left matches), `--` (the separator is there). The row with the most
subcommand words and no conditions says the base; those whose risk begins with `=` replace it; the other rows with
conditions then raise it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.words import Word

_RISKS: Final = {risk.word: risk for risk in Risk}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a command can do, and why we think so."""

    risk: Risk
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, taken apart."""

    path: tuple[str, ...]
    conditions: tuple[str, ...]
    risk: Risk
    why: str
    replaces: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One program of the table."""

    name: str
    rows: tuple[Row, ...]
    values: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    subcommands: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A command line taken apart as far as the table needs it.

    `path` are the words that chose the subcommand, `rest` the index of the first word after them; `options` are
    pairs of an option and its value ("" where it has none); `plain` the plain words after the path. `unsettled` is
    true where something before the subcommand is not understood, `unsure` where a word may be a hidden option.
    """

    path: tuple[str, ...]
    rest: int
    options: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]
    separator: bool
    unsettled: bool
    unsure: bool


@lru_cache(maxsize=1)
def programs() -> Mapping[str, Entry]:
    """The whole table by program."""
    text = files("opsconsole.runbook").joinpath("programs.toml").read_text(encoding="utf-8")
    table: dict[str, Entry] = {}
    for name, raw in tomllib.loads(text).items():
        entry = _entry(name, raw)
        for alias in (name, *raw.get("also", ())):
            table[alias] = entry
    return table


def _entry(name: str, raw: Mapping[str, Any]) -> Entry:
    rows = tuple(make_row(pattern, risk, why) for pattern, risk, why in raw.get("rows", ()))
    return Entry(
        name,
        rows,
        frozenset(raw.get("values", ())),
        frozenset(raw.get("flags", ())),
        raw.get("subcommands", False),
        raw.get("strict", False),
    )


def make_row(pattern: str, risk: str, why: str) -> Row:
    """A row from its three texts."""
    tokens = pattern.split()
    conditions = tuple(token for token in tokens if token[0] in "-!@" or token in (".", ".."))
    path = tuple(token for token in tokens if token not in conditions)
    return Row(path, conditions, _RISKS[risk.lstrip("=")], why, risk.startswith("="))


def judge_line(entry: Entry, words: Sequence[Word]) -> Judgement:
    """What the table says of `words`, whose first is the program."""
    line = take_apart(entry, words)
    rows = _shape(entry).rows
    near = (*rows.get("", ()), *(rows.get(line.path[0], ()) if line.path else ()))
    matching = [row for row in near if line.path[: len(row.path)] == row.path]
    base = max((row for row in matching if not row.conditions), key=lambda row: len(row.path), default=None)
    found = Judgement(base.risk, base.why) if base and _covers(entry, base, line) else _not_described(line)
    for row in matching:
        if row.replaces and len(row.path) == len(line.path) and _holds(row, line, sure=True):
            found = Judgement(row.risk, row.why)
    raising = [row for row in matching if row.conditions and not row.replaces and row.risk > found.risk]
    for row in sorted(raising, key=lambda row: row.risk):
        if _holds(row, line, sure=False):
            found = Judgement(row.risk, row.why)
    return _with_doubts(entry, found, line, raising)


def _covers(entry: Entry, base: Row, line: Line) -> bool:
    """A row without a subcommand speaks for a program with subcommands only where no word follows."""
    return not entry.subcommands or bool(base.path) or not (line.path or line.plain)


def _not_described(line: Line) -> Judgement:
    if line.path or line.plain:
        return Judgement(Risk.UNKNOWN, f"not known here: {(*line.path, *line.plain)[0]}")
    return Judgement(Risk.UNKNOWN, "not known here")


def _with_doubts(entry: Entry, found: Judgement, line: Line, raising: list[Row]) -> Judgement:
    if found.risk is not Risk.READ:
        return found
    if line.unsettled or (line.unsure and raising):
        return Judgement(Risk.UNKNOWN, "a word is hidden")
    if entry.strict:
        known = entry.flags | entry.values | {c.lstrip("!").split("=")[0] for r in entry.rows for c in r.conditions}
        for option, _ in line.options:
            if option not in known:
                return Judgement(Risk.UNKNOWN, f"option {option} is not known here")
    return found


@dataclass(frozen=True, slots=True)
class _Shape:
    """An entry made ready for look-ups: `beginnings` are subcommands that have subcommands of their own."""

    paths: frozenset[tuple[str, ...]]
    beginnings: frozenset[tuple[str, ...]]
    rows: Mapping[str, tuple[Row, ...]]
    long_values: tuple[str, ...]


@lru_cache(maxsize=1024)
def _shape(entry: Entry) -> _Shape:
    rows: dict[str, tuple[Row, ...]] = {}
    for row in entry.rows:
        first = row.path[0] if row.path else ""
        rows[first] = (*rows.get(first, ()), row)
    return _Shape(
        frozenset(row.path[:length] for row in entry.rows for length in range(1, len(row.path) + 1)),
        frozenset(row.path[:length] for row in entry.rows for length in range(1, len(row.path))),
        rows,
        tuple(sorted(value for value in entry.values if value.startswith("--"))),
    )


def take_apart(entry: Entry, words: Sequence[Word]) -> Line:
    """Split a command line into subcommand, options and plain words, as the program itself would."""
    shape = _shape(entry)
    path: list[str] = []
    plain: list[str] = []
    options: list[tuple[str, str]] = []
    separator = unsettled = unsure = False
    open_end, rest, at = bool(shape.paths), 1, 1
    while at < len(words):
        word = words[at]
        text = word.text
        at += 1
        if text is None:
            unsettled, unsure, open_end = unsettled or open_end, unsure or word.splits, False
            plain.append(word.template)
        elif separator or not text.startswith("-") or text == "-":
            if open_end and (*path, text) in shape.paths:
                path.append(text)
                rest = at
                open_end = tuple(path) in shape.beginnings
            else:
                open_end = False
                plain.append(text)
        elif text == "--":
            separator = True
        else:
            taken, sure = _options(entry, text, words[at].template if at < len(words) else None)
            options += [option for option, _ in taken]
            at += any(follows for _, follows in taken)
            unsettled = unsettled or (open_end and not sure and at < len(words))
    return Line(tuple(path), rest, tuple(options), tuple(plain), separator, unsettled, unsure)


def _options(entry: Entry, text: str, following: str | None) -> tuple[list[tuple[tuple[str, str], bool]], bool]:
    """The options in one word with their values (and whether the next word is that), and whether all are known."""
    if text.startswith("--") or text in entry.values or text in entry.flags or entry.name in _SINGLE_DASH:
        name, sign, value = text.partition("=")
        if not sign and name in entry.values and following is not None:
            return [((name, following), True)], True
        return [((_lengthened(entry, name), value or following or ""), False)], bool(sign) or name in entry.flags
    found: list[tuple[tuple[str, str], bool]] = []
    sure = True
    for number, letter in enumerate(text[1:], 2):
        name = "-" + letter
        if name in entry.values:
            attached = text[number:].removeprefix("=")
            if attached:
                found.append(((name, attached), False))
            elif following is not None:
                found.append(((name, following), True))
            return found, sure
        sure = sure and name in entry.flags
        found.append(((name, ""), False))
    return found, sure


def _lengthened(entry: Entry, name: str) -> str:
    """A long option that takes a value may be shortened, as most programs allow."""
    if not name.startswith("--") or name in entry.flags or name in entry.values or len(name) < 4:
        return name
    return next((full for full in _shape(entry).long_values if full.startswith(name)), name)


_SINGLE_DASH: Final = frozenset({"find", "terraform", "java", "openssl", "sqlite3", "ip"})
"""Programs whose long options begin with one dash, so that `-name` is not four letters."""


def _holds(row: Row, line: Line, *, sure: bool) -> bool:
    return all(_condition(condition, line, sure=sure) for condition in row.conditions)


def _condition(condition: str, line: Line, *, sure: bool) -> bool:
    """Whether a condition holds. Where one would make things look harmless (`sure`), nothing is guessed."""
    counted = {"-": not line.options, ".": not line.plain, "..": len(line.plain) > 1, "--": line.separator}
    if condition in counted:
        return counted[condition]
    if condition.startswith("@"):
        return any(fnmatchcase(word, condition[1:]) for word in line.plain)
    if condition.startswith("!"):
        return not any(_same(condition[1:], option, sure=not sure) for option, _ in line.options)
    name, sign, value = condition.partition("=")
    negated = name.endswith("!")
    found = [given for option, given in line.options if _same(name.removesuffix("!"), option, sure=sure)]
    if not sign:
        return bool(found)
    wanted = value.split("|")
    return any(any(fnmatchcase(given, glob) for glob in wanted) is not negated for given in found)


def _same(wanted: str, option: str, *, sure: bool) -> bool:
    """Long options may be shortened, as most programs allow."""
    shortened = not sure and wanted.startswith("--") and len(option) > 3 and wanted.startswith(option)
    return wanted == option or shortened
