"""Ports, certificates, and endpoints that say that all is well without having looked."""

import msgspec
import pytest

from opsconsole.checks import judge
from opsconsole.checks.quantities import read
from opsconsole.checks.stub import Expect as Stub
from opsconsole.checks.tcp import Expect as Tcp
from opsconsole.checks.tls import Expect as Tls
from opsconsole.model.check import Check, Standing
from opsconsole.model.readings import HealthReading
from opsconsole.model.runtime import TcpReading, TlsReading
from opsconsole.model.sample import Problem, ProblemKind, Sample
from opsconsole.model.verdict import Level, Verdict
from tests.checks.looks import NOW, THING, at, judged

DAY = 86400


def expected(kind, **written):
    return msgspec.convert(written, kind, dec_hook=read)


@pytest.mark.parametrize(
    ("written", "reading", "level", "reason"),
    [
        ({}, TcpReading(0.012), Level.OK, "connected in 12 ms"),
        ({"within": "10ms"}, TcpReading(0.012), Level.DEGRADED, "took 12 ms to connect, over 10 ms"),
        ({"greeting": "SSH-2.0"}, TcpReading(0.01, "SSH-2.0-OpenSSH_9.2"), Level.OK, "connected in 10 ms"),
        ({"greeting": "/^220 /"}, TcpReading(0.01, "421 go away"), Level.DOWN,
         "takes connections, but says '421 go away', expected /^220 /"),
        ({"greeting": "220", "within": "1ms"}, TcpReading(0.01, ""), Level.DOWN,
         "takes connections, but says nothing, expected 220"),
    ],
)  # fmt: skip
def test_a_port(written, reading, level, reason):
    verdict = judged("tcp", expected(Tcp, **written), reading)
    assert (verdict.level, verdict.reason) == (level, reason)


def certificate(days, names=("shop.example", "*.shop.example"), **more):
    return TlsReading(NOW - 30 * DAY, NOW + days * DAY, names, "shop.example", "Some CA", **{"trusted": True, **more})


@pytest.mark.parametrize(
    ("written", "reading", "level", "reason"),
    [
        ({}, certificate(60), Level.OK, "good for 60 d"),
        ({}, certificate(13), Level.DEGRADED, "the certificate runs out in 13 d, less than 14 d"),
        ({"degraded": "30d"}, certificate(20), Level.DEGRADED, "the certificate runs out in 20 d, less than 30 d"),
        ({}, certificate(1), Level.DOWN, "the certificate runs out in 1 d"),
        ({}, certificate(-3), Level.DOWN, "the certificate ran out 3 d ago"),
        ({"host": "shop.example"}, certificate(60), Level.OK, "good for 60 d"),
        ({"host": "API.shop.example"}, certificate(60), Level.OK, "good for 60 d"),
        ({"host": "a.b.shop.example"}, certificate(60), Level.DOWN,
         "the certificate is for shop.example, *.shop.example, not for a.b.shop.example"),
        ({}, certificate(60, trusted=False, why="unable to get local issuer certificate"), Level.DOWN,
         "the certificate is not trusted: unable to get local issuer certificate (signed by Some CA)"),
        ({}, certificate(60, trusted=False, why="self-signed certificate", self_signed=True), Level.DOWN,
         "the certificate is not trusted: self-signed certificate (signed by itself)"),
        ({"trusted": False}, certificate(60, trusted=False, why="x"), Level.OK, "good for 60 d"),
        ({}, certificate(60, trusted=None), Level.OK, "good for 60 d"),
        ({}, TlsReading(NOW + DAY, NOW + 9 * DAY, ()), Level.DOWN,
         "the certificate is only good in 1 d; is a clock wrong?"),
    ],
)  # fmt: skip
def test_a_certificate(written, reading, level, reason):
    verdict = judged("tls", expected(Tls, **written), reading)
    assert (verdict.level, verdict.reason) == (level, reason)


def stands(level, ago=600.0, blocked_by=None):
    """The check on the database, at this level for so long."""
    return Standing(
        Check("db.state", "container", THING, None), Verdict(level, ""), level, NOW - ago, NOW, 0, blocked_by
    )


def stub(answer, database, past=(), **expect):
    check = Check("stub", "stub", THING, Stub(depends=("db.state",), **expect), beside=("db.state",))
    sample = answer if isinstance(answer, Sample) else at(0, HealthReading(*answer))
    return judge(check, sample, past, {"db.state": database, "other.state": stands(Level.DOWN)} if database else {})


GONE = Sample(THING, NOW, problem=Problem(ProblemKind.REFUSED, "refused"))


@pytest.mark.parametrize(
    ("answer", "database", "level", "reason"),
    [
        ((200, 0.01), stands(Level.OK), Level.OK,
         "answers 200; what it depends on is not down, so more cannot be told"),
        ((200, 0.01), stands(Level.DOWN), Level.DOWN, "answers 200 while db.state is DOWN: a stub"),
        ((503, 0.01), stands(Level.DOWN), Level.OK, "answers 503 while db.state is DOWN"),
        ((200, 0.01), stands(Level.DEGRADED), Level.OK, None),
        ((200, 0.01), stands(Level.UNKNOWN), Level.OK, None),
        ((200, 0.01), stands(Level.DOWN, blocked_by="engine"), Level.OK, None),
        ((200, 0.01), None, Level.OK, None),
        (GONE, stands(Level.DOWN), Level.OK, "does not answer, as it should not now"),
        (GONE, stands(Level.OK), Level.DOWN, "refused"),
    ],
)  # fmt: skip
def test_an_endpoint_is_a_stub_when_it_says_that_all_is_well_while_what_it_depends_on_is_down(
    answer, database, level, reason
):
    verdict = stub(answer, database)
    assert verdict.level is level
    assert reason is None or verdict.reason == reason


def test_an_answer_that_names_what_is_down_is_none():
    down = (200, 0.01, '{"status": "ok", "database": "unreachable"}')
    assert (
        stub(down, stands(Level.DOWN), names=expected(Stub, depends=["x"], names="/database.*unreach/").names).level
        is Level.OK
    )
    assert (
        stub((200, 0.01, "OK"), stands(Level.DOWN), names=expected(Stub, depends=["x"], names="database").names).level
        is Level.DOWN
    )


def test_it_has_a_moment_to_notice_while_it_is_watched_but_a_single_look_has_no_such_moment():
    before = [at(5, HealthReading(200, 0.01))]
    assert stub((200, 0.01), stands(Level.DOWN, ago=2), before).level is Level.OK
    assert stub((200, 0.01), stands(Level.DOWN, ago=11), before).level is Level.DOWN
    assert stub((200, 0.01), stands(Level.DOWN, ago=0)).level is Level.DOWN
