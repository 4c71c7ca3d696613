"""The table of programs holds nothing that no labelled command needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from opsconsole.model.runbook import Risk
from opsconsole.runbook.judge import judge
from opsconsole.runbook.marks import blanked
from opsconsole.runbook.table import Entry, Row, programs
from tests.runbook.labels import Label, labels

LANGUAGES = {"sql": "", "sql-client": "", "sql-function": "", "redis": "redis-cli", "manage.py": "manage.py"}
"""Entries for small languages: they are reached through other programs."""


def as_judged(label: Label) -> Risk:
    return max((each.judgement.risk for each in judge(blanked(label.command))), default=Risk.READ)


def entries() -> dict[str, tuple[Entry, list[str]]]:
    """Each entry once, with all names it goes by."""
    found: dict[str, tuple[Entry, list[str]]] = {}
    for name, entry in programs().items():
        found.setdefault(entry.name, (entry, []))[1].append(name)
    return found


@contextmanager
def without(entry: Entry, names: list[str], row: Row) -> Iterator[None]:
    table = cast("dict[str, Entry]", programs())
    for name in names:
        table[name] = replace(entry, rows=tuple(kept for kept in entry.rows if kept is not row))
    try:
        yield
    finally:
        for name in names:
            table[name] = entry


def likely_to_need(row: Row, names: list[str]) -> list[Label]:
    """Labels that name the program and the subcommand; those with the options of the row first."""
    spoken = [LANGUAGES.get(name, name.split()[-1]) for name in names]
    words = [word.casefold() for word in row.path]
    options = [c.split("=")[0].lstrip("!@-").rstrip("!") for c in row.conditions]

    def fits(label: Label) -> bool:
        text = label.command.casefold()
        return any(name in text for name in spoken) and all(word in text for word in words)

    return sorted(
        (label for label in labels() if fits(label)),
        key=lambda label: (-sum(option in label.command for option in options), label.risk is not row.risk),
    )


def test_taking_any_row_out_of_the_table_makes_a_label_wrong() -> None:
    right = {label for label in labels() if as_judged(label) is label.risk}
    needless = []
    for entry, names in entries().values():
        for row in entry.rows:
            with without(entry, names, row):
                if all(as_judged(label) is label.risk for label in likely_to_need(row, names) if label in right):
                    needless.append(f"{entry.name}: {' '.join((*row.path, *row.conditions))} ({row.risk.word})")
    assert not needless, "\n".join(needless)


def test_the_table_describes_at_least_150_programs_and_subcommands() -> None:
    assert sum(len(entry.rows) for entry, _ in entries().values()) >= 150


def test_every_reason_is_a_few_plain_words() -> None:
    for entry, _ in entries().values():
        for row in entry.rows:
            assert 1 <= len(row.why.split()) <= 5, (entry.name, row)
            assert row.why == row.why.strip() and "\n" not in row.why
