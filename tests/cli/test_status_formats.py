"""`opsconsole status --format nagios` and `prometheus` by the real program."""

from __future__ import annotations

import pytest

from tests.cli.program import loading, opsconsole
from tests.cli.site import site, stack_file
from tests.support.prometheus import parse, value

__all__ = ["site"]

NOWHERE = '[[health]]\nname = "out"\nurl = "http://nowhere.invalid/"\n'


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [("good", 0, "OK"), ("slow", 1, "WARNING"), ("bad", 2, "CRITICAL"), ("out", 3, "UNKNOWN")],
)
def test_nagios_gets_its_word_and_its_code(site, tmp_path, asked, code, word):
    slow = site.health("slow", "200", 'within = "1ms"')
    stack_file(tmp_path, site.health("good", "200"), site.health("bad", "503"), slow, NOWHERE)
    outcome = opsconsole("status", asked, "--format", "nagios", cwd=tmp_path)
    first, *more = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (code, "")
    assert first.startswith(f"shop {word} - 1 ") and f" | down={int(code == 2)};;0;0 " in first
    assert len(more) == int(code != 0), "what is wrong has its line"


def test_a_bad_stack_file_is_unknown_to_nagios_too(tmp_path):
    (tmp_path / "stack.toml").write_text("name = ")
    outcome = opsconsole("status", "--format", "nagios", cwd=tmp_path)
    assert (outcome.code, outcome.err) == (3, "")
    assert outcome.out.startswith("UNKNOWN - stack.toml:1") and outcome.out.count("\n") == 1
    (tmp_path / "stack.toml").write_text('name = "x"\na = 1\nb = 1\n')
    assert len(opsconsole("status", "--format", "nagios", cwd=tmp_path).out.splitlines()) == 2


def test_prometheus_gets_levels_and_figures_and_the_code_stays(site, tmp_path):
    stack_file(tmp_path, site.health("good", "200"), site.health("bad", "503"))
    outcome = opsconsole("status", "good", "bad", "--format", "prometheus", cwd=tmp_path)
    found = parse(outcome.out)
    assert (outcome.code, outcome.err) == (2, "")
    assert value(found, "opsconsole_check_level", check="bad.health") == 3
    assert value(found, "opsconsole_check_level", check="good.health") == 0
    assert 0 < value(found, "opsconsole_measured_seconds", check="good.health", figure="latency") < 60


def test_who_asks_for_text_does_not_load_the_other_formats(site, tmp_path):
    stack_file(tmp_path, site.health("web", "200"))
    outcome = loading("status", "web", cwd=tmp_path)
    assert not outcome.loaded & {
        "opsconsole.watch.exposition",
        "opsconsole.watch.figures",
        "opsconsole.cli.status_nagios",
    }
