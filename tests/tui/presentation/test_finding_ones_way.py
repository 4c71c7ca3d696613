"""Matching, filtering, sorting, the trail and the footer: what they are given, and what comes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.verdict import Level
from opsconsole.tui.palette import Entry
from opsconsole.tui.presentation.filtering import keeps, kept, told
from opsconsole.tui.presentation.footer import KeyHint, footer
from opsconsole.tui.presentation.help import rows as help_rows
from opsconsole.tui.presentation.matching import match
from opsconsole.tui.presentation.ordering import Order, by, columns, next_order, ordered
from opsconsole.tui.presentation.palette import ranked
from opsconsole.tui.presentation.spans import line, text, width
from opsconsole.tui.presentation.table import Column, Row, headed
from opsconsole.tui.presentation.trail import crumbs
from opsconsole.tui.typed import TypedLine

letters = st.text("abcAB -.é界", max_size=14)


# --- a few letters of a name --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sought", "better", "worse"),
    [
        ("work", "worker", "the network"),
        ("cw", "celery-worker", "scowl"),
        ("mem", "Memory", "celery-worker.memory"),
        ("redis", "redis", "redis is down"),
        ("web mem", "web.memory", "worked by me maybe"),
    ],
)
def test_what_begins_with_the_letters_or_has_them_together_comes_first(sought: str, better: str, worse: str) -> None:
    first, second = match(sought, better), match(sought, worse)
    assert first is not None
    assert second is not None
    assert first.score > second.score


def test_letters_that_are_not_there_in_that_order_match_nothing() -> None:
    assert match("krow", "worker") is None
    assert match("web x", "web.memory") is None


@given(letters, letters)
def test_a_word_is_found_exactly_where_its_letters_follow_one_another(word: str, name: str) -> None:
    found = match(word.replace(" ", ""), name)
    rest = iter(name.lower())
    assert (found is not None) is all(letter in rest for letter in word.replace(" ", "").lower())
    if found is not None:
        assert [name[place].lower() for place in found.places] == list(word.replace(" ", "").lower())


@given(letters, st.text("ab", min_size=1, max_size=4), letters)
def test_what_holds_the_word_as_it_is_has_it_together(before: str, word: str, after: str) -> None:
    found = match(word, f"{before}{word}{after}")
    assert found is not None
    assert len(found.places) == len(word)


def entry(kind: str, name: str, about: str = "") -> Entry:
    return Entry(kind, name, lambda: None, about)


def test_with_nothing_typed_what_was_used_last_leads_and_the_rest_stays_in_order() -> None:
    entries = [entry("key", "help"), entry("pane", "Memory"), entry("service", "web"), entry("service", "worker")]
    assert [each.name for each in ranked(entries, "", ["service\nworker", "pane\nMemory"])] == [
        "worker", "Memory", "help", "web",
    ]  # fmt: skip


def test_a_name_counts_for_more_than_what_stands_beside_it_and_the_kind_can_be_typed() -> None:
    entries = [entry("runbook", "Restart", "treats worker.process"), entry("service", "worker"), entry("queue", "work")]
    assert [each.name for each in ranked(entries, "worker", [])] == ["worker", "Restart"]
    assert [each.name for each in ranked(entries, "queue wo", [])] == ["work"]


# --- filter and order ---------------------------------------------------------------------------------------


def row(key: str, level: Level = Level.OK, **values: float | str | None) -> Row:
    return Row(key, (line(key),), level, values)


ROWS = [
    row("celery-worker", Level.DOWN, used=861.0, name="celery-worker"),
    row("Backend", Level.DEGRADED, used=312.0, name="Backend"),
    row("redis", used=None, name="redis"),
    row("beat", used=268.0, name="beat"),
]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["celery-worker", "Backend", "redis", "beat"]),
        ("be", ["beat"]),
        ("ba", ["Backend"]),
        ("Ba", ["Backend"]),
        ("BA", []),
        ("e r", ["celery-worker", "redis"]),
        ("e !r", ["Backend", "beat"]),
        ("!", ["celery-worker", "Backend", "redis", "beat"]),
    ],
)
def test_a_filter_keeps_what_has_all_its_words(words: str, names: list[str]) -> None:
    assert [each.key for each in kept(ROWS, words)] == names


@given(st.lists(st.builds(row, letters, st.sampled_from(Level)), max_size=8), letters)
def test_a_filter_keeps_the_order_and_tells_of_every_bad_row_that_it_hides(rows: list[Row], words: str) -> None:
    rows = [replace(each, key=f"{number}{each.key}") for number, each in enumerate(rows)]
    shown = kept(rows, words)
    assert shown == [each for each in rows if keeps(each, words)]
    said = text(told(words, shown, rows, typing=True))
    assert f"{len(shown)} of {len(rows)}" in said
    hidden = [each for each in rows if each not in shown]
    for level in (Level.DOWN, Level.DEGRADED, Level.UNKNOWN):
        count = sum(each.level is level for each in hidden)
        assert (f"{count} {level.name}" in said) is (count > 0)


def test_numbers_begin_with_the_greatest_and_words_with_the_first_and_the_unknown_is_last() -> None:
    assert columns(ROWS) == ["used", "name"]
    assert [each.key for each in ordered(ROWS, by("used", ROWS))] == ["celery-worker", "Backend", "beat", "redis"]
    assert [each.key for each in ordered(ROWS, by("used", ROWS).turned)] == [
        "beat",
        "Backend",
        "celery-worker",
        "redis",
    ]
    assert [each.key for each in ordered(ROWS, by("name", ROWS))] == ["Backend", "beat", "celery-worker", "redis"]


def test_sorting_goes_from_column_to_column_and_back_to_the_worst_first() -> None:
    seen: list[Order | None] = [None]
    for _ in range(3):
        seen.append(next_order(seen[-1], ROWS))
    assert seen == [None, Order("used", True), Order("name", False), None]


@given(st.lists(st.one_of(st.none(), st.integers(0, 3), st.text("ab", max_size=2)), max_size=10), st.booleans())
def test_sorting_loses_nothing_and_leaves_what_is_alike_in_its_order(
    values: list[float | str | None], falling: bool
) -> None:
    rows = [row(str(number), it=value) for number, value in enumerate(values)]
    out = ordered(rows, Order("it", falling))
    assert sorted(each.key for each in out) == sorted(each.key for each in rows)
    for value in {value for value in values if value is not None}:
        alike = [int(each.key) for each in out if each.values["it"] == value]
        assert alike == sorted(alike)
    known = [each.values["it"] is not None for each in out]
    assert known == sorted(known, reverse=True)


def test_titles_stand_over_their_columns_and_lead_to_sorting() -> None:
    both = (Column(keep=2, title="name"), Column(keep=1, title="used", align="right"), Column(keep=0, title="empty"))
    head, drawn = headed(both, [(line("web"), line("312 M"), ())], 40)
    assert text(head).rstrip() == "name  used"
    assert text(drawn[0]).rstrip() == "web  312 M"
    assert [span.to for span in head if span.to] == ["sort:name", "sort:used"]


# --- trail, footer, what is typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (60, "eatfit24 › celery-worker › logs"),
        (30, "eatfit24 › … › logs"),
        (18, "… › logs"),
        (7, "logs"),
        (3, "lo…"),
    ],
)
def test_of_a_trail_the_middle_goes_first_and_where_one_is_last(room: int, said: str) -> None:
    assert text(crumbs(("eatfit24", "celery-worker", "logs"), room)) == said


@given(st.lists(letters, min_size=1, max_size=6), st.integers(0, 60))
def test_a_trail_is_never_wider_than_its_room(names: list[str], room: int) -> None:
    assert width(crumbs(names, room)) <= room


def test_what_can_be_clicked_in_the_footer_is_the_key_and_its_words() -> None:
    shown = footer([KeyHint("⏎", "open", 0, "enter"), KeyHint("↑ ↓", "move", 9)], 40)
    assert [(span.text, span.to) for span in shown if span.to] == [("⏎", "press:enter"), (" open", "press:enter")]


def test_a_typed_line_is_edited_at_its_end() -> None:
    typed = TypedLine()
    for key in ("a", "b", "space", "c"):
        typed.press(key, " " if key == "space" else key)
    assert typed.words == "ab c"
    assert typed.press("ctrl+w", None)
    assert typed.words == "ab "
    assert typed.press("backspace", None)
    assert typed.press("ctrl+u", None)
    assert not typed.press("backspace", None)
    assert not typed.press("tab", "\t")
    typed.paste("two\nlines\x1b[31m")
    assert "\n" not in typed.words
    assert "\x1b" not in typed.words


# --- the page of keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [36, 38, 76, 118])
def test_the_page_of_keys_says_all_of_what_a_key_does_on_any_terminal(size: int) -> None:
    groups = [("Now", [("⏎ y", "run"), ("n shift-tab space", "put aside; fg comes back, and the step goes on")])]
    drawn = [text(each) for row in help_rows(groups, size) for each in row.lines]
    assert max(width(line(each)) for each in drawn) <= size
    told = " ".join(" ".join(drawn).split())
    assert "put aside; fg comes back, and the step goes on" in told
    assert "n shift-tab space" in told
