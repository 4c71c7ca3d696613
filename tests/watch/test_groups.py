"""Who is looked at together with whom, how often, and how patiently."""

from __future__ import annotations

from opsconsole import probes
from opsconsole.model.sample import Target
from opsconsole.watch.groups import LEAD, PACES, only, rounds, single_look
from tests.watch.told import check, stack_of

WEB, DB = Target("memory", "web"), Target("memory", "db")
SITE, SHOP = Target("health", "site"), Target("health", "shop")


def shape(groups):
    return {(g.kind, g.pace, g.timeout): [target.name for target in g.targets] for g in groups}


def test_targets_of_a_kind_share_its_usual_pace():
    stack = stack_of(check("a", WEB), check("b", DB), check("c", WEB))
    assert shape(rounds(stack)) == {("memory", 1.0, 2.0): ["web", "db"]}


def test_a_target_without_a_check_is_looked_at_too():
    stack = stack_of(check("a", WEB))
    watched = type(stack)("x", stack.home, watched=(WEB, DB), checks=stack.checks)
    assert shape(rounds(watched)) == {("memory", 1.0, 2.0): ["web", "db"]}


def test_every_and_timeout_set_a_target_apart():
    stack = stack_of(check("a", WEB, every=30, timeout=9), check("b", DB))
    assert shape(rounds(stack)) == {("memory", 30, 9): ["web"], ("memory", 1.0, 2.0): ["db"]}


def test_of_several_checks_the_most_impatient_paces_and_the_most_patient_waits():
    stack = stack_of(check("a", WEB, every=30, timeout=1), check("b", WEB, every=10), check("c", WEB, every=20))
    assert shape(rounds(stack)) == {("memory", 10, 2.0): ["web"]}
    slow = stack_of(check("a", WEB, every=30), check("b", WEB))
    assert shape(rounds(slow)) == {("memory", 1.0, 2.0): ["web"]}, "the other keeps the usual pace"


def test_nobody_is_asked_more_than_five_times_a_second():
    assert rounds(stack_of(check("a", WEB, every=0.001)))[0].pace == 0.2


def test_what_lies_behind_a_connection_of_its_own_waits_for_no_other():
    assert [g.targets for g in rounds(stack_of(check("a", SITE), check("b", SHOP)))] == [(SITE,), (SHOP,)]


def test_a_single_look_takes_each_kind_together_and_endpoints_last_because_their_time_is_measured():
    stack = stack_of(check("a", SITE), check("m", WEB), check("b", SHOP), check("q", Target("queue", "q"), timeout=60))
    looks = single_look(stack, most=4.0)
    assert [(g.kind, g.timeout, len(g.targets)) for g in looks] == [("queue", 4, 1), ("memory", 2, 1), ("health", 4, 2)]


def test_what_a_check_starts_gets_the_time_that_the_check_says_and_waits_for_no_other():
    smoke, lock = Target("command", "smoke"), Target("command", "lock")
    stack = stack_of(check("a", smoke, timeout=60), check("b", lock))
    assert {(g.targets[0].name, g.timeout) for g in single_look(stack, most=10.0)} == {("smoke", 60), ("lock", 10.0)}
    assert shape(rounds(stack_of(check("a", smoke), check("b", lock)))).keys() == {("command", 60.0, 10.0)}
    assert [g.targets for g in rounds(stack_of(check("a", smoke), check("b", lock)))] == [(smoke,), (lock,)]


def test_every_kind_of_probe_has_its_pace_and_its_place():
    assert set(probes.MODULES) <= set(PACES)
    assert set(probes.MODULES) <= set(LEAD)


def test_a_stack_cut_down_keeps_what_is_needed_and_nothing_else():
    stack = stack_of(
        check("m", WEB, needs=("s",)), check("s", DB, needs=("e", "gone")), check("e", SITE), check("x", SHOP)
    )
    cut = only(stack, ["m"])
    assert [c.name for c in cut.checks] == ["m", "s", "e"]
    assert cut.watched == (WEB, DB, SITE)
    assert only(stack, ["nobody"]).checks == ()
