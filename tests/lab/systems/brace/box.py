"""The box of brace: a checkout of a release beside its remote, a registry with its images, and its six containers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

from tests.lab.registry import Registry, ask
from tests.lab.systems import compose
from tests.lab.systems.composed import Composed, postgres, shipped
from tests.lab.systems.system import on_the_box, replaced
from tests.support.waiting import wait_until

SHIPPED: Final = shipped("brace")
APP: Final = Path(__file__).parent / "app"
OWN: Final = ("backend", "admin-bot", "scheduler", "frontend")
"""The services whose images are brace's own."""
FILE: Final = "infra/docker-compose.prod.yml"


class Brace(Composed):
    """The system, open. `release` is what their CI does with a tag."""

    name = "brace"

    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry(self.folder / "registry")
        self.port, self.frontend = _free_ports(2)

    @property
    def env_file(self) -> Path:
        """What compose is filled in from: production's, unless the box is a staging box now."""
        staging = self.home / ".env.staging"
        return staging if staging.exists() else self.home / ".env.production"

    @property
    def images(self) -> str:
        """What the names of its images begin with."""
        return f"{self.registry.address}/{self.project}"

    @property
    def places(self) -> list[tuple[str, str]]:
        bound = [f'\n  - "{path}:{path}:ro"' for path in compose.bound_from_the_machine()]
        return [
            ("/opt/brace", str(self.home)),
            ("/var/backups/brace", str(self.backups)),
            ("ghcr.io/example/brace", self.images),
            ('project = "brace"', f'project = "{self.project}"'),
            ("brace-", f"{self.project}-"),
            ("localhost:8000", f"localhost:{self.port}"),
            ("localhost:8080", f"localhost:{self.frontend}"),
            ("127.0.0.1:8000:", f"127.0.0.1:{self.port}:"),
            ("127.0.0.1:8080:", f"127.0.0.1:{self.frontend}:"),
            ("stay_green: 2m", "stay_green: 2s"),
            ("\n  # @bound@", "".join(bound)),
            ("@base@", self.base),
            ("@programs@", f"{self.images}/programs:1"),
            ("@project@", self.project),
            ("@user@", f"{os.getuid()}:{os.getgid()}"),
            ("@postgres@", str(postgres())),
        ]

    def build_up(self) -> None:
        """The registry, two releases in it, the newer one running, and a backup."""
        self.lay_ground()
        self.backups.mkdir()
        _fill(APP, self.developer, self.places)
        (self.developer / "gitignore").rename(self.developer / ".gitignore")
        (self.developer / "env").rename(self.folder / "env")
        self.registry.start()
        compose.make_base_image(self.base)
        self._publish_first()
        self.deploy("v1.4.0")
        self.sql("INSERT INTO orders (note, total) VALUES ('soup', 7), ('bread', 3)")
        self.back_up()

    def close(self) -> None:
        """Every trace of it goes."""
        self.registry.stop()
        super().close()

    def _publish_first(self) -> None:
        """The repository, two releases of it with their images, and the server's checkout."""
        self.docker("tag", self.base, f"{self.images}/programs:1")
        self.docker("push", "--quiet", f"{self.images}/programs:1")
        remote = self.found_repository()
        for version in ("v1.3.0", "v1.4.0"):
            self.release(version)
        on_the_box(self, "git", "clone", "--quiet", "--branch=main", remote, self.home, cwd=self.folder)
        shutil.move(self.folder / "env", self.env_file)
        self.env_file.chmod(0o600)

    def release(self, version: str) -> str:
        """What the developer has there becomes a release on main: tagged, its images built and pushed. The commit."""
        commit = self.merge(version)
        self.tag(version, commit)
        return commit

    def merge(self, version: str) -> str:
        """What the developer has there, for that version, is on main; CI built and pushed its images. The commit."""
        with (self.developer / "CHANGELOG.md").open("a") as changes:
            changes.write(f"\n## {version}\n")
        source = self.developer / "backend" / "app" / "main.py"
        lines = source.read_text().splitlines()
        source.write_text("\n".join(f'RELEASE = "{version}"' if line.startswith("RELEASE") else line for line in lines))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Release {version}")
        self.git("push", "--quiet", "--set-upstream", "origin", "main")
        commit = self.git("rev-parse", "HEAD")
        for service in OWN:
            self._build(service, commit)
        return commit

    def tag(self, version: str, commit: str) -> None:
        """The tag, and what CI does with it: the same images by that name, and as those of production."""
        self.git("tag", version, commit)
        self.git("push", "--quiet", "origin", version)
        for service in OWN:
            for name in (version, "prod"):
                self.registry.name_too(f"{self.project}/{service}", commit, name)

    def _build(self, service: str, commit: str) -> None:
        """As CI does after a merge, by commit and with the tag that moves; nothing of it stays on this engine."""
        name = f"{self.images}/{service}:{commit}"
        source = subprocess.run(
            ["git", "archive", commit], cwd=self.developer, env=dict(self.environment), capture_output=True, timeout=60
        )
        label = f"org.opencontainers.image.revision={commit}"
        built = subprocess.run(
            ["docker", "build", "--quiet", "--label", label, "--file", f"{service}/Dockerfile", "--tag", name, "-"],
            env=dict(self.environment), input=source.stdout, capture_output=True, timeout=120,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr.decode()
        self.docker("push", "--quiet", name)
        self.docker("rmi", name)
        self.registry.name_too(f"{self.project}/{service}", commit, "staging")

    def deploy(self, version: str, well: bool = True) -> None:
        """That release runs here, as seen without opsconsole; a bad one is not waited for."""
        on_the_box(self, "git", "fetch", "--quiet", "--tags")
        on_the_box(self, "git", "checkout", "--quiet", version)
        self.pin(version)
        self.compose("pull", "--quiet")
        self.compose("run", "--rm", "-T", "backend", "/opt/venv/bin/alembic", "upgrade", "head")
        self.compose("up", "--detach")
        if well:
            self.wait_until_well()

    def pin(self, version: str) -> None:
        """The images of that version stand in the environment file."""
        lines = self.env_file.read_text().splitlines()
        self.env_file.write_text(
            "".join(f"{line.rpartition(':')[0]}:{version}\n" if "_IMAGE=" in line else f"{line}\n" for line in lines)
        )

    def back_up(self) -> None:
        """A copy of the database, by the system's own script."""
        self.compose("run", "--rm", "-T", "backup", "sh", "/scripts/backup_db.sh")

    def compose(self, *words: str) -> str:
        """`docker compose WORDS` in its home, as its people give it."""
        return on_the_box(self, "docker", "compose", "--env-file", self.env_file.name, "-f", FILE, *words)

    def image(self, service: str) -> str:
        """The image that the container of a service was made from, by its name."""
        return self.docker("inspect", "--format", "{{.Config.Image}}", self.container(service))

    def become_staging(self) -> None:
        """The same box as a staging box: its environment file is called so, and no tag is wanted of what it runs."""
        self.env_file.rename(self.home / ".env.staging")
        text = self.stack_file.read_text().replace('"release", ', "")
        before, _, rest = text.partition('[[check]]\nname = "release"')
        self.stack_file.write_text(f"{before}[[check]]{rest.partition('[[check]]')[2]}")

    def become_production(self, stack: str) -> None:
        """And back; `stack` is the text of the stack file as it was."""
        self.env_file.rename(self.home / ".env.production")
        self.stack_file.write_text(stack)

    def sql(self, statement: str) -> str:
        """What its Postgres answers."""
        return self.docker("exec", self.container("db"), "psql", "-U", "brace", "-qtAc", statement)

    def status(self, path: str) -> int:
        """What the frontend answers; 0 for nothing."""
        return ask(f"127.0.0.1:{self.frontend}", path)

    def wait_until_well(self) -> None:
        """Until it answers, as seen without opsconsole."""
        wait_until("brace to answer", lambda: self.status("/api/health") == 200, within=90)


def _fill(source: Path, target: Path, places: list[tuple[str, str]]) -> None:
    """Copy a folder, with the lab's places in each of its files."""
    for file in source.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(replaced(file.read_text(), places))


def _free_ports(count: int) -> list[int]:
    """Ports of loopback on which nobody listens; all held open until each is known, so that they differ."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()
