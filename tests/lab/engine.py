"""A real container engine: an image made from one static busybox, and containers that never outlive the tests.

Nothing is pulled. Every container and image carries the label `opsconsole.lab` and the process that owns it, so
that what a killed earlier run left behind is found and removed, and a run beside this one is left alone.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.support.parts import OUTER, lack

LABEL = "opsconsole.lab"
OWNER = "opsconsole.lab.owner"
BUSYBOX = Path("/bin/busybox")
FOREVER = ("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done")
"""A first process that does nothing, and leaves at once when it is told to."""


@dataclass(frozen=True)
class LabContainer:
    """One container of the lab."""

    lab: LabEngine
    name: str
    id: str

    def inspect(self) -> dict[str, Any]:
        """The engine's description of it now."""
        described: list[dict[str, Any]] = json.loads(self.lab.docker("inspect", self.name))
        return described[0]

    @property
    def pid(self) -> int:
        """Its first process, as the host numbers it; 0 when it does not run."""
        return int(self.inspect()["State"]["Pid"])

    @property
    def address(self) -> str:
        """Its address on the first network that gave it one."""
        networks = self.inspect()["NetworkSettings"]["Networks"].values()
        return next(str(network["IPAddress"]) for network in networks if network["IPAddress"])

    def exec(self, *argv: str) -> str:
        """What `argv` prints when run in it."""
        return self.lab.docker("exec", self.name, *argv)

    def cause_oom(self, size: str = "256M") -> None:
        """Let a process in it, not its first, take `size` of memory at once: more than its limit has."""
        self.lab.try_docker("exec", self.name, "dd", "if=/dev/zero", "of=/dev/null", f"bs={size}", "count=1")

    def restart(self) -> None:
        """Stop and start it, as a person would."""
        self.lab.docker("restart", "--time", "1", self.name)

    def stop(self) -> None:
        """Stop it."""
        self.lab.docker("stop", "--time", "1", self.name)

    def start(self) -> None:
        """Start it."""
        self.lab.docker("start", self.name)

    def kill(self, signal: str = "KILL") -> None:
        """Send its first process a signal."""
        self.lab.docker("kill", "--signal", signal, self.name)

    def remove(self) -> None:
        """Remove it, running or not. Removing it twice is fine."""
        self.lab.try_docker("rm", "--force", "--volumes", self.name)


@dataclass
class LabEngine:
    """The engine of this machine, with an image of our own; `host` as in DOCKER_HOST."""

    host: str
    image: str
    owner: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    made: list[str] = field(default_factory=list)

    def docker(self, *args: str) -> str:
        """What `docker ARGS` prints; AssertionError with its complaint when it fails."""
        done = self.try_docker(*args)
        assert done.returncode == 0, f"docker {' '.join(args)}: {done.stderr.strip()}"
        return done.stdout.strip()

    def try_docker(self, *args: str) -> subprocess.CompletedProcess[str]:
        """The same, whatever comes of it."""
        return _docker(*args)

    def run(
        self,
        *argv: str,
        name: str | None = None,
        memory: str | None = None,
        env: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        publish: Sequence[int] = (),
        options: Sequence[str] = (),
    ) -> LabContainer:
        """Start a container with `argv` (nothing to do, without). `memory` is its limit, swap included.

        `publish` are ports of it that get a free port on loopback; `options` go to `docker run` as they are.
        """
        return self._make("run", argv, name, memory, env, labels, publish, ("--detach", *options))

    def create(self, *argv: str, name: str | None = None, options: Sequence[str] = ()) -> LabContainer:
        """Make a container without starting it."""
        return self._make("create", argv, name, None, None, None, (), options)

    def _make(
        self,
        verb: str,
        argv: Sequence[str],
        name: str | None,
        memory: str | None,
        env: Mapping[str, str] | None,
        labels: Mapping[str, str] | None,
        publish: Sequence[int],
        options: Sequence[str],
    ) -> LabContainer:
        name = name or f"opslab-{os.getpid()}-{next(self.numbers)}"
        assert name.startswith("opslab-"), "containers of the lab are called opslab-…"
        words = ["--name", name, "--label", f"{LABEL}=1", "--label", f"{OWNER}={self.owner}"]
        if memory:
            words += ["--memory", memory, "--memory-swap", memory]
        words += [f"--env={key}={value}" for key, value in (env or {}).items()]
        words += [f"--label={key}={value}" for key, value in (labels or {}).items()]
        words += [f"--publish=127.0.0.1::{port}" for port in publish]
        self.made.append(name)
        made = self.docker(verb, *words, *options, self.image, *(argv or FOREVER))
        return LabContainer(self, name, made.splitlines()[-1])

    def compose(self, project: str, *services: str) -> dict[str, LabContainer]:
        """Containers that the engine takes for those of a compose project: by service, one of each."""
        return {service: self.compose_one(project, service) for service in services}

    def compose_one(self, project: str, service: str, number: int = 1, **more: Any) -> LabContainer:
        """One container of a compose project, called as compose calls it."""
        labels = {
            "com.docker.compose.project": project,
            "com.docker.compose.service": service,
            "com.docker.compose.container-number": str(number),
            "com.docker.compose.oneoff": "False",
        }
        return self.run(name=f"opslab-{project}-{service}-{number}", labels=labels, **more)

    def port(self, container: LabContainer, port: int) -> int:
        """The port on loopback that leads to `port` of the container."""
        return int(self.docker("port", container.name, str(port)).splitlines()[0].rpartition(":")[2])

    def containers(self) -> list[str]:
        """The names of this run's containers."""
        told = self.docker("ps", "--all", "--filter", f"label={OWNER}={self.owner}", "--format", "{{.Names}}")
        return told.split()

    def remove_all(self) -> None:
        """Remove every container of this run."""
        self._remove(self.containers())

    def keep(self, container: LabContainer) -> None:
        """Leave it to whoever made it, whatever test or module that was in."""
        self.made.remove(container.name)

    def remove_since(self, mark: int) -> None:
        """Remove what was made after `made` had `mark` names."""
        self._remove(self.made[mark:])
        del self.made[mark:]

    def _remove(self, names: Sequence[str]) -> None:
        if names:
            self.try_docker("rm", "--force", "--volumes", *names)


@pytest.fixture(scope="session")
def engine_of_the_run() -> Iterator[LabEngine]:
    """The engine for the whole run: the image is made once, and everything is removed at the end."""
    host = _find_engine()
    _remove_left_overs()
    owner = owner_of(os.getpid())
    lab = LabEngine(host, _make_image(owner), owner)
    try:
        yield lab
    finally:
        lab.remove_all()
        _docker("image", "rm", "--force", lab.image)


@pytest.fixture
def engine(engine_of_the_run: LabEngine) -> Iterator[LabEngine]:
    """The engine for one test, which leaves no container behind."""
    mark = len(engine_of_the_run.made)
    yield engine_of_the_run
    engine_of_the_run.remove_since(mark)


@pytest.fixture(scope="module")
def shared_engine(engine_of_the_run: LabEngine) -> Iterator[LabEngine]:
    """The engine for a module whose tests only look at the same containers."""
    mark = len(engine_of_the_run.made)
    yield engine_of_the_run
    engine_of_the_run.remove_since(mark)


def _docker(*args: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *args], input=stdin, capture_output=True, env=OUTER, timeout=60, check=False)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


def _find_engine() -> str:
    if not shutil.which("docker"):
        lack("engine", "there is no docker command")
    if not BUSYBOX.exists():
        lack("engine", f"{BUSYBOX} does not exist")
    asked = _docker("version", "--format", "{{.Server.Version}}")
    if asked.returncode != 0:
        lack("engine", asked.stderr.strip().splitlines()[-1] if asked.stderr.strip() else "docker version fails")
    context = _docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}").stdout.strip()
    return OUTER.get("DOCKER_HOST") or context or "unix:///var/run/docker.sock"


def _make_image(owner: str) -> str:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(BUSYBOX.resolve(), "bin/busybox")
        for applet in subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        for folder in ("tmp", "proc", "sys", "dev", "etc", "usr", "lib", "lib64", "run", "root"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
    image = f"opslab-busybox:{os.getpid()}"
    changes = ("--change", "ENV PATH=/bin", "--change", f"LABEL {LABEL}=1 {OWNER}={owner}")
    made = _docker("import", *changes, "-", image, stdin=packed.getvalue())
    assert made.returncode == 0, f"docker import: {made.stderr}"
    return image


def owner_of(pid: int) -> str:
    """A process as nobody else was or will be: its number and when it started, in ticks since boot."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return f"{pid}.{stat.rpartition(')')[2].split()[19]}"


def is_dead(owner: str) -> bool:
    """Whether that process has ended. What has no owner may be anybody's, and is left alone."""
    pid = owner.partition(".")[0]
    return pid.isdecimal() and owner_of(int(pid)) != owner


def _remove_left_overs() -> None:
    """What runs that were killed left behind. A run that still lives keeps its own."""
    shape = '{{.ID}} {{index .Config.Labels "' + OWNER + '"}}'
    for kind, ask, remove in (
        ("container", ("ps", "--all", "--quiet"), ("rm", "--force", "--volumes")),
        ("image", ("images", "--quiet"), ("image", "rm", "--force")),
    ):
        ids = _docker(*ask, "--filter", f"label={LABEL}").stdout.split()
        told = _docker(kind, "inspect", "--format", shape.replace(".ID", ".Id"), *ids).stdout if ids else ""
        pairs = [line.split(" ", 1) for line in told.splitlines() if " " in line]
        dead = [id for id, owner in pairs if is_dead(owner)]
        if dead:
            _docker(*remove, *dead)
