"""An engine on another machine: through ssh, and behind TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opsconsole.model.readings import EngineReading, MemoryReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.engine import Engine
from opsconsole.probes.engine.endpoint import parse
from opsconsole.probes.engine.tunnel import ssh_words
from tests.lab.engine import LabEngine
from tests.lab.sshd import LabSshd
from tests.support.parts import lack
from tests.support.waiting import wait_for, wait_until


def tunnels(folder: Path) -> list[Path]:
    """The folders of tunnels that exist now."""
    return list(folder.glob("opsconsole-*"))


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary folders that nobody else uses, and that is not as deep as pytest's."""
    with tempfile.TemporaryDirectory(prefix="opslab-") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


@pytest.fixture
def through_ssh(engine: LabEngine, sshd: LabSshd, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the lab's engine by ssh, with the lab's keys in use and temporary folders of its own."""
    monkeypatch.setenv("PATH", f"{sshd.bin}:{os.environ['PATH']}")
    return f"ssh://{sshd.host}{engine.host.removeprefix('unix://')}"


@pytest.mark.engine
@pytest.mark.sshd
async def test_temporary_folders_that_are_too_deep_for_a_socket_are_no_hindrance(
    engine: LabEngine, through_ssh: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = temporary / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    looking = Engine(through_ssh)
    assert isinstance(await looking.ping(10), EngineReading)
    await looking.close()
    assert list(deep.iterdir()) == []


@pytest.mark.engine
@pytest.mark.sshd
async def test_an_engine_is_looked_at_through_ssh_and_nothing_is_left_behind(
    engine: LabEngine, sshd: LabSshd, through_ssh: str, temporary: Path
) -> None:
    container = engine.run()
    looking = Engine(through_ssh)
    containers = await looking.containers(10)
    assert not isinstance(containers, Problem) and containers[container.name].state == "running"
    (folder,) = tunnels(temporary)
    assert folder.stat().st_mode & 0o777 == 0o700
    await looking.close()
    assert tunnels(temporary) == []
    await wait_for("the connection to be gone", lambda: not sshd.connections())


@pytest.mark.engine
@pytest.mark.sshd
async def test_memory_of_a_container_elsewhere_is_asked_of_its_engine(engine: LabEngine, through_ssh: str) -> None:
    container = engine.run(memory="64m")
    world = World(engine_host=through_ssh, proc=Path("/nonexistent"))
    (sample,) = await open_probe("memory", world).read([Target("memory", "x", ContainerRef(container.name))], 10)
    assert isinstance(sample.value, MemoryReading) and sample.value.limit == 64 << 20
    await world.close()


@pytest.mark.engine
@pytest.mark.sshd
async def test_a_broken_connection_is_made_again(engine: LabEngine, sshd: LabSshd, through_ssh: str) -> None:
    looking = Engine(through_ssh)
    assert isinstance(await looking.ping(10), EngineReading)
    sshd.break_connections()

    async def answers() -> bool:
        return isinstance(await looking.ping(10), EngineReading)

    await wait_for("an answer through a new tunnel", answers)
    await looking.close()


@pytest.mark.engine
@pytest.mark.sshd
def test_the_tunnel_ends_with_us_even_when_we_are_killed(engine: LabEngine, sshd: LabSshd, through_ssh: str) -> None:
    program = textwrap.dedent(f"""
        import asyncio, os, signal
        from opsconsole.probes.engine import Engine
        async def main():
            looking = Engine({through_ssh!r})
            print(await looking.ping(10), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(main())
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL and done.stdout.startswith("EngineReading")
    wait_until("the tunnel to be gone", lambda: not sshd.connections())


@pytest.mark.sshd
async def test_a_host_that_does_not_let_us_in_says_why(sshd: LabSshd, through_ssh: str) -> None:
    (sshd.config.parent / "authorized").write_text("")
    looking = Engine(through_ssh)
    problem = await looking.ping(10)
    await looking.close()
    assert isinstance(problem, Problem) and problem.kind is ProblemKind.DENIED
    assert problem.reason.startswith(f"ssh to ssh://{sshd.host} fails: ") and "Permission denied" in problem.reason


async def test_without_an_ssh_command_there_is_nothing_to_look_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    looking = Engine("ssh://box")
    problem = await looking.ping()
    await looking.close()
    assert problem == Problem(ProblemKind.NO_TOOL, "no ssh command here to reach ssh://box")


def test_what_ssh_is_told_cannot_be_taken_for_an_option() -> None:
    words = ssh_words(parse("ssh://me@box:2222", ""), Path("/tmp/x/engine.sock"))
    assert words[words.index("--") :][1] == "box"
    assert words[words.index("-l") + 1] == "me"
    assert words[words.index("-p") + 1] == "2222"
    assert "BatchMode=yes" in words
    assert words[words.index("-L") + 1] == "/tmp/x/engine.sock:/var/run/docker.sock"


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as DOCKER_CERT_PATH names it: an authority, and a certificate for both sides on loopback."""
    if not shutil.which("openssl"):
        lack("openssl", "there is no openssl")
    folder = tmp_path_factory.mktemp("certificates")
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    authority = ("-subj", "/CN=authority", "-keyout", folder / "ca-key.pem", "-out", folder / "ca.pem")
    leaf = ("-subj", "/CN=engine", "-keyout", folder / "key.pem", "-out", folder / "cert.pem")
    name = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    for words in (authority, (*leaf, *name, "-CA", folder / "ca.pem", "-CAkey", folder / "ca-key.pem")):
        subprocess.run([*new, *words], check=True, capture_output=True)
    return folder


@asynccontextmanager
async def behind_tls(engine: LabEngine, certificates: Path) -> AsyncIterator[str]:
    """The real engine behind TLS, which lets only those in who have a certificate of the same authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "ca.pem"))
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(engine.host.removeprefix("unix://"))

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()

        ways = [asyncio.create_task(pump(reader, far_writer)), asyncio.create_task(pump(far_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for one in (writer, far_writer):
            one.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    try:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.engine
async def test_an_engine_behind_tls_is_asked_with_the_folders_certificates(
    engine: LabEngine, certificates: Path
) -> None:
    async with behind_tls(engine, certificates) as host:
        looking = Engine(host, environ={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certificates)})
        assert isinstance(await looking.ping(5), EngineReading)
        await looking.close()


@pytest.mark.engine
async def test_an_engine_whose_certificate_nobody_vouches_for_is_refused(
    engine: LabEngine, certificates: Path, tmp_path: Path
) -> None:
    for name in ("cert.pem", "key.pem"):
        shutil.copy(certificates / name, tmp_path / name)
    async with behind_tls(engine, certificates) as host:
        looking = Engine(host, environ={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)})
        problem = await looking.ping(5)
        assert isinstance(problem, Problem) and problem.kind is ProblemKind.REFUSED
        assert problem.reason.startswith(f"TLS with the engine at {host} fails: ")
        assert "certificate" in problem.reason
        await looking.close()
