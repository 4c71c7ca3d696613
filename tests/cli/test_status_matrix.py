"""Which check sees which invariant and which failure: from a failing check to its row to its runbook."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from opsconsole.cli.status_json import as_data
from opsconsole.cli.status_matrix import as_data as matrix_data
from opsconsole.cli.status_matrix import render
from opsconsole.cli.status_text import Paper
from opsconsole.cli.status_text import render as render_status
from opsconsole.model.matrix import Failure, Invariant
from opsconsole.model.verdict import Level
from tests.cli.looks import look, standing
from tests.cli.program import opsconsole
from tests.cli.site import refused, site, stack_file

__all__ = ["refused", "site"]

OK, UNKNOWN, DOWN = Level.OK, Level.UNKNOWN, Level.DOWN

SEEN = look(
    standing("redis.health", DOWN, "refused", runbooks=("redis-down",)),
    standing("worker.process", UNKNOWN, "no answer", blocked_by="redis.health"),
    standing("backend.env", OK, "as expected"),
)
STACK = replace(
    SEEN.stack,
    invariants=(
        Invariant("2", "RUN_MIGRATIONS is 0 or 1", ("backend.env",), ("ci",), ("env-flag",)),
        Invariant("5", "all Python compiles", (), ("ci", "pre-deploy")),
        Invariant("9", "nobody looks", ()),
    ),
    matrix=(
        Failure(
            "Redis", "down", ("redis.health", "worker.process"), "all requests fail", "systemd starts it again",
            "start it, then look at the queue", ("redis-down",), "partial",
        ),
        Failure("API", "hangs", ("api.health",)),
        Failure("disk", "lost"),
    ),
)  # fmt: skip
LOOK = replace(SEEN, stack=STACK)


def test_each_row_has_its_checks_as_they_stand_and_rows_that_none_sees_say_so():
    assert render(LOOK, Paper(80)) == (
        "Invariants                                                1 of 3 seen by a check\n"
        "✓ 2: RUN_MIGRATIONS is 0 or 1\n"
        "    backend.env OK\n"
        "    enforced in ci, runtime (67 %)\n"
        "    → env-flag\n"
        "- 5: all Python compiles\n"
        "    no check sees this\n"
        "    enforced in ci, pre-deploy (67 %)\n"
        "- 9: nobody looks\n"
        "    no check sees this\n"
        "    enforced nowhere\n"
        "\n"
        "Failure matrix                                            2 of 3 seen by a check\n"
        "✗ Redis down\n"
        "    redis.health DOWN, worker.process not judged\n"
        "    symptoms: all requests fail\n"
        "    by itself: systemd starts it again\n"
        "    by hand: start it, then look at the queue\n"
        "    some data is lost\n"
        "    → redis-down\n"
        "? API hangs\n"
        "    api.health not looked at\n"
        "- disk lost\n"
        "    no check sees this\n"
    )


def test_on_narrow_paper_nothing_is_lost_and_nothing_sticks_out():
    text = render(LOOK, Paper(24))
    assert max(map(len, text.splitlines())) <= 44, "only a title that has two ends may be longer"
    assert "systemd starts it" in " ".join(text.split())


def test_a_stack_without_them_says_so():
    assert render(look(), Paper(80)) == "the stack file has no [[invariant]] and no [[matrix]]\n"


def test_as_json():
    data = json.loads(json.dumps(matrix_data(LOOK)))
    assert data["unseen"] == {"invariants": 2, "matrix": 1}
    first, second, _ = data["invariants"]
    assert (first["level"], first["enforced"], first["coverage"]) == ("OK", ["ci", "runtime"], 67)
    assert (second["level"], second["checks"]) == (None, [])
    redis = data["matrix"][0]
    assert redis["checks"] == [
        {"name": "redis.health", "level": "DOWN"},
        {"name": "worker.process", "level": "UNKNOWN"},
    ]
    assert (redis["level"], redis["data_loss"], redis["runbooks"]) == ("DOWN", "partial", ["redis-down"])
    assert data["matrix"][1]["checks"] == [{"name": "api.health", "level": None}]


def test_a_finding_leads_to_its_row_and_that_to_its_runbook():
    text = render_status(LOOK, "box", Paper(70))
    assert "✗ redis.health   refused" in text
    assert "matrix: Redis down → redis-down\n" in text
    (finding,) = LOOK.findings
    assert [row.title for row in finding.matrix] == ["Redis down"]
    checks = {check["name"]: check for check in as_data(LOOK, "box")["checks"]}
    assert checks["redis.health"]["matrix"] == [
        {"component": "Redis", "failure": "down", "runbooks": ["redis-down"], "data_loss": "partial"}
    ]
    assert checks["backend.env"]["matrix"] == []


@pytest.mark.parametrize("words", [[], ["--format", "json"]])
def test_the_whole_way_by_the_program_itself(site, refused, tmp_path, words):
    (tmp_path / "api-down.md").write_text("# API down\n")
    rows = [
        '[[invariant]]\nname = 1\ntext = "the site answers"\nchecks = ["web.health"]\n',
        '[[matrix]]\ncomponent = "API"\nfailure = "down"\nchecks = ["api.health"]\nrunbooks = ["api-down"]\n',
        '[[matrix]]\ncomponent = "disk"\nfailure = "lost"\n',
    ]
    api = f'[[health]]\nname = "api"\nurl = "{refused}"\n'
    file = stack_file(tmp_path, site.health("web", "200"), api, *rows)
    outcome = opsconsole("status", "web", "api", "--matrix", "--stack", str(file), *words)
    assert (outcome.code, outcome.err) == (2, "")
    if words:
        answer = json.loads(outcome.out)
        assert [row["level"] for row in answer["matrix"]] == ["DOWN", None]
        assert answer["checks"][0]["runbooks"] == ["api-down"], "the row's runbook treats what its check finds"
    else:
        assert "    matrix: API down → api-down" in outcome.out
        assert "✓ 1: the site answers" in outcome.out and "✗ API down" in outcome.out
        assert "- disk lost\n    no check sees this" in outcome.out
