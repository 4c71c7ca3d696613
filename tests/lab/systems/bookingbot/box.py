"""The box of bookingbot: the server's checkout at a tag, images by tag in the engine, and its three containers."""

from __future__ import annotations

import http.client
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.lab.systems import compose
from tests.lab.systems.bookingbot.telegram import Telegram
from tests.lab.systems.composed import Composed, postgres, shipped
from tests.lab.systems.system import free_port, on_the_box, replaced
from tests.support.parts import lack
from tests.support.waiting import wait_until

SHIPPED: Final = shipped("bookingbot")
APP: Final = Path(__file__).parent / "app"
FIRST: Final = "v1.4.1"
"""The release that runs when the lab is opened."""

_USER: Final = 10001
_POSTGRES: Final = 70


class Bookingbot(Composed):
    """The system, open."""

    name = "bookingbot"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.telegram = Telegram()

    @property
    def places(self) -> list[tuple[str, str]]:
        venv, python = compose.bound_from_the_machine()
        return [
            ("/opt/bookingbot", str(self.home)),
            ("/var/backups/bookingbot", str(self.backups)),
            ('project = "bookingbot"', f'project = "{self.project}"'),
            ('"bookingbot/', f'"{self.project}/'),
            ("bookingbot-app", f"{self.project}-app"),
            ("localhost:8080", f"localhost:{self.port}"),
            ("127.0.0.1:8080:", f"127.0.0.1:{self.port}:"),
            ("https://api.telegram.org", self.telegram.url),
            ("stay_green: 2m", "stay_green: 2s"),
            ("@base@", self.base),
            ("@venv@", str(venv)),
            ("@python@", str(python)),
            ("@postgres@", str(postgres())),
        ]

    def build_up(self) -> None:
        """The first release, its database with a backup, and a Telegram that knows its hook."""
        if not shutil.which("nginx", path="/usr/sbin:/usr/bin"):
            lack("nginx", "there is no nginx, which stands for Caddy")
        self.telegram.open()
        self._lay_out()
        compose.make_base_image(self.base)
        self.build(FIRST)
        self.compose("up", "--detach", "db")
        self.migrate()
        self.back_up()
        self.compose("up", "--detach")
        self.wait_until_well()
        self.telegram.hook = ("https://bookings.example/telegram/webhook", self.env("WEBHOOK_SECRET_TOKEN"))

    def close(self) -> None:
        """Every trace of it goes."""
        self.telegram.close()
        super().close()

    def _lay_out(self) -> None:
        self.lay_ground(COMPOSE_DOCKER_CLI_BUILD="0")
        shutil.copytree(APP, self.developer, ignore=shutil.ignore_patterns("__pycache__"))
        (self.developer / "gitignore").rename(self.developer / ".gitignore")
        (self.developer / "env.example").rename(self.developer / ".env.example")
        (self.developer / "env").rename(self.folder / "env")
        for name in ("docker-compose.yml", "Dockerfile"):
            path = self.developer / name
            path.write_text(replaced(path.read_text(), self.places))
        self._publish_first()
        self._lay_logs()
        self.backups.mkdir()
        os.chown(self.backups, _POSTGRES, _POSTGRES)

    def _publish_first(self) -> None:
        """The repository, and the server's checkout of it at the tag."""
        remote = self.found_repository()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "The service")
        self.git("tag", FIRST)
        self.git("push", "--quiet", "--set-upstream", "origin", "main", "--tags")
        on_the_box(self, "git", "clone", "--quiet", "--branch", FIRST, remote, self.home, cwd=self.folder)
        shutil.move(self.folder / "env", self.home / ".env")
        (self.home / ".releases").write_text(f"2026-11-02T09:00:00Z v1.4.0 good\n2026-11-10T09:00:00Z {FIRST} good\n")

    def _lay_logs(self) -> None:
        """Thirty days of packed logs, as they are after a month."""
        logs = self.home / "logs"
        logs.mkdir()
        os.chown(logs, _USER, _USER)
        for days in range(1, 31):
            self.lay_log(days)

    def lay_log(self, days: int) -> None:
        """A packed log of so many days ago."""
        then = datetime.now(UTC) - timedelta(days=days)
        file = self.home / "logs" / f"app-{then:%Y-%m-%d}.json.gz"
        file.write_bytes(b"")
        os.utime(file, (then.timestamp(), then.timestamp()))
        os.chown(file, _USER, _USER)

    def release(self, tag: str, message: str) -> None:
        """What the developer has changed, committed, tagged and pushed; CI has built its image."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("tag", tag)
        self.git("push", "--quiet", "origin", "main", "--tags")
        self.build(tag)

    def build(self, tag: str) -> None:
        """The image of what lies in the developer's checkout, under its tag."""
        self.docker("build", "--quiet", "--tag", f"{self.project}-app:{tag}", str(self.developer))

    def check_out(self, tag: str) -> None:
        """The server's checkout is at that tag, and its `.env` names it."""
        on_the_box(self, "git", "fetch", "--quiet", "--tags")
        on_the_box(self, "git", "checkout", "--quiet", tag)
        self.set_env(APP_TAG=tag)

    def env(self, name: str) -> str:
        """What `.env` on the server says."""
        lines = (self.home / ".env").read_text().splitlines()
        return next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), "")

    def set_env(self, **values: str | None) -> None:
        """Lines of `.env` on the server: another value, or with None no line."""
        path = self.home / ".env"
        kept = [line for line in path.read_text().splitlines() if line.partition("=")[0] not in values]
        written = [f"{name}={value}" for name, value in values.items() if value is not None]
        path.write_text("\n".join([*kept, *written]) + "\n")

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose WORDS` in its home."""
        return on_the_box(self, "docker", "compose", *words, check=check)

    def container(self, service: str) -> str:
        """What the first container of a service is called."""
        return f"{self.project}_{service}_1"

    def state(self, service: str) -> str:
        """Its state and, where it has one, its health, by the engine's own word."""
        form = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
        return self.docker("inspect", "--format", form, self.container(service)).strip()

    def sql(self, statement: str) -> str:
        """What its Postgres answers."""
        words = ("psql", "--username=booking", "--dbname=booking", "-qtAc", statement)
        return self.docker("exec", self.container("db"), *words)

    def migrate(self) -> None:
        """As CI's own workflow does it."""
        wait_until("the database", lambda: self.state("db") == "running healthy", within=60)
        self.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "/app/bin/MigrateMain", "app")

    def back_up(self) -> None:
        """A base backup, as the box makes one every night."""
        at = f"/backup/base/{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.tar.gz"
        words = "pg_basebackup --username=booking --format=tar --gzip --checkpoint=fast --wal-method=fetch --pgdata=-"
        self.docker("exec", self.container("db"), "sh", "-c", f"{words} > {at}")

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """What a GET of `path` is answered; 0 where nobody answers."""
        return self._ask("GET", path, headers)

    def post(self, path: str, **headers: str) -> int:
        """The code that a POST of `path` is answered with."""
        return self._ask("POST", path, {name.replace("_", "-"): value for name, value in headers.items()})[0]

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=8)
        try:
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def wait_until_well(self) -> None:
        """Until it answers and the engine calls it healthy, as seen without opsconsole."""
        wait_until("bookingbot to answer", lambda: self.get("/ready")[0] == 200, within=60)
        wait_until("the engine to call it healthy", lambda: self.state("app") == "running healthy", within=60)
