"""What counts: `for`, `needs`, one voice for a target that cannot be read, and a past that ends."""

from __future__ import annotations

import pytest

from opsconsole.model.check import Standing
from opsconsole.model.sample import ProblemKind
from opsconsole.model.verdict import Level
from opsconsole.watch.store import Store
from tests.watch.told import check, fails, says, stack_of, target, told

OK, UNKNOWN, DEGRADED, DOWN = Level.OK, Level.UNKNOWN, Level.DEGRADED, Level.DOWN

pytestmark = pytest.mark.usefixtures("told")
__all__ = ["told"]


def store_of(*checks, damped=True) -> Store:
    return Store(stack_of(*checks), lambda: 1000.0, damped=damped)


def standing(store: Store, name: str) -> Standing:
    return store.snapshot().standings[name]


def found(store: Store) -> list[tuple[str, Level]]:
    return [(finding.check, finding.level) for finding in store.snapshot().findings]


def test_a_bad_look_counts_at_once_and_so_does_recovery():
    store = store_of(check("web"))
    store.put([says("web", OK, 1)])
    store.put([says("web", DOWN, 2)])
    assert found(store) == [("web", DOWN)]
    store.put([says("web", OK, 3)])
    assert found(store) == []
    assert standing(store, "web").since == 3


def test_with_for_it_counts_after_so_many_bad_rounds_in_a_row():
    store = store_of(check("web", rounds=3))
    for at, level in enumerate([DOWN, DOWN, OK, DOWN, DEGRADED], start=1):
        store.put([says("web", level, at)])
        assert standing(store, "web").verdict.level is level, "what was seen is shown all the same"
        assert found(store) == []
    store.put([says("web", DOWN, 6)])
    assert found(store) == [("web", DOWN)]
    assert (standing(store, "web").since, standing(store, "web").streak) == (6, 3)


def test_a_single_look_does_not_wait_for_more_rounds():
    store = store_of(check("web", rounds=3), damped=False)
    store.put([says("web", DOWN, 1)])
    assert found(store) == [("web", DOWN)]


def test_since_is_when_the_level_began_and_not_the_newest_look():
    store = store_of(check("web"))
    for at in (10, 11, 12):
        store.put([says("web", DEGRADED, at)])
    assert standing(store, "web").since == 10
    store.put([says("web", DOWN, 13)])
    store.put([says("web", DOWN, 14)])
    assert standing(store, "web").since == 13


def test_what_needs_a_failed_check_is_unknown_and_no_finding():
    engine, state, memory = check("engine"), check("state", needs=("engine",)), check("memory", needs=("state",))
    store = store_of(memory, state, engine)
    store.put([says("engine", DOWN, 1), fails("state", 1), fails("memory", 1)])
    assert found(store) == [("engine", DOWN)]
    assert (standing(store, "state").level, standing(store, "state").blocked_by) == (UNKNOWN, "engine")
    assert standing(store, "memory").blocked_by == "state"


def test_a_failure_blocks_at_once_what_was_fine_a_moment_ago():
    store = store_of(check("engine"), check("state", needs=("engine",)))
    store.put([says("engine", OK, 1), says("state", OK, 1)])
    changed = store.put([says("engine", DOWN, 2)])
    assert changed == {"engine", "state"}
    assert (standing(store, "state").blocked_by, standing(store, "state").since) == ("engine", 2)


def test_it_is_believed_again_after_a_look_of_its_own():
    store = store_of(check("engine"), check("state", needs=("engine",)))
    store.put([says("engine", DOWN, 1), fails("state", 1)])
    store.put([says("engine", OK, 2)])
    assert standing(store, "state").blocked_by == "engine", "what it saw meanwhile is no news of it"
    assert store.put([says("state", OK, 3)]) == {"state"}
    assert (standing(store, "state").level, standing(store, "state").blocked_by) == (OK, None)


def test_a_degraded_need_stands_in_nobodys_way():
    store = store_of(check("state"), check("memory", needs=("state",)))
    store.put([says("state", DEGRADED, 1), says("memory", DOWN, 1)])
    assert found(store) == [("memory", DOWN), ("state", DEGRADED)]


def test_a_need_whose_own_failure_does_not_count_yet_is_in_the_way_all_the_same():
    store = store_of(check("state", rounds=3), check("memory", needs=("state",)))
    store.put([says("state", DOWN, 1), fails("memory", 1)])
    assert found(store) == []


def test_rounds_seen_while_blocked_do_not_count():
    store = store_of(check("engine"), check("queue", rounds=2, needs=("engine",)))
    store.put([says("engine", DOWN, 1), says("queue", DOWN, 1)])
    store.put([says("engine", DOWN, 2), says("queue", DOWN, 2)])
    store.put([says("engine", OK, 3), says("queue", DOWN, 3)])
    assert found(store) == []
    store.put([says("queue", DOWN, 4)])
    assert found(store) == [("queue", DOWN)]


def test_a_bad_look_waits_for_what_it_needs_to_be_looked_at():
    store = store_of(check("engine"), check("state", needs=("engine",)))
    store.put([fails("state", 1)])
    assert found(store) == []
    store.put([says("engine", OK, 1), fails("state", 1.1)])
    assert found(store) == [("state", DOWN)]


def test_a_target_that_cannot_be_read_speaks_once():
    web = target("web")
    store = store_of(check("web.state", web), check("web.restarts", web), check("web.age", web))
    store.put([fails(web, 1)])
    assert found(store) == [("web.state", DOWN)]
    assert {standing(store, n).blocked_by for n in ("web.restarts", "web.age")} == {"web.state"}
    store.put([says(web, DEGRADED, 2)])
    assert len(found(store)) == 3, "a value is for each of them to judge"


def test_no_permission_is_unknown_and_refused_is_down():
    store = store_of(check("a"), check("b"))
    store.put([fails("a", 1, ProblemKind.DENIED), fails("b", 1, ProblemKind.REFUSED)])
    assert found(store) == [("b", DOWN), ("a", UNKNOWN)]


def test_a_judge_that_breaks_is_named_and_the_others_go_on():
    store = store_of(check("a"), check("b"))
    broken = says("a", OK, 1)
    store.put([type(broken)(broken.target, 1, ValueError("no [b]such\x1b[31m thing")), says("b", DOWN, 1)])
    assert found(store) == [("b", DOWN), ("a", UNKNOWN)]
    assert "ValueError: no [b]such thing" in standing(store, "a").verdict.reason


def test_the_last_good_value_stays_beside_a_problem():
    store = store_of(check("web"))
    store.put([says("web", OK, 1)])
    store.put([fails("web", 2)])
    snapshot = store.snapshot()
    assert snapshot.latest[target("web")].at == 2
    assert snapshot.last_good[target("web")].at == 1
    assert [sample.at for sample in snapshot.past[target("web")]] == [1, 2]


def test_a_snapshot_does_not_change_while_the_store_goes_on():
    store = store_of(check("web"))
    store.put([says("web", OK, 1)])
    early = store.snapshot()
    store.put([says("web", DOWN, 2)])
    assert early.level is OK
    assert [sample.at for sample in early.past[target("web")]] == [1]


def test_the_past_ends_after_a_quarter_of_an_hour():
    store = store_of(check("web"))
    for at in range(2000):
        store.put([says("web", OK, at)])
    past = store.snapshot().past[target("web")]
    assert (past[0].at, past[-1].at) == (1999 - 900, 1999)


def test_a_clock_set_back_begins_a_new_past_and_no_level_begins_in_the_future():
    store = store_of(check("web"))
    for at in (5000, 5001):
        store.put([says("web", DOWN, at)])
    store.put([says("web", DOWN, 1400)])
    assert [sample.at for sample in store.snapshot().past[target("web")]] == [1400]
    assert standing(store, "web").since == 1400
    store.put([says("web", DOWN, 5002)])
    assert standing(store, "web").since == 1400


def test_needs_in_a_circle_do_not_hang_it():
    store = store_of(check("a", needs=("b",)), check("b", needs=("a", "nobody")))
    store.put([says("a", OK, 1), says("b", OK, 1)])
    assert found(store) == []
