"""Names that are too long stay different from each other, and what describes them gives way first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.readings import MemoryReading
from opsconsole.model.sample import Target
from opsconsole.model.verdict import Level
from opsconsole.tui.panes import PANES
from opsconsole.tui.presentation.spans import cut_name, line, text, width
from opsconsole.tui.presentation.view import View
from tests.support.snapshots import G, M, Maker


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_cut_name_never_takes_more_than_its_room(name: str, most: int) -> None:
    assert width(cut_name(line(name), most)) <= most


def test_the_middle_of_a_name_goes_and_both_ends_stay() -> None:
    assert text(cut_name(line("opslab-bench-worker-07"), 11)) == "opslab-…-07"
    assert text(cut_name(line("web"), 11)) == "web"


def _memory(names: list[str], size: int) -> list[str]:
    make = Maker()
    for name in names:
        make.read(Target("memory", name), MemoryReading(300 * M, limit=G))
    rows = next(kind for kind in PANES if kind.name == "memory").rows(View.of(make.snapshot()), size)
    return [text(drawn) for row in rows for drawn in row.lines]


@pytest.mark.parametrize("size", [20, 38, 56, 78])
def test_twelve_long_names_stay_twelve_names(size: int) -> None:
    shown = _memory([f"opslab-bench-of-the-long-names-{number:02}" for number in range(12)], size)
    assert len({re.sub(r"\s.*", "", each.strip()) for each in shown}) == 12


def test_the_bar_gives_way_before_a_name_of_usual_length() -> None:
    assert all("opslab-bench-worker-07" in each for each in _memory(["opslab-bench-worker-07"], 40))


def _findings(size: int, title: str, reason: str, level: Level = Level.DOWN) -> list[str]:
    make = Maker()
    target = make.read(Target("memory", "worker"), MemoryReading(G))
    make.check("worker.process", target, level, reason, runbooks=("wrong",))
    rows = next(kind for kind in PANES if kind.name == "findings").rows(
        View.of(make.snapshot(), titles={"wrong": title}), size
    )
    return [text(drawn).rstrip() for row in rows for drawn in row.lines]


TITLE = "The worker runs the wrong program"
LONG = "answers 503, expected 200: sessions: Connection to 127.0.0.1:57335 refused, which is very long indeed"


def test_a_long_reason_goes_on_below_before_the_name_of_a_runbook_is_cut() -> None:
    shown = _findings(116, TITLE, LONG)
    assert shown[0].endswith(f"→ {TITLE}")
    assert shown[-1].endswith("indeed")


def test_a_runbook_is_named_wherever_it_leaves_the_reason_enough_room() -> None:
    assert _findings(78, "Wrong program", "runs web.py, expected worker.py")[0].endswith("→ Wrong program")
    assert _findings(78, TITLE + " again and again", LONG)[0].endswith("→")


@pytest.mark.parametrize("size", [76, 80, 96, 116])
@pytest.mark.parametrize("level", [Level.DOWN, Level.DEGRADED])
def test_no_word_of_a_folded_reason_is_lost_where_a_title_is_wider_than_all_below_it(level: Level, size: int) -> None:
    shown = _findings(size, TITLE, " ".join(f"word{n}" for n in range(18)), level)
    assert re.findall(r"word\d+", "\n".join(shown)) == [f"word{n}" for n in range(18)]
    assert len({line.index("word") for line in shown if "word" in line}) == 1
