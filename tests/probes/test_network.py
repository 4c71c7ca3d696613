"""Real ports and real certificates: what is seen there, and in which words it is said that nothing is."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opsconsole.checks import judge
from opsconsole.checks.tls import Expect
from opsconsole.model.check import Check
from opsconsole.model.runtime import Address, TcpOf, TlsOf
from opsconsole.model.sample import ProblemKind, Sample, Target
from opsconsole.model.verdict import Level
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.certificate import from_pem, understood
from tests.lab.engine import LabEngine
from tests.lab.http import LabHttp
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_for


async def look(kind: str, of: object, timeout: float = 5.0, host: str | None = None) -> Sample:
    """One look, by a probe of its own."""
    world = World(engine_host=host)
    probe = open_probe(kind, world)
    (sample,) = await probe.read([Target(kind, "it", of)], timeout)
    await probe.close()
    await world.close()
    return sample


def why(sample: Sample) -> tuple[ProblemKind, str]:
    """Why nothing was seen."""
    assert sample.problem is not None, sample.value
    return sample.problem.kind, sample.problem.reason


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port where nobody listens, and nobody else will meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """A port that says this to whoever comes, and then waits."""
    done = asyncio.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await done.wait()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        done.set()
        server.close()


# --- ports ------------------------------------------------------------------------------------------------------


async def test_a_port_that_takes_connections_and_what_it_says_first() -> None:
    async with saying(b"220 mail.example \x1b[31mESMTP\r\nmore") as port:
        silent = await look("tcp", TcpOf(Address("127.0.0.1", port)))
        heard = await look("tcp", TcpOf(Address("127.0.0.1", port), listen=True))
    assert (silent.value.greeting, silent.value.latency > 0) == ("", True)
    assert heard.value.greeting == "220 mail.example ESMTP"


async def test_who_says_nothing_has_taken_the_connection_all_the_same() -> None:
    async with saying(b"") as port:
        sample = await look("tcp", TcpOf(Address("127.0.0.1", port), listen=True), timeout=0.5)
    assert sample.value.greeting == ""


async def test_a_socket_of_this_machine(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    assert why(await look("tcp", TcpOf(Address(path=path)))) == (ProblemKind.GONE, f"{path} does not exist")
    server = await asyncio.start_unix_server(lambda reader, writer: writer.close(), path)
    assert (await look("tcp", TcpOf(Address(path=path)))).value.latency > 0
    server.close()
    await server.wait_closed()
    assert why(await look("tcp", TcpOf(Address(path=path))))[0] in (ProblemKind.REFUSED, ProblemKind.GONE)


async def test_why_there_is_no_connection(nobody: int) -> None:
    refused = f"127.0.0.1:{nobody} refuses connections: nobody listens there"
    assert why(await look("tcp", TcpOf(Address("127.0.0.1", nobody)))) == (ProblemKind.REFUSED, refused)
    kind, reason = why(await look("tcp", TcpOf(Address("nowhere.invalid", 1))))
    assert kind is ProblemKind.NO_TOOL and reason.startswith("nowhere.invalid:1: there is no address for this name")


@pytest.mark.engine
async def test_a_port_inside_a_container_that_publishes_none(engine: LabEngine) -> None:
    box = engine.run("nc", "-ll", "-p", "7000", "-e", "echo", "hello")
    of = TcpOf(Address(port=7000, container=box.name), listen=True)

    async def answered() -> Sample | None:
        sample = await look("tcp", of, host=engine.host)
        return sample if sample.value is not None else None

    assert (await wait_for("the port to be open", answered)).value.greeting == "hello"
    box.stop()
    kind, reason = why(await look("tcp", of, host=engine.host))
    assert kind is ProblemKind.GONE and reason == f"container {box.name} is exited, so nobody listens in it"


# --- certificates -----------------------------------------------------------------------------------------------


def made(folder: Path, days: int, *names: str) -> Path:
    """A certificate for `names` that signs itself, with its key, in one file."""
    if not shutil.which("openssl", path=OUTER.get("PATH")):
        lack("openssl", "there is no openssl")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O=Shop/CN={names[0]}"]
    command += ["-days", str(days), "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


def made_long_ago(folder: Path, name: str) -> Path:
    """One that was good in the January of 2020. Only `openssl ca` lets that be chosen."""
    made(folder, 1, name)
    settings = "[ca]\ndefault_ca=x\n[x]\ndatabase=index\nnew_certs_dir=.\nserial=serial\npolicy=p\ndefault_md=sha256\n"
    (folder / "ca.cnf").write_text(f"{settings}copy_extensions=copy\n[p]\ncommonName=supplied\n")
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    ask = ["openssl", "req", "-new", "-key", "key.pem", "-subj", f"/CN={name}", "-out", "csr.pem"]
    subprocess.run([*ask, "-addext", f"subjectAltName=DNS:{name}"], cwd=folder, check=True, capture_output=True)
    sign = ["openssl", "ca", "-batch", "-selfsign", "-config", "ca.cnf", "-keyfile", "key.pem", "-in", "csr.pem"]
    sign += ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-notext", "-out", "cert.pem"]
    subprocess.run(sign, cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


@asynccontextmanager
async def showing(certificate: Path) -> AsyncIterator[int]:
    """A TLS server with that certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = LabHttp(tls=context)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop()


def judged(sample: Sample, **written: object) -> tuple[Level, str]:
    verdict = judge(Check("it", "tls", sample.target, Expect(**written)), sample)  # type: ignore[arg-type]
    return verdict.level, verdict.reason


async def test_a_certificate_that_nobody_has_signed_is_seen_with_all_that_it_says(tmp_path: Path) -> None:
    async with showing(made(tmp_path, 30, "shop.example", "*.shop.example")) as port:
        sample = await look("tls", TlsOf(Address("127.0.0.1", port), server_name="api.shop.example"))
    seen = sample.value
    assert (seen.subject, seen.issuer, seen.self_signed) == ("shop.example", "shop.example", True)
    assert seen.names == ("shop.example", "*.shop.example")
    assert 29 * 86400 < seen.ends - sample.at <= 30 * 86400
    assert (seen.trusted, "self" in seen.why) == (False, True)
    assert judged(sample)[0] is Level.DOWN and "not trusted" in judged(sample)[1]
    assert judged(sample, trusted=False, host="api.shop.example")[0] is Level.OK
    assert "not for other.example" in judged(sample, trusted=False, host="other.example")[1]


async def test_one_that_this_box_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = made(tmp_path, 30, "shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with showing(certificate) as port:
        sample = await look("tls", TlsOf(Address("127.0.0.1", port)))
    assert (sample.value.trusted, sample.value.why) == (True, "")
    assert judged(sample)[0] is Level.OK


async def test_one_that_has_run_out_says_so_and_is_not_called_untrusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = made_long_ago(tmp_path, "shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with showing(certificate) as port:
        sample = await look("tls", TlsOf(Address("127.0.0.1", port)))
    assert sample.value.ends == 1580515200
    assert sample.value.trusted is True
    level, reason = judged(sample)
    assert level is Level.DOWN and reason.startswith("the certificate ran out ") and reason.endswith(" d ago")


async def test_one_that_lies_in_a_file(tmp_path: Path) -> None:
    certificate = made(tmp_path, 5, "shop.example")
    sample = await look("tls", TlsOf(file=str(certificate)))
    assert (sample.value.names, sample.value.trusted) == (("shop.example",), None)
    assert judged(sample)[0] is Level.DEGRADED
    missing = str(tmp_path / "none.pem")
    assert why(await look("tls", TlsOf(file=missing))) == (ProblemKind.GONE, f"there is no certificate {missing}")
    key = str(tmp_path / "key.pem")
    assert why(await look("tls", TlsOf(file=key))) == (ProblemKind.GARBLED, f"{key}: there is no certificate in it")


async def test_no_tls_and_nobody(http_server: LabHttp, nobody: int) -> None:
    kind, reason = why(await look("tls", TlsOf(Address("127.0.0.1", http_server.port))))
    assert kind is ProblemKind.GARBLED and "does not speak TLS as it should" in reason
    assert why(await look("tls", TlsOf(Address("127.0.0.1", nobody))))[0] is ProblemKind.REFUSED


@pytest.mark.parametrize("cut", range(0, 700, 7))
def test_what_is_cut_off_anywhere_is_no_certificate_and_no_crash(self_signed: Path, cut: int) -> None:
    der = from_pem(self_signed.read_bytes())
    assert understood(der).names == ("127.0.0.1",)
    with pytest.raises(ValueError, match="no certificate"):
        understood(der[:cut])
