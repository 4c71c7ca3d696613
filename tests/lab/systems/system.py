"""What the harness asks of a system, whatever it is made of."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[3]
"""The project."""
_LATE = re.compile(r"answer within|hangs; a process may be stuck")


class System(Protocol):
    """One system of the lab, open. Everything that is done to it or looked at goes with its `environment`.

    One whose box is not this machine has `reach(cwd, terminal)` too, see `way_to`; its paths are those of that box.
    """

    @property
    def stack_file(self) -> Path:
        """Its own stack file as shipped, with nothing changed but where the lab stands."""
        ...

    @property
    def home(self) -> Path:
        """Where its runbooks run."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """What commands on this box are started with."""
        ...

    def close(self) -> None:
        """Take every trace of it away. Twice is fine."""
        ...

    def traces(self) -> Iterable[str]:
        """What is there of it outside this process: after `close` nothing."""
        ...


@dataclass(frozen=True)
class Status:
    """What `opsconsole status` said: its exit code, and the checks that are not OK with their levels.

    A check that waits for another one which is not OK says nothing, so it is not among them.
    """

    code: int
    wrong: Mapping[str, str]
    said: str
    late: frozenset[str] = frozenset()
    """Those of the wrong that gave no answer in time, which on a busy machine says nothing of the system."""

    @classmethod
    def of(cls, system: System, *checks: str) -> Status:
        """Of the real program, as a process of its own."""
        command = [*way_to(system), *console(system), "status", *checks]
        done = subprocess.run(
            [*command, "--format", "json"],
            cwd=ROOT,
            env=dict(system.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if not done.stdout.strip():
            return cls(done.returncode, {}, done.stderr.strip())
        told = json.loads(done.stdout)["checks"]
        judged = [check for check in told if not check["blocked_by"]]
        wrong = {check["name"]: check["level"] for check in judged if check["level"] != "OK"}
        reasons = [f"{check['name']} {check['level']}: {check['reason']}" for check in told if check["name"] in wrong]
        late = {check["name"] for check in judged if _LATE.search(check["reason"])}
        return cls(done.returncode, wrong, "\n".join(reasons), frozenset(late))


def way_to(system: object, cwd: Path | None = None, terminal: bool = False) -> list[str]:
    """What is put before a command so that it runs on the system's box, in folder `cwd`; none where that is ours."""
    reach = getattr(system, "reach", None)
    return list(reach(cwd, terminal)) if reach else []


def console(system: System) -> list[str]:
    """opsconsole on the system's stack, as words of a command on its box."""
    return [sys.executable, "-m", "opsconsole", "--stack", str(system.stack_file)]


def on_the_box(system: System, *words: str | Path, check: bool = True, cwd: Path | None = None, typed: str = "") -> str:
    """What a command prints that somebody gives on the system's box. AssertionError with its complaint."""
    way = way_to(system, cwd or system.home)
    done = subprocess.run(
        [*way, *(str(word) for word in words)],
        cwd=ROOT if way else cwd or system.home,
        env=dict(system.environment),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if check:
        assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr.strip()[-800:]}"
    return done.stdout.strip()


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def replaced(text: str, values: Sequence[tuple[str, str]]) -> str:
    """`text` with each value in the place of its name, in one pass: what was put in is not looked at again."""
    table = dict(values)
    return re.sub("|".join(map(re.escape, table)), lambda found: table[found[0]], text)


def own_environment(folder: Path) -> dict[str, str]:
    """The environment of somebody on the lab's box: the machine's own programs, and a home of the lab's."""
    kept = ("PATH", "LANG", "LC_ALL", "DOCKER_HOST", "TERM")
    home = folder / "user"
    home.mkdir()
    (folder / "bin").mkdir()
    given = {name: os.environ[name] for name in kept if name in os.environ}
    path = [str(folder / "bin"), str(Path(sys.executable).parent), given.get("PATH", "/usr/bin:/bin")]
    return {
        **given,
        "PATH": ":".join(path),
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_AUTHOR_NAME": "dev", "GIT_AUTHOR_EMAIL": "dev@example.org",
        "GIT_COMMITTER_NAME": "dev", "GIT_COMMITTER_EMAIL": "dev@example.org",
    }  # fmt: skip
