"""Actions by keys, with the real binary, the real engine and the real compose: done, declined, refused, not lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from opsconsole.model.run import Entry
from opsconsole.run import journal, wire
from opsconsole.run.kinds import Kind
from tests.lab.engine import FOREVER, LABEL, OWNER, LabEngine
from tests.lab.systems.compose import give_plugin, need_compose
from tests.support.console import RealConsole, real_console, settled
from tests.support.parts import OUTER

pytestmark = pytest.mark.pty

COMPOSE = """version: "2.4"
x-all: &all
  image: "{image}"
  command: {command}
  stop_grace_period: 2s
  labels: {{ {label}: "1", {owner_label}: "{owner}" }}
services:
  web: {{ <<: *all, environment: {{ COLOUR: {colour} }} }}
  worker: *all
"""

STACK = """name = "{name}"
home = "."
[box]
enabled = false
[[service]]
name = "web"
container = "{name}/web"
[[service]]
name = "worker"
container = "{name}/worker"
"""


@dataclass
class Site:
    """A compose project of two services, and a stack that watches them."""

    folder: Path
    engine: LabEngine
    name: str
    state: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, colour: str) -> None:
        text = COMPOSE.format(
            image=self.engine.image,
            command=str(list(FOREVER)),
            label=LABEL,
            owner_label=OWNER,
            owner=self.engine.owner,
            colour=colour,
        )
        (self.folder / "docker-compose.yml").write_text(text)
        (self.folder / "stack.toml").write_text(STACK.format(name=self.name))

    def compose(self, *words: str) -> None:
        done = subprocess.run(
            ["docker", "compose", "-p", self.name, *words],
            cwd=self.folder, env={**OUTER, **self.env}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def started(self) -> dict[str, str]:
        """When the containers were started, by service."""
        ids = self.engine.docker("ps", "-q", "--filter", f"label=com.docker.compose.project={self.name}").split()
        said = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}}@{{.State.StartedAt}}'
        lines = self.engine.docker("inspect", "--format", said, *ids).splitlines() if ids else []
        return dict(line.split(maxsplit=1) for line in lines)

    def journals(self) -> list[tuple[Entry, ...]]:
        """What was written of each run of this test."""
        return [journal.read(file).entries for file in sorted(self.state.rglob(journal.FILE))]

    def console(self, *options: str, **more: Any) -> Any:
        return real_console("--stack", str(self.folder / "stack.toml"), *options, env=self._all(), **more)

    def act(self, *words: str, typed: str = "", options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """`opsconsole act WORDS` at no terminal."""
        command = [sys.executable, "-m", "opsconsole", "--stack", str(self.folder / "stack.toml"), *options, "act"]
        return subprocess.run(
            [*command, *words], input=typed, env={**os.environ, **self._all()}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    def _all(self) -> dict[str, str]:
        return {**self.env, "XDG_STATE_HOME": str(self.state)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, engine_of_the_run: LabEngine) -> Iterator[Site]:
    """The containers, which all tests here use one after the other."""
    need_compose()
    folder, engine = tmp_path_factory.mktemp("site"), engine_of_the_run
    made = Site(folder, engine, f"opslab-{engine.owner.replace('.', '-')}-act", folder / "state")
    made.env = {"DOCKER_CONFIG": str(give_plugin(folder))}
    made.write("red")
    made.compose("up", "-d")
    try:
        yield made
    finally:
        made.compose("kill")
        made.compose("rm", "--force", "-v")
        engine.try_docker("network", "rm", f"{made.name}_default")


@pytest.fixture
def site(project: Site, tmp_path: Path) -> Iterator[Site]:
    """Both run, and nothing has been run on them."""
    project.compose("start")
    project.state = tmp_path / "state"
    yield project
    for file in tmp_path.rglob(journal.FILE):
        if pid := wire.holder_of(file.parent):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def mark_both(console: RealConsole) -> None:
    """Both services, in the pane of processes."""
    console.sees("nothing is wrong")
    console.until("both services", lambda text: "web" in text and "worker" in text)
    console.send("2")
    settled(console)
    console.press("space")
    console.sees("1 marked")
    console.send("j ")
    console.sees("2 marked")


def below_the_clock(text: str) -> list[str]:
    """All but the first line, in which the time goes on."""
    return text.splitlines()[1:]


def choose(console: RealConsole, action: str) -> None:
    """From the overview to the first question of that action; nothing has been run then."""
    console.press("x")
    console.sees("Actions on")
    settled(console)
    for _ in range(6):
        if any("$ docker" in line and f" {action} " in line for line in console.text().splitlines()):
            break
        before = below_the_clock(console.text())
        console.send("j")
        console.until("another action", lambda text, before=before: below_the_clock(text) != before)
    console.press("⏎")
    console.sees("Begin this run?")


def to_the_change(console: RealConsole) -> None:
    """Begin, and look first."""
    for then in ("This only looks", "This changes the box"):
        settled(console)
        console.press("⏎")
        console.sees(then)
    settled(console)


def kinds(entries: Sequence[Entry], kind: Kind) -> list[dict[str, Any]]:
    return [entry.data for entry in entries if entry.kind == kind]


def test_two_that_are_marked_are_restarted_proven_and_on_record(site: Site) -> None:
    before = site.started()
    with site.console() as console:
        mark_both(console)
        choose(console, "restart")
        assert "-f docker-compose.yml restart" in console.text()
        assert site.journals() == []
        to_the_change(console)
        assert site.started() == before
        assert str(site.folder) in console.text().replace("\n", "")
        console.press("y")
        console.sees("All steps are through", within=60)
        settled(console)
        console.press("⏎")
        console.sees("the run is over: done")
        settled(console)
        console.press("⏎")
        console.sees("nothing is wrong")
        console.send("L")
        log = console.sees("Commands of this session")
        log = console.until("both commands", lambda text: "change" in text and "read" in text)
        assert "docker-compose.yml restart" in log
        settled(console)
        console.press("⏎")
        console.sees("Report")
        console.sees("Restart w")
    after = site.started()
    assert after.keys() == before.keys() == {"web", "worker"}
    assert all(after[name] != before[name] for name in after)
    (entries,) = site.journals()
    ran = kinds(entries, Kind.STARTED)
    assert [one["risk"] for one in ran] == ["read", "change"]
    *words, one, other = ran[1]["text"].split()
    assert " ".join(words) == f"docker compose -p {site.name} -f docker-compose.yml restart"
    assert {one, other} == {"web", "worker"}
    assert [one["ok"] for one in kinds(entries, Kind.JUDGED)] == [True, True]
    assert {"web.state", "worker.state"} <= set(kinds(entries, Kind.JUDGED)[1]["note"].replace(",", "").split())
    assert [one["label"] for one in kinds(entries, Kind.OPS_CHECK)] == [
        "at the start",
        "before the first change",
        "after restart",
    ]


def test_recreate_says_what_compose_will_do_and_declining_changes_nothing(site: Site) -> None:
    before = site.started()
    site.write("blue")
    with site.console() as console:
        console.until("the services", lambda text: "web" in text)
        console.send("2")
        settled(console)
        choose(console, "--force-recreate")
        to_the_change(console)
        console.sees("recreates w")
        console.press("x")
        console.sees("Stop the run here")
        console.send("not now\r")
        console.sees("the run is over: stopped")
    assert site.started() == before
    (entries,) = site.journals()
    assert [one["risk"] for one in kinds(entries, Kind.STARTED)] == ["read"]
    assert kinds(entries, Kind.CLOSED)[0]["reason"] == "not now"


def test_read_only_says_the_command_and_refuses_it(site: Site) -> None:
    before = site.started()
    with site.console("--read-only") as console:
        console.until("the services", lambda text: "web" in text)
        console.send("2")
        settled(console)
        console.press("x")
        console.sees("read-only: nothing that changes anything")
        assert "-f docker-compose.yml restart w" in console.text()
        console.send("\r")
        settled(console)
        assert "Actions on" in console.text()
    refused = site.act("stop", "web", "worker", options=["--read-only"])
    assert refused.returncode == 2
    assert f"docker compose -p {site.name} -f docker-compose.yml stop web worker" in refused.stdout
    assert site.journals() == []
    assert site.started() == before


def test_a_killed_console_loses_no_action(site: Site) -> None:
    with site.console() as console:
        console.until("the services", lambda text: "web" in text)
        console.send("2")
        settled(console)
        choose(console, "stop")
        to_the_change(console)
        console.kill()
        console.wait()
    with site.console(columns=80, rows=24) as console:
        console.press("o")
        console.sees("This changes the box")
        settled(console)
        console.press("y")
        console.sees("This only looks", within=60)
        settled(console)
        console.press("⏎")
        console.sees("All steps are through", within=60)
    assert len(site.started()) == 1
    assert len(site.journals()) == 1


def test_a_shell_in_a_container_has_the_terminal_and_is_on_record(site: Site) -> None:
    with site.console("act", "shell", "web", "--yes-to", "read") as console:
        console.sees("command -v bash")
        console.sees("[y]")
        console.send("y\r")
        console.until("the shell's prompt", lambda text: text.rstrip().endswith("#"))
        console.send("echo $((40+2))-is-here\r")
        console.sees("42-is-here")
        console.send("exit\r")
        console.sees("All steps are through")
        console.send("y\r")
        assert console.wait() == 0
    (entries,) = site.journals()
    shell = kinds(entries, Kind.STARTED)[1]
    assert (shell["risk"], shell["interactive"], shell["name"]) == ("unknown", True, "shell")
    assert (
        f"docker exec -it {site.name}_web_1" in shell["text"] or f"docker exec -it {site.name}-web-1" in shell["text"]
    )
    (output,) = site.state.rglob(shell["output"])
    assert "42-is-here" in output.read_text()


def test_the_plain_command_starts_and_recreates(site: Site) -> None:
    site.compose("stop", "worker")
    made = site.started()
    for action, services in (("start", ["worker", "web"]), ("recreate", ["web"])):
        done = site.act(action, *services, "--yes-to", "read", "--reason", "a try", typed="y\ny\n")
        assert done.returncode == 0, done.stdout + done.stderr
        if action == "start":
            assert "no start of web: it runs already" in done.stderr
            assert site.started().keys() == {"web", "worker"}
            assert site.started()["web"] == made["web"]
    assert site.started()["web"].partition("@")[0] != made["web"].partition("@")[0]
    unknown = site.act("start", "wab")
    assert unknown.returncode == 3
    assert "did you mean web?" in unknown.stderr
