"""One moment of a stack in words for a chat: the worst first, what treats it; text from outside stays text."""

from __future__ import annotations

from opsconsole.model.verdict import Level
from opsconsole.watch.chat import as_markdown, as_text
from tests.cli.looks import look, standing

SEEN = look(
    standing("celery-worker.memory", Level.DEGRADED, "861 M over 800 M", runbooks=("memory-high",)),
    standing("celery-worker.process", Level.DOWN, "runs gunicorn, expected celery", runbooks=("wrong-process",)),
    standing("external.health", Level.UNKNOWN, "no route to <b>api_v2*</b>"),
    standing("queue.depth", Level.UNKNOWN, blocked_by="redis"),
    standing("backend.memory", Level.OK, measured="312 M"),
    standing("backend.process", Level.OK, measured="gunicorn config.wsgi -b :8000"),
)


def test_as_text() -> None:
    assert as_text(SEEN, "prod-1").splitlines() == [
        "eatfit24 on prod-1: DOWN, 1 down, 1 degraded, 1 unknown, 2 OK, 1 not judged (2026-01-07 14:02:11 UTC)",
        "✗ DOWN celery-worker.process: runs gunicorn, expected celery; runbook wrong-process",
        "! DEGRADED celery-worker.memory: 861 M over 800 M; runbook memory-high",
        "? UNKNOWN external.health: no route to <b>api_v2*</b>; no runbook",
        "✓ backend.memory 312 M, backend.process",
    ]


def test_as_markdown_in_which_nothing_from_outside_means_anything() -> None:
    assert as_markdown(SEEN, "prod-1").splitlines() == [
        "**eatfit24 on prod-1: DOWN**, 1 down, 1 degraded, 1 unknown, 2 OK, 1 not judged (2026-01-07 14:02:11 UTC)",
        "",
        "- ✗ **DOWN** `celery-worker.process`: runs gunicorn, expected celery; runbook wrong-process",
        "- ! **DEGRADED** `celery-worker.memory`: 861 M over 800 M; runbook memory-high",
        r"- ? **UNKNOWN** `external.health`: no route to \<b\>api\_v2\*\</b\>; no runbook",
        "- ✓ `backend.memory` 312 M, `backend.process`",
    ]


def test_only_what_was_asked_for() -> None:
    assert as_text(SEEN, "prod-1", ["backend.memory"]).splitlines() == [
        "eatfit24 on prod-1: OK, 1 OK (2026-01-07 14:02:11 UTC)",
        "✓ backend.memory 312 M",
    ]
