"""What many sources tell becomes one list: in order, alike ones as one, and nearest to what went wrong first chosen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.lately import SOURCES
from opsconsole.lately.words import apart, around, left_out
from opsconsole.model.lately import PLURALS, Change, Kind, Lately, Unseen, gathered, nearest, silent

NOW = 1_767_794_531.0
DAY = 86400.0


def change(
    before: float, kind: Kind = "start", subject: str = "web", what: str = "started", service: str = ""
) -> Change:
    return Change(NOW - before, kind, (subject,), what, (service,) if service else ())


def together(*changes: Change, unseen: tuple[Unseen, ...] = ()) -> Lately:
    return gathered(changes, unseen, NOW - DAY, NOW)


def test_every_kind_of_change_has_a_source_and_a_word() -> None:
    assert list(SOURCES) == list(PLURALS)


def test_the_newest_comes_first() -> None:
    seen = together(change(300, "boot", "the box", "booted"), change(20, "file", ".env", "written"), change(100))
    assert [one.kind for one in seen.changes] == ["file", "start", "boot"]


def test_what_compose_made_anew_at_once_is_one_line_with_the_newest_first() -> None:
    seen = together(change(100, subject="web"), change(98, subject="worker"), change(97, subject="beat"))
    (one,) = seen.changes
    assert one.words == "beat, worker, web started"
    assert (one.at, one.last) == (NOW - 100, NOW - 97)


def test_two_starts_far_apart_stay_two() -> None:
    assert len(together(change(4000), change(100)).changes) == 2


def test_what_happened_to_one_again_and_again_says_how_often() -> None:
    (one,) = together(*(change(before, "sign-in", "ann", "signed in") for before in (900, 600, 300))).changes
    assert one.words == "ann signed in (3 times)"


def test_more_than_a_few_are_counted() -> None:
    (one,) = together(*(change(100, "package", f"lib{n}", "upgraded") for n in range(9))).changes
    assert one.words == "lib8, lib7, lib6, lib5 and 5 more upgraded"


def test_what_is_older_is_told_only_where_there_is_nothing_newer_of_its_kind() -> None:
    seen = together(change(3 * DAY, "deploy", "shop", "at v1"), change(9 * DAY, "deploy", "shop", "at v0"), change(5))
    assert [one.what for one in seen.earlier] == ["at v1"]
    assert "no deploys since then; the last 3 d ago: shop at v1" in list(around(seen))


def test_what_cannot_be_seen_is_said_and_is_not_nothing() -> None:
    seen = together(unseen=(Unseen("sign-in", "/var/log/wtmp cannot be read: Permission denied"),))
    assert "sign-in" not in silent(seen)
    assert "? not all known of sign-ins: /var/log/wtmp cannot be read: Permission denied" in list(around(seen))
    assert left_out(seen, 0) == "not all known: sign-ins"


def test_what_came_before_is_nearer_than_what_came_after() -> None:
    before, after = change(1100), change(800, "sign-in", "ann", "signed in")
    assert nearest(together(before, after).changes, NOW - 1000, 1) == [before]


def test_what_is_about_the_service_in_trouble_is_nearer() -> None:
    own, other = change(1300, service="worker"), change(1100, "file", "notes", "written")
    assert nearest(together(own, other).changes, NOW - 1000, 1, "worker") == [own]
    assert nearest(together(own, other).changes, NOW - 1000, 1, "web") == [other]


@given(st.lists(st.floats(0, 1e6), max_size=30), st.floats(0, 1e6), st.integers(0, 40))
def test_the_nearest_are_some_of_all_in_their_order(ages: list[float], moment: float, most: int) -> None:
    changes = together(*(change(age, "file", f"f{n}", "written") for n, age in enumerate(ages))).changes
    chosen = nearest(changes, NOW - moment, most)
    assert len(chosen) == min(most, len(changes))
    assert chosen == [one for one in changes if one in chosen]


def test_how_far_it_is_from_the_beginning_of_the_trouble() -> None:
    since = NOW - 600
    assert apart(change(720), NOW, since) == "2 m before"
    assert apart(change(590), NOW, since) == "10 s after"
    assert apart(Change(since - 5, "start", ("a", "b"), "started", until=since + 5), NOW, since) == "meanwhile"
    assert apart(change(7300), NOW) == "2 h ago"
    assert apart(change(-30), NOW) == "in 30 s"
