"""The examples in `docs/` are stack files that load."""

import re
import shlex
from pathlib import Path

import pytest

from opsconsole.runbook.looks import OnlyLooks
from opsconsole.stack.kinds import ELSEWHERE
from opsconsole.stack.load import load

PAGE = Path(__file__).parent.parent.parent / "docs" / "checks.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
OURS = {kind for kind, module in ELSEWHERE.items() if module.rpartition(".")[2] in ("programs", "paths", "databases")}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_loads(tmp_path, example):
    head = 'name = "x"\n[[service]]\nname = "backend"\ncontainer = "x-backend"\n'
    (tmp_path / "stack.toml").write_text(head + example)
    names = re.findall(r'^name = "(.+?)"', example, re.MULTILINE)
    assert set(names) <= {check.name for check in load(tmp_path / "stack.toml").checks}


def test_what_the_examples_run_is_taken_for_a_look(tmp_path):
    rules = OnlyLooks()
    head = 'name = "x"\n[[service]]\nname = "backend"\ncontainer = "x-backend"\n'
    for example in EXAMPLES:
        (tmp_path / "stack.toml").write_text(head + example)
        for check in load(tmp_path / "stack.toml").checks:
            of = check.target.of
            if check.kind == "command":
                assert rules.command(shlex.join(of.run), of.vouched) is None
            if check.kind in ("sqlite", "postgres"):
                assert rules.statement(of.statement, of.vouched) is None


def test_every_kind_of_the_long_tail_has_one():
    shown = set(re.findall(r'^kind = "(.+?)"', "\n".join(EXAMPLES), re.MULTILINE))
    assert shown >= OURS
