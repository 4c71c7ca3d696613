"""A box of its own: a container whose first process is systemd, with journal, sudo and this machine's programs.

What happens on such a box happens inside it, opsconsole and its runs too, so paths, users and units are the real ones.
It has no network but its own loopback, and it is gone with its container.
"""

from __future__ import annotations

import compileall
import io
import tarfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from tests.lab.systems import compose
from tests.lab.systems.system import ROOT
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_until

SYSTEMD: Final = Path("/lib/systemd/systemd")
_FIRST: Final = {
    "/etc/machine-id": f"{uuid4().hex}\n",  # without it systemd takes this for a first boot and enables all it finds
    "/etc/sudoers": "root ALL=(ALL:ALL) NOPASSWD: ALL\n",
    "/etc/pam.d/sudo": "".join(f"{kind} sufficient pam_permit.so\n" for kind in ("auth", "account", "session")),
    "/etc/gitconfig": "[user]\n\tname = dev\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n",
}
_SEARCH: Final = "/opt/opsconsole/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class File:
    """A file to lay on the box."""

    text: str
    mode: int = 0o644


class Booted:
    """The box of `system`, open from `boot` to `close`."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.project = compose.project_name(system)
        self.environment: Mapping[str, str] = OUTER

    def reach(self, cwd: Path | None = None, terminal: bool = False) -> list[str]:
        """What is put before a command so that it runs on this box, in the folder `cwd`."""
        how = "--interactive" if not terminal else "--interactive --tty"
        return ["docker", "exec", *how.split(), "--workdir", str(cwd or "/"), self.project]

    def run(self, *words: str, typed: str = "") -> str:
        """What a command prints there, given by root; AssertionError with its complaint."""
        done = compose.docker(*self.reach()[1:], *words, typed=typed.encode())
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.decode()[-1600:] or done.stdout.decode()[-800:]}"
        return done.stdout.decode().strip()

    def shell(self, script: str) -> str:
        """The same of a shell's script, which ends at the first command that fails."""
        return self.run("sh", "-eux", typed=script)

    def give(self, files: Mapping[str, File | str]) -> None:
        """Lay files there, root's, with the folders above them."""
        done = compose.docker("exec", "--interactive", self.project, "tar", "-xf-", "-C/", typed=_packed(files))
        assert done.returncode == 0, done.stderr.decode()

    def boot(self) -> None:
        """Start it, and wait for its systemd to be up."""
        _need_systemd()
        for folder in (
            "opsconsole",
            "tests/lab",
            "tests/support",
        ):  # it cannot write there, and would compile each time
            compileall.compile_dir(ROOT / folder, quiet=2)
        compose.remove_left_overs()
        compose.make_base_image(f"{self.project}-base")
        made = compose.docker("create", *self._options(), f"{self.project}-base", str(SYSTEMD), "--show-status=no")
        assert made.returncode == 0, made.stderr.decode()
        compose.docker("cp", "-", f"{self.project}:/", typed=_packed(_FIRST))
        compose.docker("start", self.project)
        try:
            wait_until("systemd to be up", self._up, within=60)
        except AssertionError:
            said = compose.docker("logs", self.project)
            self.close()
            lack("systemd", f"it did not start in a container: {(said.stderr or said.stdout).decode().strip()[-300:]}")
        venv = compose.bound_from_the_machine()[0]
        self.shell(f"""
            mkdir -p /opt
            ln -s {venv} /opt/opsconsole
            chmod go+x /root
            echo '127.0.0.1 {self.system}' >> /etc/hosts
        """)

    def close(self) -> None:
        """Every trace of it goes."""
        compose.remove(self.project)

    def traces(self) -> Iterable[str]:
        """Its container, its image and whatever else bears its name."""
        return compose.left_of(self.project)

    def _up(self) -> bool:
        asked = compose.docker("exec", self.project, "systemctl", "is-system-running")
        return asked.stdout.decode().strip() in ("running", "degraded")

    def _options(self) -> list[str]:
        """Memory for what it writes anew at each start, this machine's programs, its part of the control groups."""
        options = ["--name", self.project, "--hostname", self.system, "--network=none"]
        options += ["--env=container=docker", "--env=HOME=/root", "--env=TZ=UTC", "--env=LANG=C.UTF-8"]
        options += [f"--env=PATH={_SEARCH}", f"--env=PYTHONPATH={ROOT}", "--cap-add=SYS_ADMIN"]
        options += ["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"]
        options += ["--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp:exec", "--volume=/usr:/usr:ro"]
        own = {ROOT, *compose.bound_from_the_machine()}
        options += [f"--volume={path}:{path}:ro" for path in sorted(own)]
        groups = Path("/sys/fs/cgroup")
        if (groups / "cgroup.controllers").exists():
            return [*options, "--cgroupns=private", f"--volume={groups}:{groups}:rw"]
        return [*options, f"--volume={groups}:{groups}:ro", f"--volume={groups}/systemd:{groups}/systemd:rw"]


def _packed(files: Mapping[str, File | str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, given in files.items():
            file = given if isinstance(given, File) else File(given)
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode, entry.mtime = len(file.text.encode()), file.mode, int(time.time())
            tar.addfile(entry, io.BytesIO(file.text.encode()))
    return packed.getvalue()


def _need_systemd() -> None:
    if compose.docker("version").returncode:
        lack("engine", "no engine answers")
    if not SYSTEMD.exists():
        lack("systemd", f"{SYSTEMD} does not exist")
