"""How bad something is, is told by a sign or a word as well: colours may be few, none, or not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.tui.panes import PANES
from opsconsole.tui.presentation import header, matrix, past_runs
from opsconsole.tui.presentation.spans import Line, text
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.presentation.view import View
from tests.support.snapshots import NOW, all_well, everything_wrong, unreadable
from tests.tui.test_matrix_and_runs import INVARIANTS, MATRIX, RUNS, with_rows

LOUD = {"down", "degraded", "unknown", "badge-down", "badge-degraded", "badge-unknown"}
TOLD = re.compile(r"[✗!?–]|DOWN|DEGRADED|UNKNOWN|UNSEEN|not verified|stopped")
"""Signs and words."""


def drawn(snapshot: Snapshot, size: int) -> Iterator[Row]:
    for kind in PANES:
        yield from kind.rows(View.of(snapshot), size)
    yield from matrix.rows((*MATRIX, *INVARIANTS), with_rows().standings, size)
    yield from past_runs.rows(RUNS, size)


def loud(lines: tuple[Line, ...]) -> bool:
    return any(LOUD & set(span.style.split()) for each in lines for span in each)


@pytest.mark.parametrize("snapshot", [everything_wrong(), unreadable(), all_well()], ids=["wrong", "unread", "well"])
@pytest.mark.parametrize("size", [38, 56, 76, 116])
def test_no_row_speaks_by_its_colour_alone(snapshot: Snapshot, size: int) -> None:
    for row in drawn(snapshot, size):
        said = "\n".join(map(text, row.lines))
        if loud(row.lines):
            assert TOLD.search(said), said
        if row.level is not Level.OK:
            assert row.level.sign in said, said


@pytest.mark.parametrize("size", [40, 80, 120])
def test_the_header_has_the_word(size: int) -> None:
    lines = header.lines(everything_wrong(), "eatfit24", size, 24, "prod-1", NOW, read_only=False)
    assert "DOWN" in text(lines[0])
