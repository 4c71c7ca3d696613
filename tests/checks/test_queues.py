"""Depth and age of queues: the worst one decides and is named."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks import depth, oldest
from opsconsole.checks.quantities import Duration, read
from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.verdict import Level
from tests.checks.looks import judged


def broker(*queues):
    return BrokerReading("celery", queues)


DEEP = depth.Expect(degraded=100, down=1000)
OLD = oldest.Expect(degraded=Duration(300), down=Duration(3600))


@pytest.mark.parametrize(
    ("queues", "level", "reason"),
    [
        ((), Level.OK, "answers; no queue yet"),
        ((Queue("ai", 0),), Level.OK, "empty"),
        ((Queue("ai", 0), Queue("billing", 0)), Level.OK, "all empty"),
        ((Queue("ai", 3), Queue("billing", 100)), Level.OK, "billing holds 100"),
        ((Queue("ai", 101), Queue("billing", 3)), Level.DEGRADED, "ai holds 101, over 100"),
        ((Queue("ai", 101), Queue("billing", 1204)), Level.DOWN, "billing holds 1 204, over 1 000"),
    ],
)
def test_the_fullest_queue_decides(queues, level, reason):
    verdict = judged("depth", DEEP, broker(*queues))
    assert (verdict.level, verdict.reason) == (level, reason)


def test_nothing_at_all_may_wait_where_the_threshold_is_nothing():
    nothing = depth.Expect(degraded=0)
    assert judged("depth", nothing, broker(Queue("celery", 0))).level is Level.OK
    assert judged("depth", nothing, broker(Queue("celery", 1))).reason == "celery holds 1, over 0"


def test_a_broker_that_answers_is_enough_where_nothing_is_expected():
    assert judged("depth", depth.Expect(), broker(Queue("ai", 10**9))).level is Level.OK


@pytest.mark.parametrize(
    ("queues", "level", "reason"),
    [
        ((), Level.OK, "nothing waits"),
        ((Queue("ai", 0),), Level.OK, "nothing waits"),
        ((Queue("ai", 3, 2.0),), Level.OK, "ai waits 2 s"),
        ((Queue("ai", 3, 2.0), Queue("billing", 1, 301.0)), Level.DEGRADED, "billing waits 5 m 01 s, over 5 m"),
        ((Queue("ai", 3, 242.0, True),), Level.OK, "ai waits ≥ 4 m 02 s"),
        ((Queue("ai", 3, 3601.0, True),), Level.DOWN, "ai waits ≥ 1 h, over 1 h"),
        ((Queue("ai", 3),), Level.OK, "age of ai not known yet: it needs a history"),
        ((Queue("ai", 3), Queue("b", 3, 400.0)), Level.DEGRADED, "b waits 6 m 40 s, over 5 m"),
        ((Queue("ai", 0, 9999.0),), Level.OK, "nothing waits"),
    ],
)
def test_the_oldest_message_decides_and_at_least_counts_as_its_age(queues, level, reason):
    verdict = judged("oldest", OLD, broker(*queues))
    assert (verdict.level, verdict.reason) == (level, reason)


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        (depth, {"degraded": 1000, "down": 100}, r"degraded \(1 000\) is over down \(100\)"),
        (depth, {"degraded": -1}, "0 or more"),
        (oldest, {}, "nothing is expected"),
        (oldest, {"degraded": "2h", "down": "1h"}, "is over down"),
    ],
)
def test_expectations_that_make_no_sense_are_refused(kind, written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, kind.Expect, dec_hook=read)


NUMBERS = st.integers(0, 10**7)
QUEUES = st.lists(st.tuples(NUMBERS, st.none() | st.floats(0, 1e7)), max_size=5)


@given(QUEUES, NUMBERS, st.floats(0, 1e7))
def test_another_queue_or_an_older_message_never_makes_it_better(queues, waiting, age):
    before = broker(*(Queue(f"q{n}", some, old) for n, (some, old) in enumerate(queues)))
    after = broker(*before.queues, Queue("more", waiting, age))
    assert judged("depth", DEEP, before).level <= judged("depth", DEEP, after).level
    assert judged("oldest", OLD, before).level <= judged("oldest", OLD, after).level
