"""How the holder starts a part, and what it makes of parts that an earlier holder left. Standard library only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from opsconsole.model.run import Entry
from opsconsole.run.aftermath import Aftermath
from opsconsole.run.guests import Refused
from opsconsole.run.keep import Kept
from opsconsole.run.kinds import Kind
from opsconsole.run.mask import SHORTEST, secrets_in
from opsconsole.run.running import KILL_AFTER, Running
from opsconsole.run.terminal import Terminal, boot_id, started_at
from opsconsole.run.wire import FIXED_ENVIRONMENT

_JOURNALLED = ("step", "part", "name", "attempt", "risk", "where", "timeout", "digest")


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
) -> tuple[Running, int]:
    """The part that `message` describes, running, and the number of its journal entry.

    `text` is what runs, and stands where `argv` has a null; `digest` is that of the text which was shown; `env` holds
    the values filled in, `secrets` names those of them that nobody may see. `session` is what earlier parts left and
    what this one's shell is to report (aftermath.py); `remembered` has those values of it that are secret. Where
    `reads` is false its standard input is empty. The intent is on disk before the process becomes the command.
    Refused where the text is not the one shown, OSError where the disk says no.
    """
    text = message["text"]
    if digest(text) != message["digest"]:
        raise Refused("the command is not the one that was shown", "digest")
    filled = dict(message.get("env") or {})
    environment = {key: value for key, value in os.environ.items() if key not in ("LINES", "COLUMNS")}
    hidden = {filled[name] for name in message.get("secrets") or () if filled.get(name)} | secrets_in(environment)
    wish = message.get("session") or {}
    left = {name: remembered.get(name, "") if value is None else value for name, value, _ in wish.get("carried", ())}
    exported = {name: left[name] for name, _, is_exported in wish.get("carried", ()) if is_exported}
    hidden |= secrets_in(left) | {value for value in remembered.values() if len(value) >= SHORTEST}
    environment |= exported | FIXED_ENVIRONMENT | filled
    plain = {name: value for name, value in left.items() if name not in exported and name not in filled}
    aftermath = Aftermath(wish, str(message["cwd"]), plain, tuple(hidden))
    environment |= aftermath.environment(environment)
    about = {"step": message["step"], "part": message["part"], "name": message["name"], "attempt": message["attempt"]}
    output = folder / "output" / f"{about['step'] + 1:03}-{about['part'] + 1}-{about['attempt']}.log"
    argv = [text if word is None else str(word) for word in message["argv"]]
    kept = Kept(output, hidden)
    waiting = terminal.prepare(argv, environment, message["cwd"], umask, reads=message.get("reads", True))
    try:
        data = {key: message.get(key) for key in _JOURNALLED}
        data |= {"text": text, "output": output.name, "pid": waiting.pid, "pid_started": started_at(waiting.pid)}
        seq = write(Kind.STARTED, data | {"boot": boot_id()})
    except BaseException:
        waiting.drop()
        os.waitpid(waiting.pid, 0)
        terminal.reclaim()
        kept.close()
        aftermath.close()
        raise
    running = Running(
        about,
        waiting.pid,
        output,
        kept,
        aftermath,
        timeout=message.get("timeout"),
        kill_after=message.get("kill_after") or KILL_AFTER,
    )
    waiting.let_go()
    return running, seq


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


def _what_became(started: Entry) -> str:
    pid = started.data.get("pid")
    same_boot = started.data.get("boot") == boot_id()
    if not same_boot:
        return "the box was started anew while it ran"
    if isinstance(pid, int) and started_at(pid) == started.data.get("pid_started") is not None:
        return f"its holder died while it ran; process {pid} is still there, but its result will be seen by nobody"
    return "its holder died while it ran, and its process is gone"
