"""A real systemd: the first process of a container that has nothing of its own but the programs of this machine.

It starts what the tests give it and nothing else, so it is up in a moment.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.engine import LabContainer, LabEngine
from tests.support.parts import lack
from tests.support.waiting import wait_until

SYSTEMD = Path("/lib/systemd/systemd")
UNITS = "/run/systemd/system"
PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
REPOSITORY = Path(__file__).parent.parent.parent
FIRST = "[Unit]\nDefaultDependencies=no\n"
"""The target that it boots into: nothing of an operating system comes before it."""


@dataclass(frozen=True)
class LabSystemd:
    """One systemd. Its units are files in a folder of this machine."""

    container: LabContainer
    folder: Path

    @property
    def prefix(self) -> tuple[str, ...]:
        """What is put before a command to run it beside this systemd."""
        return ("docker", "--host", self.container.lab.host, "exec", self.container.name)

    def systemctl(self, *words: str) -> str:
        """What `systemctl WORDS` prints; AssertionError when it fails."""
        return self.container.exec("systemctl", *words)

    def try_systemctl(self, *words: str) -> None:
        """The same, whatever comes of it."""
        self.container.lab.try_docker("exec", self.container.name, "systemctl", *words)

    def add(self, name: str, service: str, unit: str = "", install: str = "") -> None:
        """A unit with these lines in its sections, known to systemd but not started."""
        text = f"[Unit]\nDescription=lab: {name}\nDefaultDependencies=no\n{unit}\n"
        text += f"[Service]\nStandardOutput=null\nStandardError=null\n{service}\n" + install
        (self.folder / name).write_text(text)
        self.systemctl("daemon-reload")

    def start(self, name: str) -> None:
        """Start a unit and wait for systemd's word that it has. A failure is the unit's own affair."""
        self.try_systemctl("start", name)

    @property
    def python_command(self) -> str:
        """Python beside this systemd, with opsconsole to import, as words for a shell."""
        return f"env PYTHONPATH={REPOSITORY} PYTHONDONTWRITEBYTECODE=1 {sys.executable}"

    def python(self, program: str, *arguments: str) -> str:
        """What a Python program prints that runs there."""
        return self.container.exec(*self.python_command.split(), "-c", program, *arguments)

    def remove_units(self) -> None:
        """Stop and forget every unit that a test added."""
        files = [file for file in self.folder.iterdir() if file.name != "lab.target"]
        if names := [file.name for file in files if file.suffix == ".service"]:
            self.try_systemctl("kill", "--signal=KILL", *names)
            self.try_systemctl("stop", *names)
        for file in files:
            file.unlink()
        if files:
            self.systemctl("daemon-reload")
            self.try_systemctl("reset-failed")


@pytest.fixture(scope="session")
def systemd_of_the_run(engine_of_the_run: LabEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSystemd]:
    """One systemd for the whole run."""
    if not SYSTEMD.exists():
        lack("systemd", f"{SYSTEMD} does not exist")
    folder = tmp_path_factory.mktemp("units")
    (folder / "lab.target").write_text(FIRST)
    container = engine_of_the_run.run(str(SYSTEMD), "--unit=lab.target", "--show-status=no", options=_options(folder))
    engine_of_the_run.keep(container)
    running = LabSystemd(container, folder)
    try:
        wait_until("systemd to be up", lambda: _answers(running), within=20)
    except AssertionError:
        said = engine_of_the_run.try_docker("logs", container.name)
        container.remove()
        lack("systemd", "it did not start in a container: " + (said.stderr or said.stdout).strip()[-300:])
    yield running
    container.remove()


@pytest.fixture
def systemd(systemd_of_the_run: LabSystemd) -> Iterator[LabSystemd]:
    """A systemd for one test, which leaves no unit behind."""
    yield systemd_of_the_run
    systemd_of_the_run.remove_units()


def _answers(running: LabSystemd) -> bool:
    asked = running.container.lab.try_docker("exec", running.container.name, "systemctl", "is-system-running")
    return asked.stdout.strip() in ("running", "degraded")


def _options(folder: Path) -> list[str]:
    """Memory for what it writes, this machine's programs and control groups, and the one right that it needs."""
    options = ["--network=none", "--env=container=docker", "--cap-add=SYS_ADMIN"]
    options += ["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"]
    options += [f"--tmpfs={path}" for path in ("/run", "/run/lock", "/tmp", "/etc", "/var")]
    own = {Path(sys.prefix), Path(sys.base_prefix), REPOSITORY}
    options += [f"--volume={path}:{path}:ro" for path in PROGRAMS if Path(path).exists()]
    options += [f"--volume={path}:{path}:ro" for path in sorted(own) if not path.is_relative_to("/usr")]
    options.append(f"--volume={folder}:{UNITS}:ro")
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():  # v2: one hierarchy, of which it gets its own part
        return [*options, "--cgroupns=private", f"--volume={root}:{root}:rw"]
    return [*options, f"--volume={root}:{root}:ro", f"--volume={root}/systemd:{root}/systemd:rw"]
