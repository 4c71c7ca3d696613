"""How the holder starts a part, and what it makes of parts that an earlier holder left. Standard library only."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from opsconsole.model.run import Entry
from opsconsole.run.aftermath import Aftermath
from opsconsole.run.guests import Refused
from opsconsole.run.keep import Kept
from opsconsole.run.kinds import Kind
from opsconsole.run.leftovers import LABEL, label_for
from opsconsole.run.mask import SHORTEST, secrets_in
from opsconsole.run.running import KILL_AFTER, Running
from opsconsole.run.terminal import Terminal, Waiting, boot_id, started_at
from opsconsole.run.wire import FIXED_ENVIRONMENT

_JOURNALLED = ("step", "part", "name", "attempt", "risk", "where", "timeout", "digest", "interactive")
_SHELL_JOURNALLED = ("number", "where")


def digest(text: str) -> str:
    """What stands for a command's exact text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def start(
    message: dict[str, Any],
    folder: Path,
    terminal: Terminal,
    umask: int,
    write: Callable[[str, dict[str, Any]], int],
    remembered: Mapping[str, str] = MappingProxyType({}),
    passwords: Collection[str] = (),
) -> tuple[Running, int]:
    """The part that `message` describes, running, and the number of its journal entry.

    `text` is what runs, and stands where `argv` has a null; `digest` is that of the text which was shown; `env` holds
    the values filled in, `secrets` names those of them that nobody may see. `session` is what earlier parts left and
    what this one's shell is to report (aftermath.py); `remembered` has those values of it that are secret, `passwords`
    what else is. Where `reads` is false its standard input is empty. The intent is on disk before the process becomes
    the command. Refused where the text is not the one shown, OSError where the disk says no.
    """
    if digest(message["text"]) != message["digest"]:
        raise Refused("the command is not the one that was shown", "digest")
    about = {"step": message["step"], "part": message["part"], "name": message["name"], "attempt": message["attempt"]}
    output = f"{about['step'] + 1:03}-{about['part'] + 1}-{about['attempt']}.log"
    intent = {key: message.get(key) for key in _JOURNALLED}
    begun = _begin(message, about, folder / "output" / output, terminal, umask, remembered, passwords)
    if message.get("interactive"):
        terminal.let_jobs_stop()  # ssh tells the far end which key stops a job there
    return begun.go(write, Kind.STARTED, intent)


def start_shell(
    message: dict[str, Any],
    folder: Path,
    terminal: Terminal,
    umask: int,
    write: Callable[[str, dict[str, Any]], int],
    remembered: Mapping[str, str] = MappingProxyType({}),
    passwords: Collection[str] = (),
) -> tuple[Running, int]:
    """The same for a shell besides the steps: it is the `number`th of its run, and ends what it began by itself."""
    about = {"number": int(message["number"])}
    intent = {key: message.get(key) for key in _SHELL_JOURNALLED}
    output = folder / "output" / f"shell-{about['number']}.log"
    begun = _begin(message, about, output, terminal, umask, remembered, passwords)
    begun.running.opened = begun.running.began
    terminal.let_jobs_stop()
    return begun.go(write, Kind.SHELL, intent)


@dataclass(slots=True)
class _Begun:
    """A process that waits to be let go, as soon as its intent is on disk."""

    text: str
    waiting: Waiting
    running: Running
    terminal: Terminal

    def go(
        self, write: Callable[[str, dict[str, Any]], int], kind: Kind, intent: dict[str, Any]
    ) -> tuple[Running, int]:
        """Write the intent and let it go."""
        pid = self.waiting.pid
        try:
            data = {"text": self.text, "output": self.running.output.name, "pid": pid, "pid_started": started_at(pid)}
            seq = write(kind, intent | data | {"boot": boot_id()})
        except BaseException:
            self.waiting.drop()
            os.waitpid(pid, 0)
            self.terminal.reclaim()
            self.running.kept.close()
            self.running.aftermath.close()
            raise
        self.running.since = time.monotonic()
        self.waiting.let_go()
        return self.running, seq


def _begin(
    message: dict[str, Any],
    about: dict[str, Any],
    output: Path,
    terminal: Terminal,
    umask: int,
    remembered: Mapping[str, str],
    passwords: Collection[str],
) -> _Begun:
    text = message["text"]
    filled = dict(message.get("env") or {})
    environment = {key: value for key, value in os.environ.items() if key not in ("LINES", "COLUMNS")}
    hidden = {filled[name] for name in message.get("secrets") or () if filled.get(name)} | secrets_in(environment)
    wish = message.get("session") or {}
    left = {name: remembered.get(name, "") if value is None else value for name, value, _ in wish.get("carried", ())}
    exported = {name: left[name] for name, _, is_exported in wish.get("carried", ()) if is_exported}
    hidden |= secrets_in(left) | {value for value in remembered.values() if len(value) >= SHORTEST} | set(passwords)
    environment |= exported | FIXED_ENVIRONMENT | filled | {LABEL: label_for(output)}
    plain = {name: value for name, value in left.items() if name not in exported and name not in filled}
    aftermath = Aftermath(wish, str(message["cwd"]), plain, tuple(hidden))
    environment |= aftermath.environment(environment)
    argv = [text if word is None else str(word) for word in message["argv"]]
    kept = Kept(output, hidden)
    waiting = terminal.prepare(argv, environment, message["cwd"], umask, reads=message.get("reads", True))
    running = Running(
        about,
        waiting.pid,
        output,
        kept,
        aftermath,
        timeout=message.get("timeout"),
        kill_after=message.get("kill_after") or KILL_AFTER,
        began=started_at(waiting.pid) or 0,
    )
    kept.tap = running.shown
    return _Begun(text, waiting, running, terminal)


def lost_parts(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The parts that were started and of which no end was written, as data for `lost` entries."""
    open_parts: dict[tuple[int, int], Entry] = {}
    for entry in entries:
        key = (entry.data.get("step", -1), entry.data.get("part", -1))
        if entry.kind == Kind.STARTED:
            open_parts[key] = entry
        elif entry.kind in (Kind.ENDED, Kind.LOST):
            open_parts.pop(key, None)
    return [
        {**{key: entry.data.get(key) for key in ("step", "part", "name", "attempt")}, "reason": _what_became(entry)}
        for entry in open_parts.values()
    ]


def lost_shell(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """The shell that was opened and of which no end was written, as data for its end; None where there is none."""
    shells = [entry for entry in entries if entry.kind in (Kind.SHELL, Kind.SHELL_ENDED)]
    if not shells or shells[-1].kind == Kind.SHELL_ENDED:
        return None
    return {"number": shells[-1].data.get("number"), "exit": None, "reason": _what_became(shells[-1])}


def _what_became(started: Entry) -> str:
    pid = started.data.get("pid")
    same_boot = started.data.get("boot") == boot_id()
    if not same_boot:
        return "the box was started anew while it ran"
    if isinstance(pid, int) and started_at(pid) == started.data.get("pid_started") is not None:
        return f"its holder died while it ran; process {pid} is still there, but its result will be seen by nobody"
    return "its holder died while it ran, and its process is gone"
