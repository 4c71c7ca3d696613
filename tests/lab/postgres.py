"""A real Postgres server on a free port of loopback, in a folder of its own; it is gone when the tests are."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.redis import _end_with_parent, free_port
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_until

SUPERUSER = "keeper"
PASSWORD = "correct-horse-battery"


@dataclass
class LabPostgres:
    """One server. `sql` speaks to it as its superuser, by its socket, with nothing of what is tested in between."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket_folder(self) -> Path:
        """Where its unix socket lies."""
        return self.folder / "run"

    def create(self) -> None:
        """A cluster with a superuser who comes in by the socket, and others by a password over TCP."""
        self.folder.chmod(0o755)  # others may come to the socket, as on any box
        self.socket_folder.mkdir()
        _own(self.folder)
        words = ["--username", SUPERUSER, "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
        self._as_owner("initdb", "--pgdata", str(self.folder / "data"), *words, "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        """Start it (again), and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
            "fsync": "off",
            "timezone": "UTC",
            "max_connections": "20",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [*_become(), str(self.programs / "postgres"), "-D", str(self.folder / "data"), *words],
            env=OUTER, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl, which takes no lock
        )  # fmt: skip
        log.close()
        wait_until(f"postgres on port {self.port} to answer", self._answers)

    def stop(self) -> None:
        """End it. Twice is fine."""
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def sql(self, text: str, database: str = "postgres") -> str:
        """What psql prints for `text`; AssertionError with the server's complaint."""
        words = ["-X", "-q", "-A", "-t", "-h", str(self.socket_folder), "-p", str(self.port), "-U", SUPERUSER]
        done = subprocess.run(
            ["psql", *words, "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"],
            input=text, env=OUTER, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"postgres ended at once: {(self.folder / 'log').read_text()[-400:]}")
        words = ["-q", "-h", str(self.socket_folder), "-p", str(self.port), "-U", SUPERUSER, "-d", "postgres"]
        return subprocess.run([str(self.programs / "pg_isready"), *words], env=OUTER).returncode == 0

    def _as_owner(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [*_become(), str(self.programs / program), *words],
            env=OUTER, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder of `postgres` and `initdb`, which Debian keeps off PATH."""
    if shutil.which("psql", path=OUTER.get("PATH")) is None:
        lack("postgres", "there is no psql on PATH")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        lack("postgres", "there is no postgres in /usr/lib/postgresql")
    if os.geteuid() == 0 and not _somebody():
        lack("postgres", "it does not run as root, and there is no user postgres or nobody")
    return found[-1].parent


@pytest.fixture(scope="session")
def postgres_of_the_run(postgres_programs: Path) -> Iterator[LabPostgres]:
    """One server for the whole run."""
    # A folder of its own, not pytest's: the path of a unix socket may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="opslab-postgres-"))
    server = LabPostgres(postgres_programs, folder, free_port())
    try:
        server.create()
        server.start()
        server.sql(f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE shop OWNER shop;")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_of_the_run: LabPostgres) -> LabPostgres:
    """A running server; its database `shop` has an empty schema `public`."""
    if postgres_of_the_run.process is None or postgres_of_the_run.process.poll() is not None:
        postgres_of_the_run.start()
    postgres_of_the_run.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION shop;", "shop")
    return postgres_of_the_run


def _somebody() -> str | None:
    """Whom the server runs as, where we are root."""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


def _become() -> list[str]:
    name = _somebody()
    return (
        ["setpriv", f"--reuid={name}", f"--regid={pwd.getpwnam(name).pw_gid}", "--clear-groups"]
        if name and os.geteuid() == 0
        else []
    )


def _own(folder: Path) -> None:
    name = _somebody()
    if os.geteuid() == 0 and name:
        entry = pwd.getpwnam(name)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid)
