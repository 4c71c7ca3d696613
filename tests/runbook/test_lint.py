"""Lint: what will go wrong, or should not be run as it stands, with the line and the name of the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.stack import Forbidden, Stack
from opsconsole.runbook.lint import Remark, lint
from opsconsole.runbook.markdown import parse

STACK = Stack(
    "shop",
    Path("/opt/shop"),
    checks=(Check("worker.process", "process", Target("process", "worker"), None),),
    forbidden=(Forbidden(("makemigrations",), "not in production"),),
)


def remarks(text: str, stack: Stack | None = None) -> list[tuple[int, str, str]]:
    return [(r.line, r.rule, r.severity) for r in lint(parse(text, "book"), stack)]


def test_a_document_without_faults_has_no_remarks() -> None:
    text = "---\ntreats: [worker.process]\n---\n# A\n\n## Diagnosis\n\n```bash\ndocker ps\n```\n"
    assert remarks(text, STACK) == []


@pytest.mark.parametrize("heading", ["Diagnosis", "Diagnostics", "Check", "Verification", "Диагностика", "Проверка"])
def test_a_change_where_only_looks_are_expected(heading: str) -> None:
    text = f"# A\n\n## {heading}\n\n```bash\ndocker ps\n```\n\n### More\n\n```bash\ndocker restart web\n```\n"
    assert remarks(text) == [(11, "change-in-diagnosis", "problem")]
    assert remarks(text + "\n## Recovery\n\n```bash\ndocker restart web\n```\n") == remarks(text)


def test_a_destroying_step_without_a_way_back() -> None:
    assert remarks("```bash\nrm x\n```") == [(1, "destroy-without-undo", "warning")]
    assert remarks("```bash {confirm=type}\nrm x\n```") == []


def test_inputs_that_are_not_declared_and_inputs_that_nobody_uses() -> None:
    assert remarks("```bash\ndocker logs <name>\n```") == [(1, "undeclared-input", "warning")]
    assert remarks("---\ninputs: { a: A? }\n---\n```bash\nls\n```") == [(1, "unused-input", "warning")]
    assert remarks("---\ninputs: { name: A? }\n---\n```bash\ndocker logs <name>\n```") == []


def test_shell_that_does_not_parse() -> None:
    assert (1, "syntax", "problem") in remarks("```bash\nif true; then\n```")


@pytest.mark.parametrize(
    "line",
    [
        "export DB_PASSWORD=hunter2hunter2",
        "psql postgres://app:hunter2@db/shop -c 'select 1'",
        "curl -H 'Authorization: token: abcdef123456' localhost",
    ],
)
def test_a_value_that_looks_like_a_secret(line: str) -> None:
    assert (2, "secret", "problem") in remarks(f"```bash\n{line}\n```")


@pytest.mark.parametrize("line", ["export PASSWORD=$OTHER", "export PASSWORD=<password>", "grep token app.log"])
def test_a_reference_to_a_secret_is_none(line: str) -> None:
    assert "secret" not in [rule for _, rule, _ in remarks(f"```bash\n{line}\n```")]


def test_places_that_are_led_to_and_are_not_there() -> None:
    assert remarks("```bash {on_failure=#rolback}\nls\n```\n\n## Rollback\n") == [(1, "broken-link", "problem")]
    assert remarks("```bash {on_failure=#rollback}\nls\n```\n\n## Rollback\n") == []


def test_a_step_on_demand_that_nothing_leads_to() -> None:
    text = "```bash {name=back excludeFromRunAll=true}\ngit checkout v1\n```\n"
    assert remarks(text) == [(1, "unreachable", "warning")]
    assert remarks(text + "\n```bash {undo=back}\ngit checkout v2\n```\n") == []


def test_what_only_the_stack_can_tell() -> None:
    text = "---\ntreats: [worker.proces]\n---\n```bash {check=worker.memory}\npython manage.py makemigrations\n```"
    assert remarks(text) == []
    assert remarks(text, STACK) == [
        (1, "unknown-check", "problem"),
        (4, "forbidden", "problem"),
        (4, "unknown-check", "problem"),
    ]


def test_keys_of_other_tools_are_a_warning_and_misspelt_ones_a_problem() -> None:
    assert remarks("---\nweight: 20\n---\n# A\n") == [(2, "unknown-key", "warning")]
    assert remarks("---\ntitel: x\n---\n# A\n") == [(2, "unknown-key", "problem")]


def test_a_remark_says_what_is_meant() -> None:
    (remark,) = lint(parse("## Check\n\n```bash\ndocker restart web\n```", "book"))
    assert remark == Remark(
        3,
        "change-in-diagnosis",
        "Check is expected to only look, but docker restart web is a change (restarts a container)",
    )


def test_who_is_to_be_called_must_be_among_the_contacts() -> None:
    text = "---\nescalate: leed\n---\n# A\n"
    stack = Stack("shop", Path("/opt/shop"), contacts={"lead": "Ada, +49 30 123456"})
    assert remarks(text.replace("leed", "lead"), stack) == []
    (remark,) = lint(parse(text, "book"), stack)
    assert (remark.rule, remark.severity) == ("unknown-contact", "problem")
    assert remark.message.startswith("escalate: the stack has no contact leed") and "lead" in remark.message
    (alone,) = lint(parse(text, "book"), STACK)
    assert alone.message == "escalate: the stack has no contact leed; it has none at all"
    assert remarks(text) == [], "without a stack nobody knows"


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("tag is v1", []),
        ("worker.process is DOWN", []),
        ("worker.proces is DOWN", [(7, "when", "problem")]),
        ("tga", [(7, "when", "problem")]),
        ("the queue still grows", [(7, "when", "warning")]),
    ],
)
def test_a_condition_that_a_run_cannot_work_out(wish: str, found: list[tuple[int, str, str]]) -> None:
    text = f'---\ninputs: {{ tag: Tag? }}\n---\n```bash\necho $tag\n```\n```bash {{when="{wish}"}}\nls\n```\n'
    assert remarks(text, STACK) == found
