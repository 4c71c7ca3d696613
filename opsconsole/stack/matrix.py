"""Invariants and the failure matrix of a stack file: what must hold, what can fail, and which checks see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from opsconsole.model.matrix import Failure, Invariant
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import Table
from opsconsole.stack.take import take


class InvariantTable(Table, frozen=True):
    """What must always hold. `checks` see at run time whether it does; `enforced` names where else it is looked after.

    The checks then lead to the `runbooks`. With no checks it is said to be unseen.
    """

    name: str | int
    text: str
    checks: tuple[str, ...] = ()
    enforced: tuple[Literal["ci", "pre-deploy", "runtime"], ...] = ()
    runbooks: tuple[str, ...] = ()


class MatrixTable(Table, frozen=True):
    """A row of the failure matrix: `component` and `failure` ("Redis", "down"), `symptoms`, the `checks` that see it.

    `by_itself` is what happens without anybody; `by_hand` and the `runbooks` are what a person does. The checks then
    lead to the runbooks. With no checks it is said to be unseen.
    """

    component: str
    failure: str
    symptoms: str = ""
    checks: tuple[str, ...] = ()
    by_itself: str = ""
    by_hand: str = ""
    runbooks: tuple[str, ...] = ()
    data_loss: Literal["yes", "no", "partial"] | None = None


def invariant(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """One invariant, called by a name or a number of its own."""
    (it,) = take(table, key, stack.faults, InvariantTable)
    if it is None:
        return
    _refers(it.checks, it.runbooks, key, stack)
    if "runtime" in it.enforced and not it.checks:
        stack.faults.add(
            (*key, "enforced"), "at run time it is checks that look, and none is named", "name them in checks"
        )
    name = str(it.name)
    if "name" not in table or _is_new(name, "name", stack.invariants, key, stack):
        stack.invariants[name] = Invariant(name, it.text, it.checks, it.enforced, it.runbooks)


def failure(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """One row of the failure matrix; no two are about the same."""
    (it,) = take(table, key, stack.faults, MatrixTable)
    if it is None:
        return
    _refers(it.checks, it.runbooks, key, stack)
    row = Failure(
        it.component, it.failure, it.checks, it.symptoms, it.by_itself, it.by_hand, it.runbooks, it.data_loss
    )  # fmt: skip
    if _is_new(row.title, "failure", stack.matrix, key, stack):
        stack.matrix[row.title] = row


def _refers(checks: Iterable[str], runbooks: Iterable[str], key: Key, stack: Assembly) -> None:
    for number, check in enumerate(checks):
        stack.look_for((*key, "checks", number), check)
    for number, runbook in enumerate(runbooks):
        stack.runbook(runbook, (*key, "runbooks", number))


def _is_new(title: str, field: str, known: Mapping[str, object], key: Key, stack: Assembly) -> bool:
    if not title.strip():
        stack.faults.add((*key, field), "this is empty", "say what it is")
        return False
    if title in known:
        stack.faults.add((*key, field), f"there is another one called {title}", "give each a name of its own")
        return False
    return True
