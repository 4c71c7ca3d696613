"""`docs/systems.md`: every check of a shipped stack has a row, and what a row names exists and does what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from opsconsole.model.stack import Stack
from opsconsole.runbook.library import Library
from opsconsole.runbook.lint import lint
from opsconsole.stack.load import load
from tests.lab.systems.faults import FAULTS
from tests.lab.systems.system import ROOT

SHIPPED = ROOT / "opsconsole" / "shipped" / "runbooks"
SYSTEMS = sorted(folder.name for folder in SHIPPED.iterdir() if (folder / "stack.toml").exists())


@dataclass(frozen=True)
class Row:
    """One row of the table of a system."""

    what: str
    check: str
    runbook: str
    test: str


def rows_of(system: str) -> list[Row]:
    """The rows under the system's heading."""
    _, _, after = (ROOT / "docs" / "systems.md").read_text().partition(f"\n## {system}\n")
    section = re.split(r"\n## ", after)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [Row(*(cell.strip().strip("`") for cell in line.strip("|").split("|"))) for line in lines]


def stack_of(system: str) -> Stack:
    return load(SHIPPED / system / "stack.toml")


def named_in(rows: list[Row]) -> Iterator[tuple[Row, Path, str]]:
    for row in rows:
        if "::" in row.test:
            path, _, function = row.test.partition("::")
            yield row, ROOT / path, function


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_row_is_empty(system: str) -> None:
    rows = rows_of(system)
    assert rows, f"docs/systems.md has no table for {system}"
    assert [row for row in rows if not all((row.what, row.check, row.runbook, row.test))] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_check_has_a_row_and_every_row_a_check_that_exists(system: str) -> None:
    checks = {check.name for check in stack_of(system).checks} - {"box"}
    named = {row.check for row in rows_of(system)} - {"the guard"}
    assert checks == named


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_runbook_has_a_row_and_every_row_a_runbook_that_exists(system: str) -> None:
    assert {path.stem for path in (SHIPPED / system).glob("*.md")} == {row.runbook for row in rows_of(system)}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_row_s_fault_is_found_by_its_check_and_repaired_by_its_runbook(system: str) -> None:
    faults = {fault.name: fault for fault in FAULTS[system]}
    rows = [row for row in rows_of(system) if "::" not in row.test]
    assert [row for row in rows if row.test not in faults] == []
    assert [row for row in rows if row.check not in faults[row.test].fails] == []
    assert {(fault.name, fault.runbook) for fault in FAULTS[system]} <= {(row.test, row.runbook) for row in rows}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_row_s_other_test_exists(system: str) -> None:
    for row, path, function in named_in(rows_of(system)):
        assert f"def {function}(" in path.read_text(), row


def words_of(path: Path, function: str) -> set[str]:
    """Every string that a test names: its own, and those of what it uses of its file."""
    tree = ast.parse(path.read_text())
    defined: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    words: set[str] = set()
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        for node in ast.walk(defined[name]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.Name):
                waiting.append(node.id)
    return words


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_row_s_other_test_cannot_pass_without_its_check(system: str) -> None:
    """It asks for the check by name, or follows a runbook that waits for it.

    A step fails that waits for a check which the stack does not have: `test_a_step_that_waits_for_no_check_fails`.
    """
    library = Library((SHIPPED / system,))
    needless = []
    for row, path, function in named_in(rows_of(system)):
        words = words_of(path, function)
        waited_for = {check for step in library.find(row.runbook).steps for check in step.options.check}
        if (
            row.check != "the guard"
            and row.check not in words
            and not ({row.runbook} <= words and row.check in waited_for)
        ):
            needless.append(row)
    assert needless == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_check_leads_to_a_runbook(system: str) -> None:
    stack = stack_of(system)
    library = Library((SHIPPED / system,))
    untreated = [check.name for check in stack.checks if not library.treating(check.name, check.runbooks)]
    assert set(untreated) <= {"box"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_runbooks_have_nothing_that_lint_minds(system: str) -> None:
    stack = stack_of(system)
    remarks = [(book.name, remark) for book in Library((SHIPPED / system,)).all() for remark in lint(book, stack)]
    assert remarks == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_takes_a_step_back_says_that_it_is_no_step_of_the_way(system: str) -> None:
    """A run passes it by; whoever reads the document elsewhere has to be told as well."""
    for book in Library((SHIPPED / system,)).all():
        undoes = {step.options.undo for step in book.steps if step.options.undo}
        assert [step.name for step in book.steps if step.name in undoes and not step.options.on_demand] == [], book.name


def test_each_system_is_found_in_the_repository_and_in_what_is_installed() -> None:
    assert (ROOT / "runbooks").resolve() == SHIPPED
