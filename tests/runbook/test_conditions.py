"""What `when` may say."""

from __future__ import annotations

import pytest

from opsconsole.runbook.conditions import Condition, Term, condition


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tag", (Term("tag"),)),
        ("not tag", (Term("tag", negated=True),)),
        ("worker.process is DOWN", (Term("worker.process", "is", "DOWN"),)),
        ("worker.process is not OK", (Term("worker.process", "is", "OK", negated=True),)),
        ("tag == v1.2", (Term("tag", "is", "v1.2"),)),
        ("tag!=v1.2", (Term("tag", "is", "v1.2", negated=True),)),
        ("'Which way?' is 'Roll back'", (Term("Which way?", "is", "Roll back"),)),
        ("look has '/exit [1-9]/'", (Term("look", "has", "/exit [1-9]/"),)),
        ("a and not b", (Term("a"), Term("b", negated=True))),
    ],
)
def test_what_a_run_can_work_out(text: str, terms: tuple[Term, ...]) -> None:
    assert condition(text) == Condition(terms)


def test_any_of_several() -> None:
    assert condition("a or b is c") == Condition((Term("a"), Term("b", "is", "c")), every=False)


@pytest.mark.parametrize(
    "text",
    ["", "the queue still grows", "a and b or c", "it's late", "a is", "a and", "and", "a is b c", "a like b", "not"],
)
def test_what_is_said_for_people(text: str) -> None:
    assert condition(text) is None
