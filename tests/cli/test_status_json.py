"""The shape that other programs rely on."""

from __future__ import annotations

import json

from opsconsole.cli import status_json
from opsconsole.cli.status_json import as_json
from opsconsole.model.verdict import Level
from tests.cli.looks import look, standing

SICK = look(
    standing("web.health", Level.OK, "200 in 14 ms", measured="200", expected="200"),
    standing(
        "web.process", Level.DOWN, "runs \x1b[31mgunicorn", measured="gunicorn", expected="celery", runbooks=("fix",)
    ),
    standing("web.memory", Level.UNKNOWN, "gone", blocked_by="web.process", optional=True),
    took=0.31234,
)


def test_the_whole_answer():
    assert json.loads(as_json(SICK, "prod-1")) == {
        "stack": "eatfit24",
        "host": "prod-1",
        "at": "2026-01-07T14:02:11Z",
        "took": 0.312,
        "level": "DOWN",
        "exit": 2,
        "counts": {"OK": 1, "UNKNOWN": 1, "DEGRADED": 0, "DOWN": 1},
        "checks": [
            {
                "name": "web.process",
                "kind": "process",
                "level": "DOWN",
                "reason": "runs gunicorn",
                "measured": "gunicorn",
                "expected": "celery",
                "runbooks": ["fix"],
                "optional": False,
                "blocked_by": None,
                "matrix": [],
            },
            {
                "name": "web.memory",
                "kind": "memory",
                "level": "UNKNOWN",
                "reason": "not judged, because of web.process",
                "measured": "",
                "expected": "",
                "runbooks": [],
                "optional": True,
                "blocked_by": "web.process",
                "matrix": [],
            },
            {
                "name": "web.health",
                "kind": "health",
                "level": "OK",
                "reason": "200 in 14 ms",
                "measured": "200",
                "expected": "200",
                "runbooks": [],
                "optional": False,
                "blocked_by": None,
                "matrix": [],
            },
        ],
    }


def test_of_what_was_not_asked_for_nothing_is_told():
    answer = json.loads(as_json(SICK, "prod-1", ["web.health"]))
    assert (answer["level"], answer["exit"], len(answer["checks"])) == ("OK", 0, 1)


def test_every_key_is_documented():
    answer = json.loads(as_json(SICK, "prod-1"))
    documented = {line.split()[0] for line in (status_json.__doc__ or "").splitlines() if "  " in line}
    assert {*answer, *answer["checks"][0]} <= documented
