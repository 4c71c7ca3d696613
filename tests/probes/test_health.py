"""Health endpoints, good and as bad as they come."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opsconsole.model.readings import HealthReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.targets import HealthOf
from opsconsole.model.verdict import Level
from opsconsole.probes.base import World
from opsconsole.probes.health import HealthProbe
from opsconsole.probes.http_answer import BODY
from tests.lab.http import LabHttp
from tests.lab.redis import LabRedis, RedisLab, free_port
from tests.support.waiting import wait_for


class Looker:
    """The probe, as a collector uses it."""

    def __init__(self) -> None:
        self.environ: dict[str, str] = {}
        self.probe = HealthProbe(World(), self.environ)

    async def all(self, *ofs: HealthOf, timeout: float = 5.0) -> list[Sample]:
        return await self.probe.read([Target("health", of.url, of) for of in ofs], timeout)

    async def look(self, of: HealthOf, timeout: float = 5.0) -> HealthReading:
        (sample,) = await self.all(of, timeout=timeout)
        assert sample.problem is None, sample.problem
        assert isinstance(sample.value, HealthReading)
        return sample.value

    async def trouble(self, of: HealthOf, timeout: float = 5.0) -> Problem:
        (sample,) = await self.all(of, timeout=timeout)
        assert sample.problem is not None, sample.value
        assert "\n" not in sample.problem.reason
        return sample.problem


@pytest.fixture
async def looker() -> AsyncIterator[Looker]:
    looking = Looker()
    yield looking
    await looking.probe.close()


async def test_a_healthy_endpoint(http_server: LabHttp, looker: Looker) -> None:
    seen = await looker.look(HealthOf(f"{http_server.url}/health"))
    assert (seen.status, seen.body) == (200, '{"status": "ok"}')
    assert 0 < seen.latency < 2


async def test_a_wrong_status_is_a_reading_not_a_problem(http_server: LabHttp, looker: Looker) -> None:
    http_server.status = 503
    assert (await looker.look(HealthOf(f"{http_server.url}/health"))).status == 503


async def test_the_host_header_and_the_method_are_sent_as_written(http_server: LabHttp, looker: Looker) -> None:
    headers = (("Host", "eatfit24.ru"), ("X-Probe", "1"))
    await looker.look(HealthOf(f"{http_server.url}/health", headers, method="HEAD"))
    request = http_server.seen[0]
    assert (request["host"], request["x-probe"], request[":method"]) == ("eatfit24.ru", "1", "HEAD")


async def test_a_header_may_name_a_secret(http_server: LabHttp, looker: Looker) -> None:
    of = HealthOf(f"{http_server.url}/health", (("Authorization", "env:TOKEN"),))
    problem = await looker.trouble(of)
    assert (problem.kind, problem.reason) == (
        ProblemKind.DENIED,
        "the secret env:TOKEN is not set in this environment",
    )
    looker.environ["TOKEN"] = "Bearer 5ecret"
    await looker.look(of)
    assert http_server.seen[0]["authorization"] == "Bearer 5ecret"


async def test_redirects_are_followed_only_where_that_is_asked_for(http_server: LabHttp, looker: Looker) -> None:
    assert (await looker.look(HealthOf(f"{http_server.url}/moved"))).status == 302
    followed = await looker.look(HealthOf(f"{http_server.url}/moved", follow_redirects=True))
    assert (followed.status, followed.url) == (200, f"{http_server.url}/health")


async def test_redirects_without_end(http_server: LabHttp, looker: Looker) -> None:
    problem = await looker.trouble(HealthOf(f"{http_server.url}/loop", follow_redirects=True))
    assert problem.kind is ProblemKind.GARBLED
    assert problem.reason == f"{http_server.url}/loop redirects for ever: 5 were followed and none led to an answer"
    assert len(http_server.seen) == 6


async def test_refused_is_down(looker: Looker) -> None:
    url = f"http://127.0.0.1:{free_port()}/health"
    problem = await looker.trouble(HealthOf(url))
    assert problem.kind is ProblemKind.REFUSED
    assert problem.reason == f"{url} refuses connections; is it running?"
    assert problem.kind.level is Level.DOWN


async def test_localhost_with_two_addresses_refuses_in_one_word(looker: Looker) -> None:
    problem = await looker.trouble(HealthOf(f"http://localhost:{free_port()}/health"))
    assert problem.kind is ProblemKind.REFUSED


async def test_a_name_that_nobody_knows_is_our_own_blindness(looker: Looker) -> None:
    problem = await looker.trouble(HealthOf("https://no-such-host.invalid/health"))
    assert problem.kind.level is Level.UNKNOWN
    assert "the host name in https://no-such-host.invalid/health is not known here" in problem.reason


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("garbage", ProblemKind.GARBLED, "answers, but not as HTTP does"),
        ("closed", ProblemKind.REFUSED, "took the connection and closed it without an answer"),
        ("short", ProblemKind.GARBLED, "ends its answer too early"),
        ("header", ProblemKind.GARBLED, "answers, but not as HTTP does"),
    ],
)
async def test_what_is_no_answer(
    http_server: LabHttp, looker: Looker, path: str, kind: ProblemKind, words: str
) -> None:
    problem = await looker.trouble(HealthOf(f"{http_server.url}/{path}"))
    assert problem.kind is kind
    assert problem.kind.level is Level.DOWN
    assert words in problem.reason
    assert "\x1b" not in problem.reason
    assert f"{http_server.url}/{path}" in problem.reason


async def test_one_that_hangs_delays_nobody_beyond_its_time_out(http_server: LabHttp, looker: Looker) -> None:
    hung, good = await looker.all(HealthOf(f"{http_server.url}/hang"), HealthOf(f"{http_server.url}/health"), timeout=1)
    assert hung.problem == Problem(ProblemKind.TIMEOUT, f"{http_server.url}/hang gave no answer within 1 s")
    assert good.value.status == 200
    assert good.took < hung.took
    await wait_for("the hung request to be let go", lambda: http_server.open == 0)


async def test_a_body_without_end_is_read_to_its_limit_only(http_server: LabHttp, looker: Looker) -> None:
    seen = await looker.look(HealthOf(f"{http_server.url}/endless"))
    assert len(seen.body) == BODY
    await wait_for("the connection to be let go", lambda: http_server.open == 0)


async def test_a_body_that_drips_is_too_late_and_says_so(http_server: LabHttp, looker: Looker) -> None:
    problem = await looker.trouble(HealthOf(f"{http_server.url}/drip"), timeout=0.3)
    assert problem.kind is ProblemKind.TIMEOUT
    assert "said 200 after" in problem.reason
    assert "its body had no end in 300 ms" in problem.reason


async def test_a_packed_bomb_does_not_grow(http_server: LabHttp, looker: Looker) -> None:
    assert (await looker.look(HealthOf(f"{http_server.url}/bomb"))).body == "a" * BODY


async def test_the_body_is_plain_text_whatever_it_was(http_server: LabHttp, looker: Looker) -> None:
    http_server.body, http_server.content_type = (
        b"ok\x1b]0;owned\x07\x1b[31m red\x00 \xff",
        "text/plain; charset=klingon",
    )
    assert (await looker.look(HealthOf(f"{http_server.url}/health"))).body == "ok red \ufffd"


async def test_latency_is_the_time_to_the_answer(http_server: LabHttp, looker: Looker) -> None:
    looking = asyncio.ensure_future(looker.look(HealthOf(f"{http_server.url}/slow")))
    await wait_for("the request to arrive", lambda: http_server.seen)
    arrived = time.monotonic()
    await wait_for("the request to have been kept waiting", lambda: time.monotonic() - arrived > 0.1)
    http_server.release.set()
    seen = await looking
    assert 0.1 <= seen.latency < 2


async def test_each_look_connects_anew_and_sees_a_server_that_stopped(http_server: LabHttp, looker: Looker) -> None:
    of = HealthOf(f"{http_server.url}/health")
    await looker.look(of)
    await http_server.stop()
    assert (await looker.trouble(of)).kind is ProblemKind.REFUSED
    await http_server.start()
    assert (await looker.look(of)).status == 200


async def test_an_address_that_is_none(looker: Looker) -> None:
    assert (await looker.trouble(HealthOf("gopher://box/"))).kind is ProblemKind.UNREADABLE
    assert (await looker.trouble(HealthOf("http://:badport/"))).kind is ProblemKind.UNREADABLE


async def test_what_is_secret_in_an_address_is_not_shown(looker: Looker) -> None:
    problem = await looker.trouble(HealthOf(f"http://ops:hunter2@127.0.0.1:{free_port()}/health?token=5ecret"))
    assert "hunter2" not in problem.reason
    assert "5ecret" not in problem.reason
    assert "http://ops:***@127.0.0.1" in problem.reason


# --- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def https_server(self_signed: Path) -> AsyncIterator[LabHttp]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(self_signed)
    server = LabHttp(tls=context)
    await server.start()
    yield server
    await server.stop()


async def test_a_certificate_of_its_own_is_refused_unless_that_is_meant(https_server: LabHttp, looker: Looker) -> None:
    url = f"{https_server.url}/health"
    problem = await looker.trouble(HealthOf(url))
    assert problem.kind is ProblemKind.GARBLED
    assert problem.reason == f"{url}: its certificate is self-signed; where that is meant, say verify = false"
    assert (await looker.look(HealthOf(url, verify=False))).status == 200


async def test_a_certificate_for_another_name(
    https_server: LabHttp, looker: Looker, self_signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(self_signed))
    assert (await looker.look(HealthOf(f"{https_server.url}/health"))).status == 200
    named = HealthOf(f"{https_server.url}/health", (("Host", "eatfit24.ru"),))
    assert "its certificate is for another name" in (await looker.trouble(named)).reason


async def test_plain_http_on_a_port_where_tls_is_meant(http_server: LabHttp, looker: Looker) -> None:
    problem = await looker.trouble(HealthOf(f"https://127.0.0.1:{http_server.port}/health"))
    assert problem.kind is ProblemKind.GARBLED
    assert "does not speak TLS" in problem.reason


# --- brokers -----------------------------------------------------------------------------------------------


@pytest.mark.redis
async def test_a_redis_is_asked_to_ping(redis_server: LabRedis, looker: Looker) -> None:
    seen = await looker.look(HealthOf(redis_server.url))
    assert (seen.status, seen.body, seen.url) == (200, "PONG", redis_server.url)
    assert 0 < seen.latency < 1


@pytest.mark.redis
async def test_a_redis_that_stops_is_down_and_up_again(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start()
    of = HealthOf(server.url)
    await looker.look(of)
    server.stop()
    problem = await looker.trouble(of)
    assert problem.reason == f"{server.url} refuses connections; is it running?"
    server.start()
    assert (await looker.look(of)).body == "PONG"


async def test_a_broker_that_takes_connections_and_says_nothing(looker: Looker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        problem = await looker.trouble(HealthOf(url), timeout=0.3)
    assert problem == Problem(ProblemKind.TIMEOUT, f"{url} did not answer within 300 ms")
