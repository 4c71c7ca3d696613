"""A small system on a real engine: `opsconsole status` finds each fault by the check that is for it and by no other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import opsconsole
from tests.cli.site import Site, site
from tests.lab.engine import LabContainer, LabEngine
from tests.support.parts import OUTER

__all__ = ["site"]

pytestmark = pytest.mark.engine

PROJECT = f"opsrt{os.getpid()}"
SLEEP = ("sleep", str(40_000_000 + os.getpid()))
"""What the app runs: nobody else on this machine does, not even the same test beside this one."""

STACK = """
name = "small"
[box]
enabled = false

[[service]]
name = "app"
container = "PROJECT/app"
env = { RUN_MIGRATIONS = ["0", "1"], compose = true, example = ".env.example", timeout = "9s" }

[[service]]
name = "db"
container = "PROJECT/db"

[[health]]
name = "web"
url = "URL"

[[check]]
timeout = "9s"
name = "web.stub"
kind = "stub"
endpoint = "web"
depends = ["db.state"]

[[check]]
timeout = "9s"
name = "app.user"
kind = "container-user"
service = "app"
user = "10001:10001"

[[check]]
timeout = "9s"
name = "app.replicas"
kind = "replicas"
service = "app"

[[check]]
timeout = "9s"
name = "app.clock"
kind = "clock"
service = "app"

[[check]]
timeout = "9s"
name = "astray"
kind = "stray-process"
argv = "SLEEP"

[[matrix]]
component = "database"
failure = "down"
checks = ["db.state"]
runbooks = ["db-down"]
data_loss = "no"
"""


class Small:
    """The system; `app` is made as it should be, unless a test says otherwise."""

    def __init__(self, engine: LabEngine, folder: Path, url: str) -> None:
        self.engine, self.folder = engine, folder
        (folder / "stack.toml").write_text(
            STACK.replace("URL", url).replace("PROJECT", PROJECT).replace("SLEEP", " ".join(SLEEP))
        )
        (folder / "db-down.md").write_text("# Database down\n")
        (folder / "compose.yml").write_text("services:\n  app:\n    env_file: .env\n")
        (folder / ".env").write_text("RUN_MIGRATIONS=1\nQR_SECRET=hunter2\n")
        (folder / ".env.example").write_text("RUN_MIGRATIONS=\nQR_SECRET=\n")
        self.db = engine.compose_one(PROJECT, "db")

    def app(self, number: int = 1, user: str = "10001:10001", **env: str) -> LabContainer:
        """An app, by default with the environment of `.env`."""
        labels = {
            "com.docker.compose.project": PROJECT,
            "com.docker.compose.service": "app",
            "com.docker.compose.container-number": str(number),
            "com.docker.compose.project.config_files": str(self.folder / "compose.yml"),
            "com.docker.compose.project.working_dir": str(self.folder),
        }
        given = {"RUN_MIGRATIONS": "1", "QR_SECRET": "hunter2", **env}
        given = {name: value for name, value in given.items() if value != "-"}
        name = f"opslab-{PROJECT}-app-{number}"
        return self.engine.run(*SLEEP, name=name, labels=labels, env=given, options=[f"--user={user}"])

    def bad(self) -> dict[str, str]:
        """The checks that are not OK, with their reasons, as JSON tells them."""
        environment = {"DOCKER_HOST": self.engine.host, "PATH": OUTER["PATH"]}
        outcome = opsconsole("status", "--format", "json", cwd=self.folder, **environment)
        assert outcome.err == "" and "hunter2" not in outcome.out
        answer = json.loads(outcome.out)
        assert outcome.code == answer["exit"]
        found = {one["name"]: one for one in answer["checks"] if one["level"] != "OK" and not one["blocked_by"]}
        return {name: one["reason"] for name, one in found.items()}


@pytest.fixture
def small(engine: LabEngine, tmp_path: Path, site: Site) -> Iterator[Small]:
    yield Small(engine, tmp_path, site.url("200"))


def test_the_healthy_system_has_no_finding_and_each_fault_its_own(small: Small) -> None:
    app = small.app()
    assert small.bad() == {}
    small.db.stop()
    found = small.bad()
    assert set(found) == {"db.state", "web.stub"}
    assert found["web.stub"] == "answers 200 while db.state is DOWN: a stub"
    small.db.start()
    second = small.app(2)
    assert set(small.bad()) == {"app.replicas"}
    second.remove()
    (small.folder / ".env").write_text("RUN_MIGRATIONS=0\nQR_SECRET=hunter2\n")
    assert set(small.bad()) == {"app.env"}
    assert "RUN_MIGRATIONS; it takes effect when this is made anew" in small.bad()["app.env"]
    app.remove()
    small.app(user="0", RUN_MIGRATIONS="0", TZ="Europe/Moscow")
    assert set(small.bad()) == {"app.user", "app.clock", "app.env"}, "TZ is nothing that compose would give"


def test_a_flag_that_is_refused_and_a_key_that_is_missing(small: Small) -> None:
    app = small.app(RUN_MIGRATIONS="true")
    assert small.bad() == {"app.env": "RUN_MIGRATIONS is 'true', expected 0 or 1"}
    app.remove()
    small.app(QR_SECRET="-")
    assert small.bad() == {"app.env": ".env.example has QR_SECRET, which is not set here"}


def test_what_runs_in_somebody_else_s_container_is_astray(small: Small) -> None:
    small.app()
    other = small.engine.run(*SLEEP)
    found = small.bad()
    assert set(found) == {"astray"}
    assert f"in container {other.id[:12]}" in found["astray"]
