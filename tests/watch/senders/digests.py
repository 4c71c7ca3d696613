"""Digests made by hand."""

from __future__ import annotations

from opsconsole.model.alerts import Digest, Item, News
from opsconsole.model.verdict import Level

AT = 1767794531.0  # 2026-01-07 14:02:11 UTC

PROCESS = Item(
    "i1", News.BEGAN, "celery-worker.process", "celery-worker", Level.DOWN, "runs gunicorn", AT - 250, AT,
    measured="gunicorn", expected="celery", runbook="wrong-process", consequences=("ai.depth", "ai.oldest"),
)  # fmt: skip
MEMORY = Item(
    "i2", News.WORSE, "celery-worker.memory", "celery-worker", Level.DOWN, "1.1 G over 1 G; limit in ~34 min", AT - 12,
    AT, was=Level.DEGRADED, measured="1.1 G", expected="at most 1 G", runbook="memory-high",
)  # fmt: skip
HEALTH = Item(
    "i3", News.RECOVERED, "web.health", "web", Level.OK, "answers 200 in 14 ms", AT - 60, AT, was=Level.DOWN,
    measured="200 in 14 ms", began=AT - 780,
)  # fmt: skip


def digest(*items: Item, test: bool = False) -> Digest:
    return Digest("d1", "eatfit24", "prod-1", AT, items, test)
