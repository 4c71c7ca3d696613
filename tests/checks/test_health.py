"""What an endpoint answers, and how soon."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.health import Body, Expect
from opsconsole.checks.quantities import Duration, read
from opsconsole.model.readings import HealthReading
from opsconsole.model.verdict import Level
from tests.checks.looks import judged


def answer(status=200, latency=0.014, body="ok"):
    return HealthReading(status, latency, body, "http://localhost:8000/health/")


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        (Expect(), answer(), Level.OK, "answers 200 in 14 ms"),
        (Expect(), answer(204), Level.OK, "answers 204 in 14 ms"),
        (Expect(), answer(301), Level.DOWN, "answers 301, expected 200 to 299"),
        (Expect(status=200), answer(204), Level.DOWN, "answers 204, expected 200"),
        (Expect(status=(200, 401)), answer(401), Level.OK, "answers 401 in 14 ms"),
        (Expect(status=(200, 401)), answer(404), Level.DOWN, "answers 404, expected 200 or 401"),
        (Expect(status=503), answer(503), Level.OK, "answers 503 in 14 ms"),
        (Expect(), answer(503, body="no\x1b[2J database\n"), Level.DOWN,
         "answers 503, expected 200 to 299: no database"),
        (Expect(within=Duration(2)), answer(latency=2.0), Level.OK, "answers 200 in 2 s"),
        (Expect(within=Duration(2)), answer(latency=3.2), Level.DEGRADED, "took 3 s, over 2 s"),
        (Expect(status=200, within=Duration(2)), answer(500, 3.2, ""), Level.DOWN, "answers 500, expected 200"),
        (Expect(body=Body("ok")), answer(body='{"status": "ok"}'), Level.OK, "answers 200 in 14 ms"),
        (Expect(body=Body("db: up")), answer(), Level.DOWN, "answers 200, but without db: up in it"),
        (Expect(body=Body("/o[kK]$/")), answer(body="all oK"), Level.OK, "answers 200 in 14 ms"),
        (Expect(body=Body("/^ok$/")), answer(body="not ok"), Level.DOWN, "answers 200, but without /^ok$/ in it"),
        (Expect(body=Body("o.k")), answer(body="ook"), Level.DOWN, "answers 200, but without o.k in it"),
        (Expect(body=Body("/")), answer(body="a/b"), Level.OK, "answers 200 in 14 ms"),
    ],
)  # fmt: skip
def test_slow_is_degraded_and_wrong_is_down(expect, reading, level, reason):
    verdict = judged("health", expect, reading)
    assert (verdict.level, verdict.reason) == (level, reason)


def test_a_broker_that_says_pong_is_healthy():
    assert judged("health", Expect(within=Duration(1)), answer(200, 0.0003, "PONG")).level is Level.OK


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"body": "/(/"}, "no regular expression"),
        ({"body": ""}, "is wanted here"),
        ({"body": 5}, "is wanted here"),
        ({"status": 99}, "100"),
    ],
)
def test_expectations_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, Expect, dec_hook=read)


@given(st.integers(100, 599), st.floats(0, 100), st.floats(0, 100), st.text(max_size=30))
def test_a_slower_answer_is_never_better(status, latency, more, body):
    expect = Expect(within=Duration(1), body=Body("ok"))
    sooner = judged("health", expect, answer(status, latency, body))
    assert sooner.level <= judged("health", expect, answer(status, latency + more, body)).level
