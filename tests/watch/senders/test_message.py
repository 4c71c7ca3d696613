"""How news reads, on a telephone at night."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.alerts import Item, News
from opsconsole.model.verdict import Level
from opsconsole.watch.senders.message import as_html, cut, fitted, lines_of, plain, utf16
from tests.watch.senders.digests import AT, HEALTH, MEMORY, PROCESS, digest
from tests.watch.senders.html import read


def told(*items: Item, **more: bool) -> list[str]:
    return plain(lines_of(digest(*items, **more))).split("\n")


def test_one_finding_stands_in_the_first_line_with_its_place():
    assert told(PROCESS) == [
        "✗ eatfit24 on prod-1: celery-worker.process is DOWN",
        "runs gunicorn",
        "measured gunicorn, expected celery",
        "since 13:58:01 UTC, for 4 m 10 s",
        "runbook: wrong-process",
        "cannot be judged because of it: ai.depth, ai.oldest",
    ]


def test_several_are_counted_first_and_told_one_after_the_other():
    assert told(PROCESS, MEMORY, HEALTH) == [
        "✗ eatfit24 on prod-1: 2 DOWN, 1 OK again",
        "",
        "✗ celery-worker.process is DOWN",
        "runs gunicorn",
        "measured gunicorn, expected celery",
        "since 13:58:01 UTC, for 4 m 10 s",
        "runbook: wrong-process",
        "cannot be judged because of it: ai.depth, ai.oldest",
        "",
        "✗ celery-worker.memory is DOWN, was DEGRADED",
        "1.1 G over 1 G; limit in ~34 min",
        "measured 1.1 G, expected at most 1 G",
        "since 14:01:59 UTC, for 12 s",
        "runbook: memory-high",
        "",
        "✓ web.health is OK again",
        "answers 200 in 14 ms",
        "measured 200 in 14 ms",
        "was DOWN for 12 m, from 13:49:11 to 14:01:11 UTC",
    ]


def test_a_recovery_needs_no_runbook_and_says_how_long_it_was_bad():
    first, *more = told(replace(HEALTH, runbook="site-down"))
    assert first == "✓ eatfit24 on prod-1: web.health is OK again"
    assert more[-1] == "was DOWN for 12 m, from 13:49:11 to 14:01:11 UTC" and "runbook" not in " ".join(more)


@pytest.mark.parametrize(
    ("item", "headline"),
    [
        (replace(MEMORY, news=News.BETTER, level=Level.DEGRADED, was=Level.DOWN), "! {}memory is DEGRADED, was DOWN"),
        (replace(PROCESS, news=News.REMINDER, was=Level.DOWN), "✗ {}process is still DOWN"),
        (replace(MEMORY, news=News.NO_DATA, level=Level.UNKNOWN), "? {}memory cannot be looked at, was DEGRADED"),
        (replace(MEMORY, news=News.NO_DATA, level=Level.UNKNOWN, was=Level.OK), "? {}memory cannot be looked at"),
        (replace(MEMORY, news=News.FLAPPING), "~ {}memory keeps changing, is DOWN now"),
        (
            Item("i", News.HAPPENED, "celery-worker", "celery-worker", Level.OK, "made anew by hand", AT - 5, AT),
            "• {}: made anew by hand",
        ),
        (
            Item("i", News.HAPPENED, "celery-worker", "celery-worker", Level.DEGRADED, "was killed (OOM)", AT - 5, AT),
            "! {}: was killed (OOM)",
        ),
    ],
)
def test_each_kind_of_news_has_its_own_words(item, headline):
    place = "celery-worker" if item.news is News.HAPPENED else "celery-worker."
    sign, _, rest = headline.format(place).partition(" ")
    assert told(item)[0] == f"{sign} eatfit24 on prod-1: {rest}"


def test_only_reminders_are_still_so():
    reminders = [replace(item, news=News.REMINDER) for item in (PROCESS, MEMORY)]
    assert told(*reminders)[0] == "✗ eatfit24 on prod-1: still 2 DOWN"


def test_what_began_on_another_day_has_its_date():
    assert "since 2026-01-06 14:02:10 UTC, for 1 d" in told(replace(PROCESS, since=AT - 86401))


def test_what_may_have_come_before_says_so():
    assert told(replace(PROCESS, again=True))[-1].startswith("may have reached you before")


def test_a_test_says_that_nothing_happened():
    trial = Item("t", News.HAPPENED, "watch", "watch", Level.OK, "a trial by hand", AT, AT)
    assert told(trial, test=True) == [
        "✓ eatfit24 on prod-1: a test",
        "nothing happened: somebody tries whether messages arrive",
        "tried at 14:02:11 UTC",
    ]


def test_of_many_consequences_some_are_named():
    names = tuple(f"q{n}.depth" for n in range(20))
    assert told(replace(PROCESS, consequences=names))[-1].endswith("q7.depth and 12 more")


def test_a_message_is_cut_at_a_line_and_says_how_much_is_missing():
    lines = lines_of(digest(*[replace(PROCESS, id=str(n)) for n in range(100)]))
    short = cut(lines, 4096, utf16)
    assert utf16(plain(short)) <= 4096
    left = len(lines) - (len(short) - 1)
    assert short[-1].plain == f"… {left} more lines are left out; opsconsole status tells all"
    assert short[:-1] == lines[: len(short) - 1] and short[-2].plain


def test_where_there_is_too_much_the_worst_is_told_in_full_and_of_the_rest_a_line_each():
    bad = [replace(PROCESS, id=str(n), check=f"service-{n}.process") for n in range(34)]
    well = [replace(HEALTH, id=f"h{n}", check=f"web-{n}.health") for n in range(15)]
    text = plain(short := fitted(digest(*bad, *well), 4096, utf16))
    assert utf16(text) <= 4096 < utf16(plain(lines_of(digest(*bad, *well)))) and "left out" not in text
    assert short[0].plain == "✗ eatfit24 on prod-1: 34 DOWN, 15 OK again"
    assert short[2].plain == "✗ service-0.process is DOWN" and "measured gunicorn, expected celery" in text
    lines = text.split("\n")
    assert "✗ service-33.process is DOWN: runs gunicorn → wrong-process" in lines
    assert all(f"✓ web-{n}.health is OK again: answers 200 in 14 ms" in lines for n in range(15))


def test_what_fits_is_told_in_full():
    assert fitted(digest(PROCESS, MEMORY), 4096, utf16) == lines_of(digest(PROCESS, MEMORY))


def test_what_fits_is_not_cut():
    lines = lines_of(digest(PROCESS))
    assert cut(lines, utf16(plain(lines)), utf16) == lines
    assert cut(lines, utf16(plain(lines)) - 1, utf16) != lines


WORDS = st.text(st.characters(), max_size=600) | st.text(alphabet="<&>b/\"'é😀\ud800\n", max_size=600)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=40), WORDS)
def test_whatever_is_said_the_message_fits_and_reads_the_same_with_marks(things, stack):
    items = [
        replace(PROCESS, check=check, reason=reason, measured=measured, expected=reason)
        for check, reason, measured in things
    ]
    short = fitted(replace(digest(*items), stack=stack), 4096, utf16)
    text = plain(short)
    assert len(text.encode("utf-16-le")) // 2 == utf16(text) <= 4096 and text.strip()
    assert read(as_html(short)) == text
    assert all("\n" not in line.plain for line in short)
