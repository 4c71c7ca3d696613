"""One look as a table that a person reads at three in the morning, or another program by its columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.cli.status_text import Paper, cells, render
from opsconsole.model.verdict import Level
from tests.cli.looks import look, standing

OK, UNKNOWN, DEGRADED, DOWN = Level.OK, Level.UNKNOWN, Level.DEGRADED, Level.DOWN

SICK = look(
    standing("backend.memory", OK, "312 M", measured="312 M"),
    standing("celery-worker.memory", DEGRADED, "861 M over 800 M; limit in ~34 min", runbooks=("memory-high",)),
    standing("external.health", UNKNOWN, "no route to host", optional=True),
    standing("celery-worker.process", DOWN, "runs gunicorn, expected celery", runbooks=("wrong-process", "escalate")),
    standing("engine", OK, "answers"),
    standing("beat.memory", UNKNOWN, "no answer", blocked_by="beat.state"),
)


def test_what_is_wrong_comes_worst_first_in_columns_with_its_runbooks():
    assert render(SICK, "prod-1", Paper(100)) == (
        "eatfit24 on prod-1 at 2026-01-07 14:02:11 UTC                                                   DOWN\n"
        "✗ celery-worker.process   runs gunicorn, expected celery                     wrong-process, escalate\n"
        "! celery-worker.memory    861 M over 800 M; limit in ~34 min                 memory-high\n"
        "? external.health         no route to host (optional)\n"
        "✓ 2 OK   ✗ 1 down   ! 1 degraded   ? 1 unknown   1 not judged                              in 0.31 s\n"
    )


def test_when_all_is_well_there_are_two_lines():
    assert render(look(standing("a", OK), standing("b", OK)), "box", Paper(60)) == (
        "eatfit24 on box at 2026-01-07 14:02:11 UTC                OK\n"
        "✓ 2 OK                                             in 0.31 s\n"
    )


def test_a_stack_without_checks_does_not_claim_that_all_is_well():
    assert "no checks" in render(look(), "box", Paper(60))


def test_a_check_that_was_asked_for_has_its_line_even_if_it_is_fine_or_blocked():
    text = render(SICK, "prod-1", Paper(100), asked=["engine", "beat.memory"])
    assert "✓ engine        answers" in text
    assert "? beat.memory   not judged, because of beat.state" in text
    assert "celery" not in text
    assert text.splitlines()[0].endswith(" UNKNOWN"), "what was not asked for does not colour the answer"


def test_everything_is_everything():
    text = render(SICK, "prod-1", Paper(100), everything=True)
    assert all(name in text for name in SICK.standings)


def test_on_narrow_paper_reasons_go_on_below_and_nothing_is_lost():
    text = render(SICK, "prod-1", Paper(60))
    assert (
        "! celery-worker.memory    861 M over 800 M; limit in ~34 min\n                          → memory-high\n"
    ) in text


def test_on_very_narrow_paper_reasons_stand_below_their_names():
    text = render(SICK, "prod-1", Paper(40))
    assert "✗ celery-worker.process\n    runs gunicorn, expected celery\n    → wrong-process, escalate\n" in text


def test_a_pipe_gets_each_check_on_one_line_whatever_its_length():
    long = look(standing("a", DOWN, "x" * 300, runbooks=("mend",)), standing("bb", DEGRADED, "short", runbooks=("r",)))
    lines = render(long, "box", Paper(None)).splitlines()
    assert lines[1] == "✗ a    " + "x" * 300 + "   mend"
    assert lines[2] == "! bb   " + "short".ljust(60) + "   r"


def test_colours_are_on_signs_and_levels_only():
    text = render(SICK, "prod-1", Paper(100, colours=True))
    assert "\x1b[1;31m✗\x1b[0m celery-worker.process" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == render(SICK, "prod-1", Paper(100))


@pytest.mark.parametrize("nasty", ["[b]", "[/", "\x1b[2J\x1b[31mred", "two\nlines", "\u202eevil"])
def test_text_from_outside_cannot_draw(nasty):
    text = render(look(standing("a", DOWN, f"it said {nasty}")), "box", Paper(100))
    assert "\x1b" not in text and "\u202e" not in text
    assert len(text.splitlines()) == 3


words = st.text(st.sampled_from("ab Ж漢é-."), min_size=1, max_size=60)


@given(
    rows=st.lists(
        st.tuples(words, st.sampled_from(Level), words, st.lists(words.map(str.strip), max_size=2)), max_size=5
    ),
    width=st.integers(20, 140),
)
def test_at_any_width_every_word_is_there(rows, width):
    made = [standing(f"n{n}.{name}", level, why, runbooks=tuple(b)) for n, (name, level, why, b) in enumerate(rows)]
    text = render(look(*made), "box", Paper(width), everything=True)
    letters = "".join(text.split())
    for each in made:
        for piece in (each.check.name, each.verdict.reason, *(each.check.runbooks if each.level is not OK else ())):
            for word in piece.split():
                assert word in letters


def test_widths_are_those_of_the_terminal():
    assert [cells(text) for text in ("abc", "Жук", "漢字", "é", "✓")] == [3, 3, 4, 1, 1]
