"""Lint: what will go wrong, or should not be run as it stands, with the line and the name of the rule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.stack import Forbidden, Stack
from opsconsole.runbook.library import Library
from opsconsole.runbook.lint import RULES, Remark, lint
from opsconsole.runbook.markdown import parse
from tests.support.parts import lack

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
    assert remarks("```bash\nrm x\n```") == [(1, "destroy-without-undo", "problem")]
    assert remarks("```bash {confirm=type}\nrm x\n```") == []


def test_inputs_that_are_not_declared_and_inputs_that_nobody_uses() -> None:
    assert remarks("```bash\ndocker logs <name>\n```") == [(1, "undeclared-input", "warning")]
    assert remarks("---\ninputs: { a: A? }\n---\n```bash\nls\n```") == [(1, "unused-input", "warning")]
    assert remarks("---\ninputs: { name: A? }\n---\n```bash\ndocker logs <name>\n```") == []


@pytest.mark.parametrize(
    ("script", "line"),
    [("date\nif true; then\n  ls\nfi fi", 5), ("ls\necho )", 3), ("docker ps <name> &&& ls", 2)],
)
def test_shell_that_bash_does_not_parse(script: str, line: int) -> None:
    assert (line, "syntax", "problem") in remarks(f"```bash\n{script}\n```")


def test_bash_is_asked_about_the_commands_and_not_about_prompts_and_outputs() -> None:
    text = "```console\n$ docker ps <name> {{ tag }}\nNAME (x\n$ if date; then\n> ls; fi\n```"
    assert [rule for _, rule, _ in remarks(f"---\ninputs: {{ tag: T, name: N }}\n---\n{text}")] == []


def test_where_our_grammar_knows_less_than_bash_the_risk_is_a_guess() -> None:
    assert (1, "syntax", "warning") in remarks("```bash\nfor x in a; { ls; }\n```")


def test_nothing_that_lint_looks_at_is_run(tmp_path: Path) -> None:
    made = tmp_path / "made"
    remarks(f"```bash\ntouch {made}\n$(touch {made})\n```\n\n```console\n$ touch {made}\n```")
    assert not made.exists()


def test_what_shellcheck_says_where_it_is_installed() -> None:
    if shutil.which("shellcheck") is None:
        lack("shellcheck", "it is not installed")
    assert (5, "shellcheck", "warning") in remarks('# A\n\n```bash\ndate\nrm -rf "$CACHE/"*\n```')
    goes_on = "```bash\ncd /opt\nTAG=x\ndocker pull $IMAGE:$TAG\n```"  # other steps set IMAGE and use TAG
    assert "shellcheck" not in [rule for _, rule, _ in remarks(goes_on)]


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


@pytest.mark.parametrize(
    "line",
    [
        "export PASSWORD=$OTHER",
        "export PASSWORD=<password>",
        "grep token app.log",
        "printf 'DB_PASSWORD=%s\\n' \"$(openssl rand -hex 24)\" > db.env",
        "sed -nE 's/^API_TOKEN=(.*)/header = \"X-Token: \\1\"/p' api.env",
    ],
)
def test_a_reference_to_a_secret_is_none(line: str) -> None:
    assert "secret" not in [rule for _, rule, _ in remarks(f"```bash\n{line}\n```")]


def test_places_that_are_led_to_and_are_not_there() -> None:
    assert remarks("```bash {on_failure=#rolback}\nls\n```\n\n## Rollback\n") == [(1, "broken-link", "problem")]
    assert remarks("```bash {on_failure=#rollback}\nls\n```\n\n## Rollback\n") == []


def test_a_step_on_demand_that_nothing_leads_to() -> None:
    text = "```bash {name=back excludeFromRunAll=true}\ngit checkout v1\n```\n"
    assert remarks(text) == [(1, "unreachable", "warning")]
    assert remarks(text + "\n```bash {undo=back}\ngit checkout v2\n```\n") == []


def test_a_section_that_a_decision_goes_around() -> None:
    text = (
        "## Is it up?\n\n- [Yes](#yes)\n- [No](#no)\n\n## Lost\n\n```bash\nls\n```\n\n"
        "## No\n\n```bash\ndate\n```\n\n## Yes\n\n```bash\nuptime\n```\n"
    )
    assert remarks(text) == [(6, "unreachable", "warning")]
    assert remarks(text + "\nOr see [the lost](#lost).\n") == []
    assert remarks(text.replace("date\n```", "date\n```\n\n```bash {on_failure=#lost}\nuptime\n```")) == []


def test_a_decision_without_answers() -> None:
    assert remarks("# A\n\n## Which way {decision}\n\n- left\n- right\n") == [(3, "decision", "problem")]
    assert remarks("# A\n\n## What now?\n\n- [a page](https://example.org)\n") == []


def test_a_suggestion_is_asked_without_a_question_so_it_only_looks() -> None:
    front = "---\ninputs:\n  tag: {{ ask: T, from: '{}' }}\n---\n```bash\ndocker pull x:<tag>\n```"
    assert remarks(front.format("git tag | tail -1")) == []
    assert remarks(front.format("git fetch --tags && git tag")) == [(3, "change-in-input", "problem")]
    assert remarks(front.format("python manage.py makemigrations"), STACK)[1:] == [(3, "forbidden", "problem")]


def test_a_secret_in_the_file_is_found_wherever_a_block_shows_it() -> None:
    console = "```console\n$ cat .env\nDB_PASSWORD=hunter2hunter2\n```"
    text = f"# A\n\n{console}\n\n```yaml\na: b\ntoken: 0123456789abcdef\n```\n"
    assert [(line, rule) for line, rule, _ in remarks(text)] == [(5, "secret"), (10, "secret")]
    front = "---\ninputs:\n  a: { ask: A, secret: true, default: hunter2 }\n---\n```bash\nx=<a>\n```"
    assert remarks(front) == [(3, "secret", "problem")]


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other\n\n## There\n")
    text = (
        "# A\n\n[a](other.md)\n[b](other.md#there) [c](other.md#nowhere)\n[d](gone.md)\n\n[e](#nowhere)\n\n"
        "[f](/a/page/of/a/site/) [g](https://example.org/x.md)\n"
    )
    book = parse(text, "book", tmp_path / "book.md")
    found = [(r.line, r.rule, r.severity) for r in lint(book, None, Library((tmp_path,)))]
    assert found == [
        (4, "broken-link", "problem"),
        (5, "broken-link", "problem"),
        (7, "broken-link", "problem"),
        (9, "broken-link", "warning"),
    ]


def test_what_may_change_something_is_flagged_in_a_diagnosis_too() -> None:
    assert remarks("## 2. Diagnosis\n\n```bash\n./our-tool\n```") == [(3, "change-in-diagnosis", "warning")]
    assert remarks("## Checklist\n\n```bash\ndocker restart web\n```") == []


def test_who_is_told_and_for_which_stack_it_is() -> None:
    text = "---\nstack: store\nescalate: laed\n---\n# A\n"
    assert remarks(text, STACK) == [(1, "unknown-contact", "problem"), (1, "unknown-stack", "warning")]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("front-matter", "---\nrto: soon\n---\n"),
        ("front-matter", "---\ninputs:\n  a: { ask: A, pattern: '(' }\n---\n```bash\nx <a>\n```"),
        ("info-string", "```bash {timeout=soon}\nls\n```"),
        ("info-string", '```bash {expect="/(/"}\nls\n```'),
        ("ops-check-off", "---\nops_check: off\n---\n"),
        ("same-name", "```bash {name=a}\nls\n```\n\n```bash {name=a}\nls\n```"),
        ("unknown-undo", "```bash {undo=back}\ndocker restart web\n```"),
        ("risk-lowered", "```bash {risk=read}\ndocker restart web\n```"),
    ],
)
def test_what_reading_found_is_said_as_a_problem(rule: str, text: str) -> None:
    assert [(r, severity) for _, r, severity in remarks(text)] == [(rule, "problem")]


def test_every_rule_is_tried_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [rule for rule in RULES if f'"{rule}"' not in here] == []


def test_the_documentation_says_the_same_of_every_rule() -> None:
    page = (Path(__file__).parents[2] / "docs" / "runbooks.md").read_text(encoding="utf-8")
    assert [name for name, what in RULES.items() if f"| `{name}` | {what} |" not in page] == []


def test_what_only_the_stack_can_tell() -> None:
    text = "---\ntreats: [worker.proces]\n---\n```bash {check=worker.memory}\npython manage.py makemigrations\n```"
    assert remarks(text) == []
    assert remarks(text, STACK) == [
        (1, "unknown-check", "problem"),
        (4, "forbidden", "problem"),
        (4, "unknown-check", "problem"),
    ]


def test_a_step_that_breaks_a_rule_knowingly_says_so() -> None:
    text = "```bash {break_glass=true}\npython manage.py makemigrations\n```\n"
    assert remarks(text, STACK) == []
    assert remarks(text.replace("{break_glass=true}", ""), STACK) == [(1, "forbidden", "problem")]
    assert remarks(text.replace("makemigrations", "check"), STACK) == [(1, "forbidden", "warning")]


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
