"""The page on checks names every kind with every key, and all that it shows as an example is a sound stack file."""

import re
import shlex
from pathlib import Path

import pytest

from opsconsole.runbook.looks import OnlyLooks
from opsconsole.stack.assembly import expect_type
from opsconsole.stack.kinds import ELSEWHERE, KINDS, kind_of
from opsconsole.stack.load import load
from opsconsole.stack.matrix import InvariantTable, MatrixTable
from opsconsole.stack.schema import Terms

PAGE = (Path(__file__).parent.parent.parent / "docs" / "checks.md").read_text()
EXAMPLES = re.findall(r"^```toml\n((?:.|\n)*?)^```", PAGE, re.MULTILINE)
SECTIONS = {
    kind.strip(): text
    for heading, text in re.findall(r"^### (.+)\n((?:(?!^##).*\n)+)", PAGE, re.MULTILINE)
    for kind in heading.split(",")
}


@pytest.fixture
def shown(tmp_path):
    """The stack that all examples together make."""
    head = 'name = "shop"\nhome = "/opt/shop"\n[[service]]\nname = "backend"\ncontainer = "x-backend"\n'
    (tmp_path / "stack.toml").write_text(head + "\n".join(EXAMPLES))
    return load(tmp_path / "stack.toml")


def names(text):
    """Words in backticks, and in the examples."""
    code = re.findall(r"^```toml(?:.|\n)*?^```|`[^`]+`", text, re.MULTILINE)
    return {word for piece in code for word in re.findall(r"\w+", piece)}


def test_the_examples_are_a_sound_stack_file_and_there_is_one_for_every_kind(shown):
    written = set(re.findall(r'^name = "(.+?)"', "\n".join(EXAMPLES), re.MULTILINE))
    assert {check.name for check in shown.checks} >= written - {"worker", "web", "jobs"}
    assert {check.kind for check in shown.checks} >= {*KINDS, *ELSEWHERE} - {"depth"}


def test_what_the_examples_run_is_taken_for_a_look(shown):
    rules = OnlyLooks()
    for check in shown.checks:
        of = check.target.of
        if check.kind == "command":
            assert rules.command(shlex.join(of.run), of.vouched) is None
        if check.kind in ("sqlite", "postgres"):
            assert rules.statement(of.statement, of.vouched) is None


@pytest.mark.parametrize("kind", [*KINDS, *ELSEWHERE])
def test_every_kind_has_its_section_with_every_key(kind):
    keys = {*kind_of(kind).of.__struct_encode_fields__, *expect_type(kind).__struct_encode_fields__}
    # What a check is on is said once for all of them, at the head of the page.
    assert keys - names(SECTIONS[kind]) <= {"service", "container", "unit"}


def test_no_section_is_about_a_kind_that_is_not_there():
    assert set(SECTIONS) == {*KINDS, *ELSEWHERE}


def test_what_every_check_may_have_and_what_a_row_has_is_said():
    tables = (Terms, InvariantTable, MatrixTable)
    assert {key for table in tables for key in table.__struct_encode_fields__} <= names(PAGE)
