"""A check that is judged by where another one stands: an endpoint that says that all is well while it is not."""

from __future__ import annotations

import pytest

from opsconsole.checks.stub import Expect
from opsconsole.model.check import Check
from opsconsole.model.readings import HealthReading
from opsconsole.model.sample import Sample
from opsconsole.model.verdict import Level
from opsconsole.watch.groups import only
from opsconsole.watch.store import Store
from tests.watch.told import check, says, stack_of, target, told

pytestmark = pytest.mark.usefixtures("told")
__all__ = ["told"]

ENDPOINT = target("web", "health")
STUB = Check("web.stub", "stub", ENDPOINT, Expect(depends=("db",)), beside=("db",))


def answers(status: int, at: float) -> Sample:
    return Sample(ENDPOINT, at, HealthReading(status, 0.01))


def level(store: Store) -> Level:
    return store.standings["web.stub"].level


def test_in_one_look_what_it_depends_on_is_judged_first_whatever_their_order() -> None:
    store = Store(stack_of(STUB, check("db")), lambda: 0.0, damped=False)
    store.put([answers(200, 1), says("db", Level.DOWN, 1)])
    assert level(store) is Level.DOWN
    assert [finding.check for finding in store.snapshot().findings] == ["db", "web.stub"]


def test_while_it_is_watched_it_is_judged_again_at_each_of_its_own_looks() -> None:
    store = Store(stack_of(STUB, check("db")), lambda: 0.0)
    store.put([says("db", Level.OK, 0)])
    store.put([answers(200, 0)])
    store.put([says("db", Level.DOWN, 5)])
    assert level(store) is Level.OK, "its answer is from before"
    store.put([answers(200, 6)])
    assert level(store) is Level.OK, "it may not have noticed yet"
    store.put([answers(200, 16)])
    assert level(store) is Level.DOWN
    store.put([answers(503, 17)])
    assert level(store) is Level.OK, "an answer that changes is no stub's"


def test_what_is_not_down_for_long_enough_does_not_count() -> None:
    store = Store(stack_of(STUB, check("db", rounds=3)), lambda: 0.0)
    store.put([says("db", Level.DOWN, 0), answers(200, 0)])
    assert level(store) is Level.OK, "`for` of the other check holds for this one too"


def test_a_stack_cut_down_to_it_keeps_what_it_looks_at() -> None:
    cut = only(stack_of(STUB, check("db"), check("other")), ["web.stub"])
    assert [one.name for one in cut.checks] == ["web.stub", "db"]
    assert cut.watched == (ENDPOINT, target("db"))
