"""The crash matrix: whoever dies, whenever, the next console tells the truth and nothing runs twice by itself.

The real program in a real terminal. What happened is told by a ledger that the step itself writes and syncs.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from opsconsole.run import wire
from opsconsole.run.folder import read_run
from opsconsole.run.kinds import Kind
from tests.lab.sshd import LabSshd
from tests.run.lab import alive, journalled, kill_holder
from tests.support.console import RealConsole, real_console, settled
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

ROOT: Final = Path(__file__).parents[2]
STACK: Final = 'name = "lonely"\nhome = "."\n[box]\nenabled = false\n'
BOOK: Final = """
# Move the archive

```bash {name=move}
{ echo begun >> ledger; sync ledger; echo working; until test -e go; do sleep 0.02; done; \
echo over >> ledger; sync ledger; echo worked; }
```

```bash {name=look}
cat ledger
```
"""

BEFORE, IN, BETWEEN = "before it", "in it", "after its end, before its entry"
MATRIX: Final = """
                 | before it | in it           | after its end, before its entry
the console      | to do     | running         | running
its holder       | to do     | outcome unknown | outcome unknown
both             | to do     | outcome unknown | outcome unknown
the terminal     | to do     | running         | running
its input        | to do     | running         | running
the connection   | to do     | running         | running
"""
"""Who dies, when, and what is so then. What is running ends when it is let, and is done then."""


def cells() -> Iterator[tuple[str, str, str]]:
    """(who dies, when, what is so then)."""
    head, *rows = ([word.strip() for word in line.split("|")] for line in MATRIX.strip("\n").splitlines())
    for who, *truths in rows:
        for when, truth in zip(head[1:], truths, strict=True):
            yield who, when, truth


class Scene:
    """A run on a stack in a folder of its own, and the console that somebody is at."""

    def __init__(self, folder: Path, face: str) -> None:
        self.folder, self.face = folder, face
        self.stack = folder / "stack.toml"
        self.stack.write_text(STACK)
        (folder / "move.md").write_text(BOOK)

    @property
    def run(self) -> Path:
        [run] = (Path(os.environ["XDG_STATE_HOME"]) / "opsconsole" / "runs").iterdir()
        return run

    def ledger(self) -> list[str]:
        path = self.folder / "ledger"
        return path.read_text().split() if path.exists() else []

    def go(self) -> None:
        """Let the step come to its end."""
        (self.folder / "go").touch()

    def plain(self, *words: str) -> str:
        """What the plain program prints, with nobody at it."""
        command = [sys.executable, "-m", "opsconsole", "--stack", str(self.stack), *words]
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.stdout

    def standing(self) -> str:
        """How the step stands, by what lies on disk."""
        return read_run(self.run.parent.parent, self.run.name).steps[0].progress.value

    def shown(self) -> str:
        """How `runs show` says that the step stands."""
        line = next(line for line in self.plain("runs", "show", "last").splitlines() if " move: " in line)
        return line.partition(" move: ")[2].partition(" · ")[0]

    # --- consoles ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A run that was begun, and left with its first question open."""
        self.plain("run", "move")
        kill_holder(self.run, signal.SIGTERM)

    def words(self) -> list[str]:
        resume = [] if self.face == "console" else ["runs", "resume", "last"]
        return ["--stack", str(self.stack), *resume]

    def take_up(self, console: RealConsole) -> RealConsole:
        """In the console the open run is taken up by its key."""
        if self.face == "console":
            console.sees("OPEN RUN")
            settled(console)
            console.press("o")
        return console

    def asks(self, console: RealConsole, what: str) -> None:
        """Wait for a question of the run, ready to be answered."""
        words = {
            "move": ("Run it?", "Run this?"),
            "look": ("This only looks.", "Run this? [Enter]"),
            "unknown": ("Outcome unknown", "outcome unknown"),
        }[what][self.face == "plain"]
        console.sees(words, within=30)

    def confirm(self, console: RealConsole) -> None:
        if self.face == "console":
            settled(console)
            console.press("y")
        else:
            console.send("y\n")
        wait_until("the step to begin", lambda: self.ledger() == ["begun"], within=20)

    def freeze_holder(self) -> int:
        """From now on nobody sees how the step ends."""
        pid = wire.holder_of(self.run)
        assert pid
        os.kill(pid, signal.SIGSTOP)
        return pid

    def step_is_over(self) -> bool:
        started = next(entry for entry in journalled(self.run) if entry.kind == Kind.STARTED)
        return self.ledger() == ["begun", "over"] and not alive(started.data["pid"])


WITHOUT_HUP: Final = (
    "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP}); "
    "os.execv(sys.executable, [sys.executable, '-m', 'opsconsole', *sys.argv[1:]])"
)


def through_ssh(scene: Scene, sshd: LabSshd) -> tuple[str, ...]:
    """The command of a console at the far end of a connection."""
    ours = {key: value for key, value in os.environ.items() if key.startswith(("XDG_", "LC_", "HOME", "TZ"))}
    env = [f"{key}={value}" for key, value in {**ours, "TERM": "xterm-256color"}.items()]
    far = shlex.join(["env", *env, sys.executable, "-m", "opsconsole", *scene.words()])
    ssh = (str(sshd.bin / "ssh"), "-tt", "-p", str(sshd.port), f"{sshd.user}@127.0.0.1")
    return (*ssh, f"cd {shlex.quote(str(ROOT))} && exec {far}")


def die(who: str, scene: Scene, console: RealConsole, sshd: LabSshd | None) -> None:
    """It dies; what can be waited for has happened when this returns."""
    if who == "both":
        console.kill(signal.SIGSTOP)  # so that it has no new holder started
    if who in ("its holder", "both"):
        kill_holder(scene.run)
    if who in ("the console", "both"):
        console.kill()
        console.wait()
    if who in ("the terminal", "its input"):
        console.hang_up()
        console.wait()
    if who == "the connection":
        assert sshd is not None
        sshd.break_connections()
        console.wait()
        wait_until("the far console to leave", lambda: not consoles_of(scene), within=20)


def consoles_of(scene: Scene) -> list[int]:
    """Processes of the program on this stack, without its holders."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if os.fsencode(scene.stack) in words and b"opsconsole" in words and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


SAME: Final = ("both", "the connection")
"""Deaths that take the plain program as they take the console: told with one of them."""
CASES: Final = [
    (face, *cell) for cell in cells() for face in ("console", "plain") if face == "console" or cell[0] not in SAME
]


@pytest.mark.parametrize(("face", "who", "when", "truth"), CASES)
def test_the_next_console_says_what_is_so_and_nothing_runs_twice(
    tmp_path: Path, face: str, who: str, when: str, truth: str, request: pytest.FixtureRequest
) -> None:
    sshd = request.getfixturevalue("sshd") if who == "the connection" else None
    scene = Scene(tmp_path, face)
    scene.begin()
    command = (sys.executable, "-m", "opsconsole")
    if who == "its input":
        command = (sys.executable, "-c", WITHOUT_HUP)
    words = scene.words()
    if sshd is not None:
        command, words = through_ssh(scene, sshd), []
    with ExitStack() as stack:
        console = stack.enter_context(real_console(*words, cwd=str(ROOT), command=command, columns=80, rows=24))
        scene.asks(scene.take_up(console), "move")
        frozen = 0
        if when != BEFORE:
            scene.confirm(console)
        if when == BETWEEN:
            frozen = scene.freeze_holder()
            scene.go()
            wait_until("the step to be over", scene.step_is_over)
        ran = scene.ledger()

        die(who, scene, console, sshd)

        holder_died = who in ("its holder", "both")
        lives_on = who == "its holder"
        if not lives_on:
            assert scene.shown() == truth
        if frozen and not holder_died:
            os.kill(frozen, signal.SIGCONT)
            wait_until("the result to be written", lambda: scene.standing() == "done")
        if lives_on:  # that console itself is the next one
            after = console
        else:
            after = stack.enter_context(real_console(*scene.words(), cwd=str(ROOT), columns=80, rows=24))
            scene.take_up(after)
        if truth == "running" and when == IN:
            after.sees("working")
            scene.go()
        scene.asks(after, {"to do": "move", "running": "look", "outcome unknown": "unknown"}[truth])
        assert scene.standing() == ("done" if truth == "running" else truth)
        assert scene.ledger() == (["begun", "over"] if truth == "running" else ran)
        assert [entry.kind for entry in journalled(scene.run)].count(Kind.STARTED) == (when != BEFORE)


def test_whoever_comes_back_from_a_connection_that_hangs_takes_over_and_it_stays_so_when_it_wakes(
    tmp_path: Path, sshd: LabSshd
) -> None:
    """The network is gone and nobody has noticed: the far console lives, and thinks that somebody is at it."""
    scene = Scene(tmp_path, "plain")
    scene.begin()
    with ExitStack() as stack:
        hanging = stack.enter_context(
            real_console(cwd=str(ROOT), command=through_ssh(scene, sshd), columns=80, rows=24)
        )
        scene.asks(hanging, "move")
        hanging.kill(signal.SIGSTOP)
        after = stack.enter_context(real_console(*scene.words(), cwd=str(ROOT), columns=80, rows=24))
        after.sees("steers this run")
        after.send("t\n")
        scene.asks(after, "move")
        scene.confirm(after)
        hanging.kill(signal.SIGCONT)
        hanging.sees("you watch")
        hanging.send("y\n")
        scene.go()
        scene.asks(after, "look")
        assert scene.ledger() == ["begun", "over"]
        assert [entry.kind for entry in journalled(scene.run)].count(Kind.STARTED) == 1
