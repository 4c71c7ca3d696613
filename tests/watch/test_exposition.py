"""Where the checks stand, as Prometheus reads it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.depth import Expect as Depth
from opsconsole.checks.memory import Expect as Memory
from opsconsole.model.check import Check, Standing
from opsconsole.model.readings import BrokerReading, MemoryReading, Queue
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.verdict import Level, Verdict
from opsconsole.watch.exposition import exposition
from tests.support.parts import OUTER, lack
from tests.support.prometheus import parse, value

AT = 1767794531.25


def standing(check: Check, level: Level, blocked_by: str | None = None) -> Standing:
    return Standing(check, Verdict(level, "for a reason"), level, AT - 60, AT, blocked_by=blocked_by)


def look(*standings: Standing, name: str = "shop", latest: dict[Target, Sample] | None = None) -> Snapshot:
    stack = Stack(name, Path("/"), checks=tuple(s.check for s in standings))
    return Snapshot(stack, AT, latest=latest or {}, standings={s.check.name: s for s in standings}, took=0.25)


MEMORY = Target("memory", "worker")
QUEUES = Target("queue", "jobs")
SICK = look(
    standing(Check("worker.memory", "memory", MEMORY, Memory(degraded=800 << 20)), Level.DEGRADED),
    standing(Check("jobs.depth", "depth", QUEUES, Depth(degraded=100)), Level.OK),
    standing(Check("web.health", "health", Target("health", "web"), None), Level.DOWN),
    standing(Check("web.body", "health", Target("health", "web"), None), Level.UNKNOWN, "web.health"),
    latest={
        MEMORY: Sample(MEMORY, AT, MemoryReading(861 << 20)),
        QUEUES: Sample(QUEUES, AT, BrokerReading("list", (Queue("ai", 7), Queue("default", 0, oldest=0.0)))),
    },
)


def test_every_check_has_its_level_and_the_round_its_time():
    found = parse(exposition(SICK))
    levels = {dict(labels)["check"]: level for labels, level in found["opsconsole_check_level"].items()}
    assert levels == {"worker.memory": 2, "jobs.depth": 0, "web.health": 3, "web.body": 1}
    assert value(found, "opsconsole_check_blocked", check="web.body") == 1
    assert value(found, "opsconsole_check_blocked", check="web.health") == 0
    assert value(found, "opsconsole_last_round_timestamp_seconds", stack="shop") == AT
    assert value(found, "opsconsole_last_round_duration_seconds", stack="shop") == 0.25
    assert value(found, "opsconsole_stack_level", stack="shop") == 3
    assert value(found, "opsconsole_checks", level="DOWN") == 1


def test_figures_are_in_base_units_each_under_its_own_name():
    found = parse(exposition(SICK))
    assert value(found, "opsconsole_measured_bytes", check="worker.memory", figure="used") == 861 << 20
    assert value(found, "opsconsole_measured", check="jobs.depth", figure="ai") == 7
    assert value(found, "opsconsole_measured", check="jobs.depth", figure="default") == 0


def test_what_could_not_be_read_has_no_figure_and_is_never_nought():
    denied = Sample(MEMORY, AT, problem=Problem(ProblemKind.DENIED, "no permission"))
    found = parse(exposition(replace(SICK, latest={MEMORY: denied})))
    assert "opsconsole_measured_bytes" not in found and "opsconsole_measured" not in found


def test_only_what_was_asked_for_is_told_and_counted():
    found = parse(exposition(SICK, ["jobs.depth"]))
    assert list(map(dict, found["opsconsole_check_level"])) == [
        {"stack": "shop", "check": "jobs.depth", "kind": "depth"}
    ]
    assert value(found, "opsconsole_stack_level", stack="shop") == 0
    assert value(found, "opsconsole_checks", level="DOWN") == 0


def test_two_things_whose_long_names_begin_alike_do_not_make_the_whole_text_unreadable():
    long = "/srv/" + "x" * 80
    reading = BrokerReading("list", (Queue(long + "1", 1), Queue(long + "2", 2)))
    parse(exposition(replace(SICK, latest={QUEUES: Sample(QUEUES, AT, reading)})))


def test_a_stack_without_checks_is_still_told_of():
    assert value(parse(exposition(look())), "opsconsole_stack_level", stack="shop") == 0


@given(st.text(min_size=1), st.text(min_size=1, max_size=100))
def test_whatever_things_are_called_the_text_is_read_as_it_was_meant(stack, queue):
    named = replace(SICK.latest[QUEUES], value=BrokerReading("list", (Queue(queue, 7),)))
    text = exposition(replace(SICK, stack=replace(SICK.stack, name=stack), latest={QUEUES: named}))
    assert value(parse(text), "opsconsole_measured", check="jobs.depth") == 7


def test_quotes_and_backslashes_come_through():
    text = exposition(look(name='a "b" \\ c\\n'))
    assert value(parse(text), "opsconsole_stack_level", stack='a "b" \\ c\\n') == 0


def test_the_real_reader_takes_it_without_a_word():
    promtool = shutil.which("promtool", path=OUTER.get("PATH"))
    if promtool is None:
        lack("promtool", "there is none on PATH")
    done = subprocess.run([promtool, "check", "metrics"], input=exposition(SICK), text=True, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("broken", ['a{b="c"} 1', "# TYPE a gauge\na 1\n", '# HELP a b\n# TYPE a gauge\na{b="c} 1\n'])
def test_the_strict_reader_refuses_what_is_not_the_format(broken):
    with pytest.raises(AssertionError):
        parse(broken)
