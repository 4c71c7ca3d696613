"""Marking services: what carries the sign, what the footer counts, and what an action is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsconsole.tui.marks import Marks, service_of
from opsconsole.tui.presentation.spans import Line, Span, text
from opsconsole.tui.presentation.table import marked
from tests.support.snapshots import all_well, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, console, painted

WIDE = (120, 40)


def test_marks_keep_their_order_and_forget_what_the_stack_has_no_more() -> None:
    marks, stack = Marks(), all_well(4).stack
    for name in ("service-03", "service-01", "service-02", "service-01"):
        marks.toggle(name)
    assert marks.names == ("service-03", "service-02")
    marks.keep(replace(stack, services=stack.services[:3]))
    assert marks.names == ("service-02",)


@pytest.mark.parametrize(
    ("pane", "key", "service"),
    [
        ("memory", "celery-worker", "celery-worker"),
        ("processes", "celery-worker", "celery-worker"),
        ("health", "backend", "backend"),
        ("findings", "celery-worker.process", "celery-worker"),
        ("findings", "run:20260107-140100-wrong-process", None),
        ("queues", "celery\nai", None),
    ],
)
def test_a_row_tells_which_service_it_is_about(pane: str, key: str, service: str | None) -> None:
    found = service_of(everything_wrong(), pane, key)
    assert (found.name if found else None) == service


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        ((Span("✗", "down"), Span(" "), Span("worker")), "✗*worker"),
        ((Span(" "), Span(" "), Span("worker")), " *worker"),
        ((Span("  worker  3 M"),), " *worker  3 M"),
        ((Span("✗"),), "✗*"),
    ],
)
def test_the_mark_stands_between_level_and_name(row: Line, seen: str) -> None:
    assert text(marked(row)) == seen


async def test_space_marks_a_service_wherever_it_is_shown_and_esc_clears() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("space")
        await wait_for("the mark on its finding", lambda: "✗*DOWN" in painted(app))
        assert "✗*celery-worker" in painted(app)
        assert "1 marked" in painted(app).splitlines()[-1]
        await pilot.press("1", "G", "space")
        await wait_for("two marks", lambda: "2 marked" in painted(app))
        assert next(service.name for service in app.overview.meant()) == "celery-worker"
        assert "esc clear marks" in painted(app).splitlines()[-1]
        await pilot.press("escape")
        await wait_for("no mark", lambda: "*" not in painted(app))


async def test_without_marks_the_row_under_the_cursor_is_meant() -> None:
    app = console(ToldParts(all_well()))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the rows", lambda: "service-00" in painted(app))
        await pilot.press("1", "j")
        assert [service.name for service in app.overview.meant()] == ["service-01"]
