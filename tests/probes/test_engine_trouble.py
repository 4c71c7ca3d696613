"""An engine that is not there, does not let us in, hangs, or is something else: each has its own clear line."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.verdict import Level
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.engine import Engine
from opsconsole.probes.engine.client import unreached
from opsconsole.probes.engine.endpoint import parse
from tests.support.reachable import let_others_in


@asynccontextmanager
async def answering(path: Path, answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Something that listens where an engine should, and gives the same answer to everybody."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await answer(writer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(handle, path)
    try:
        yield f"unix://{path}"
    finally:
        server.close()


def http(status: str, body: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """An HTTP answer."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body))

    return answer


async def both(host: str, timeout: float = 5) -> tuple[Problem, Problem]:
    """What is said of the engine itself, and of the containers behind it."""
    looking = Engine(host)
    try:
        itself, behind = await looking.ping(timeout), await looking.containers(timeout)
        assert isinstance(itself, Problem) and isinstance(behind, Problem)
        return itself, behind
    finally:
        await looking.close()


async def test_without_a_socket_the_engine_is_gone_and_its_containers_cannot_be_seen(tmp_path: Path) -> None:
    itself, behind = await both(f"unix://{tmp_path}/none.sock")
    words = f"no container engine: {tmp_path}/none.sock does not exist; is docker installed and started?"
    assert itself == Problem(ProblemKind.GONE, words)
    assert behind == Problem(ProblemKind.NO_TOOL, words)
    assert (itself.kind.level, behind.kind.level) == (Level.DOWN, Level.UNKNOWN)


async def test_a_socket_that_nobody_listens_on_refuses(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "old.sock"))
    itself, behind = await both(f"unix://{tmp_path}/old.sock")
    assert itself.kind is ProblemKind.REFUSED
    assert "refuses connections; start it: sudo systemctl start docker" in itself.reason
    assert behind == Problem(ProblemKind.NO_TOOL, itself.reason)


def test_without_permission_the_line_names_the_command_that_gives_it(tmp_path: Path) -> None:
    path = tmp_path / "locked.sock"
    with socket.socket(socket.AF_UNIX) as locked:
        locked.bind(str(path))
        locked.listen()
        path.chmod(0)
        told = as_nobody(lambda: asyncio.run(both(f"unix://{path}"))[1].reason, tmp_path)
    assert told.startswith(f"no permission on the engine's socket {path}; to mend: sudo usermod -aG docker ")


def as_nobody(act: Callable[[], str], folder: Path) -> str:
    """What `act` gives when it is not root who does it: in a child of its own where the tests run as root."""
    if os.geteuid() != 0:
        return act()
    import httpcore  # noqa: F401  nobody may not be able to read it where it is installed
    from anyio._backends import _asyncio  # noqa: F401

    let_others_in(folder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)
            os.write(writing, act().encode())
        except BaseException as fault:
            os.write(writing, repr(fault).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.waitpid(child, 0)
    return text


async def test_an_engine_that_hangs_is_given_up_in_time(tmp_path: Path) -> None:
    async def silence(writer: asyncio.StreamWriter) -> None: ...

    async with answering(tmp_path / "hung.sock", silence) as host:
        began = asyncio.get_running_loop().time()
        itself, behind = await both(host, timeout=0.2)
        assert asyncio.get_running_loop().time() - began < 2
    assert itself == Problem(ProblemKind.TIMEOUT, f"the container engine at {host} does not answer within 200 ms")
    assert behind == Problem(ProblemKind.NO_TOOL, itself.reason)


@pytest.mark.parametrize(
    "text", [b"220 mail ESMTP\r\n\r\n", b"\xff\xfe\x00garbage\r\n\r\n", b"HTTP/1.1 nonsense\r\n\r\n"]
)
async def test_what_does_not_speak_http_is_no_engine(tmp_path: Path, text: bytes) -> None:
    async def garbage(writer: asyncio.StreamWriter) -> None:
        writer.write(text)

    async with answering(tmp_path / "odd.sock", garbage) as host:
        itself, _ = await both(host)
    assert itself == Problem(ProblemKind.UNREADABLE, f"what answers at {host} does not speak the engine's language")


async def test_a_web_page_is_no_engine(tmp_path: Path) -> None:
    async with answering(tmp_path / "web.sock", http("200 OK", b"<html>")) as host:
        itself, behind = await both(host)
    assert itself == behind == Problem(ProblemKind.UNREADABLE, f"what answers at {host} is no engine")


@pytest.mark.parametrize("json", [b'{"hello": [1]}', b"[1]", b'[{"Names": 3}]', b"null", b'"text"'])
async def test_json_of_another_shape_is_no_engine(tmp_path: Path, json: bytes) -> None:
    async with answering(tmp_path / "other.sock", http("200 OK", json)) as host:
        itself, behind = await both(host)
    assert itself == behind == Problem(ProblemKind.UNREADABLE, f"what answers at {host} is no engine")


async def test_a_container_that_is_described_in_no_known_way_is_said_and_not_left_out(tmp_path: Path) -> None:
    async with answering(tmp_path / "new.sock", http("200 OK", b'[{"Id": "4f1d"}]')) as host:
        looking = Engine(host)
        behind = await looking.containers(5)
        await looking.close()
    assert behind == Problem(
        ProblemKind.UNREADABLE, "the engine describes container 4f1d in a way that we do not understand"
    )


async def test_what_the_engine_itself_complains_of_is_passed_on_plain(tmp_path: Path) -> None:
    body = b'{"message": "disk \\u001b[31mfull\\nno more"}'
    async with answering(tmp_path / "sick.sock", http("500 Internal Server Error", body)) as host:
        itself, _ = await both(host)
    assert itself == Problem(ProblemKind.UNREADABLE, "the engine says: disk full no more")


async def test_a_plug_in_that_forbids_looking_is_a_matter_of_permission(tmp_path: Path) -> None:
    body = b'{"message": "authorization denied by plugin"}'
    async with answering(tmp_path / "guarded.sock", http("403 Forbidden", body)) as host:
        itself, behind = await both(host)
    assert itself == behind
    assert itself.kind is ProblemKind.DENIED


async def test_an_address_that_makes_no_sense_is_a_problem_and_no_crash() -> None:
    itself, behind = await both("docker.sock")
    assert itself == behind
    assert itself.reason.startswith("docker.host: 'docker.sock' is no engine address")


async def test_an_engine_on_a_port_that_refuses(unused_tcp_port: int) -> None:
    itself, _ = await both(f"tcp://127.0.0.1:{unused_tcp_port}")
    assert itself.kind is ProblemKind.REFUSED
    assert f"tcp://127.0.0.1:{unused_tcp_port} refuses connections" in itself.reason


async def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    looking = Engine("tcp://127.0.0.1:2376", environ={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)})
    problem = await looking.ping()
    await looking.close()
    assert isinstance(problem, Problem) and problem.kind is ProblemKind.UNREADABLE
    assert problem.reason.startswith(f"the certificates in {tmp_path} for tcp://127.0.0.1:2376 cannot be used")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (PermissionError(errno.EACCES, "x"), ProblemKind.DENIED),
        (FileNotFoundError(errno.ENOENT, "x"), ProblemKind.GONE),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), ProblemKind.REFUSED),
        (socket.gaierror(-2, "Name or service not known"), ProblemKind.GONE),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), ProblemKind.REFUSED),
        (OSError(errno.EHOSTUNREACH, "No route to host"), ProblemKind.REFUSED),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), ProblemKind.REFUSED),
    ],
)
def test_each_error_of_the_operating_system_has_a_meaning(fault: OSError, kind: ProblemKind) -> None:
    told = unreached(fault, parse("tcp://box", "")).problem
    assert told.kind is kind
    assert "\n" not in told.reason


async def test_the_probes_say_so_for_every_target_and_nothing_raises(tmp_path: Path) -> None:
    world = World(engine_host=f"unix://{tmp_path}/none.sock")
    web, db = (Target("container", name, ContainerRef(name)) for name in ("web", "db"))
    samples = await open_probe("container", world).read([web, db], 1)
    assert [sample.target for sample in samples] == [web, db]
    assert all(sample.value is None and sample.problem for sample in samples)
    (engine,) = await open_probe("engine", world).read([Target("engine", "engine")], 1)
    assert engine.problem is not None and engine.problem.kind is ProblemKind.GONE
    await world.close()
