"""Docker Compose without a registry: one base image with no program in it, and a command line plugin.

The image holds folders and links only; `/usr` and the virtual environment are bound into it, read-only. Names tell
whose everything is: `opslab-SYSTEM-PID-START`, so that what a killed run left behind is known by its name alone.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.lab.engine import is_dead, owner_of
from tests.support.parts import OUTER, lack

_OF = "opslab.project"
"""The label of the base image; whatever is built on it has it too, also what the next build leaves without a name."""

_PROJECT = re.compile(r"(?:^|/)(opslab-[a-z0-9]+-(\d+)-(\d+))")
_USERS = (
    "root:x:0:0::/root:/bin/sh",
    "postgres:x:70:70::/var/lib/postgresql:/bin/sh",
    "nobody:x:65534:65534::/:/bin/sh",
)
PLUGIN = '#!/bin/sh\n[ "$1" = docker-cli-plugin-metadata ] || {{ shift; exec {program} "$@"; }}\n' + (
    """echo '{{"SchemaVersion": "0.1.0", "Vendor": "lab", "Version": "1", "ShortDescription": "Docker Compose"}}'\n"""
)
"""`docker compose …` runs Debian's docker-compose."""


def project_name(system: str) -> str:
    """The name of a lab of ours; nobody else has it, now or later."""
    return f"opslab-{system}-{owner_of(os.getpid()).replace('.', '-')}"


def docker(*words: str, typed: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """`docker WORDS`, whatever comes of it."""
    return subprocess.run(["docker", *words], input=typed, capture_output=True, env=OUTER, timeout=120, check=False)


def need_compose() -> None:
    """End the test where there is no Docker Compose to be had."""
    if not shutil.which("docker") or docker("version").returncode:
        lack("engine", "no engine answers")
    if not shutil.which("docker-compose"):
        lack("compose", "there is no docker-compose command")


def give_plugin(folder: Path) -> Path:
    """A client's configuration in `folder` under which `docker compose` works; for `DOCKER_CONFIG`."""
    plugin = folder / "docker" / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN.format(program=shutil.which("docker-compose")))
    plugin.chmod(0o755)
    return plugin.parent.parent


def bound_from_the_machine() -> tuple[Path, ...]:
    """What containers are given beside `/usr`: our virtual environment, and its Python where that lies elsewhere."""
    venv, python = Path(sys.prefix), Path(sys.base_prefix)
    return (venv,) if python.is_relative_to("/usr") else (venv, python)


def make_base_image(name: str) -> None:
    """An image that becomes a Debian as soon as `/usr` is bound into it."""
    bound = bound_from_the_machine()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in ("bin", "sbin", "lib", "lib64"):
            if Path("/", path).is_symlink():
                _link(tar, path, f"usr/{path}")
        _link(tar, "app/.venv", str(bound[0]))
        _link(tar, "opt/venv", str(bound[0]))
        _link(tar, "var/run", "/run")
        for path, mode, owner in (
            *((str(path).lstrip("/"), 0o755, 0) for path in (*bound, Path("/usr"), Path("/proc"), Path("/run"))),
            ("tmp", 0o1777, 0),
            ("root", 0o755, 0),  # where Python may be, which those who are not root run too
            ("var/lib/postgresql/data", 0o700, 70),
            ("run/postgresql", 0o755, 70),
        ):
            _folder(tar, path, mode, owner)
        for path, text in (
            ("etc/passwd", "\n".join(_USERS)),
            ("etc/group", "root:x:0:\npostgres:x:70:\nnogroup:x:65534:"),
        ):
            entry = tarfile.TarInfo(path)
            entry.size = len(text) + 1
            tar.addfile(entry, io.BytesIO(f"{text}\n".encode()))
    search = "/app/.venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin"
    made = docker(
        "import", "--change", f"ENV PATH={search} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1",
        "--change", f"LABEL opsconsole.lab=1 {_OF}={name.removesuffix('-base')}", "-", name, typed=packed.getvalue(),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()


def _link(tar: tarfile.TarFile, path: str, target: str) -> None:
    entry = tarfile.TarInfo(path)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)


def _folder(tar: tarfile.TarFile, path: str, mode: int, owner: int) -> None:
    entry = tarfile.TarInfo(path)
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
    tar.addfile(entry)


def remove(project: str) -> None:
    """Every container, network, volume, image and folder of that project."""
    for kind, ask, throw_away in _KINDS:
        names = [name for name in _listed(*ask) if _is_of(project, name)]
        if names:
            docker(kind, *throw_away, *names)
    while (built := _built_on(project)) and docker("image", "rm", "--force", *built).stdout:
        """Of a chain of images without names only the last can go; the next round has the one before it."""
    shutil.rmtree(Path(tempfile.gettempdir()) / project, ignore_errors=True)


def _built_on(project: str) -> list[str]:
    """Every image that came of the project's base, with or without a name."""
    return list(dict.fromkeys(_listed("images", "--all", "--quiet", "--filter", f"label={_OF}={project}")))


def remove_left_overs() -> None:
    """What labs left behind whose process was killed. Those of others that still live are left alone."""
    seen = {name for _, ask, _ in _KINDS for name in _listed(*ask)}
    nameless = list(dict.fromkeys(_listed("images", "--all", "--quiet", "--filter", f"label={_OF}")))
    if nameless:
        seen |= set(_listed("image", "inspect", "--format", f'{{{{index .Config.Labels "{_OF}"}}}}', *nameless))
    seen |= {path.name for path in Path(tempfile.gettempdir()).glob("opslab-*")}
    for name in seen:
        whose = _PROJECT.search(name)
        if whose and is_dead(f"{whose[2]}.{whose[3]}"):
            remove(whose[1])


def left_of(project: str) -> Iterator[str]:
    """What is still there of a project."""
    for _, ask, _ in _KINDS:
        yield from (name for name in _listed(*ask) if _is_of(project, name))
    yield from _built_on(project)
    yield from (str(path) for path in Path(tempfile.gettempdir()).glob(f"{project}*"))


def _is_of(project: str, name: str) -> bool:
    """Also an image that is named after a registry: `127.0.0.1:5000/PROJECT/web:v1`."""
    return any(part.startswith(project) for part in name.split("/"))


def _listed(*ask: str) -> list[str]:
    return docker(*ask).stdout.decode().split()


_KINDS = (
    ("container", ("ps", "--all", "--format", "{{.Names}}"), ("rm", "--force", "--volumes")),
    ("network", ("network", "ls", "--format", "{{.Name}}"), ("rm",)),
    ("volume", ("volume", "ls", "--format", "{{.Name}}"), ("rm", "--force")),
    ("image", ("images", "--format", "{{.Repository}}:{{.Tag}}"), ("rm", "--force", "--no-prune")),
)
