"""One systemd unit, closely: by its properties, and by what systemd wrote about it into the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from opsconsole.model.detail import About, Happening, Port, Story
from opsconsole.model.ends import meaning, of_signal
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import UnitRef
from opsconsole.model.text import one_line
from opsconsole.model.units import size
from opsconsole.probes.base import World
from opsconsole.probes.details.container import Aside
from opsconsole.probes.details.ports import listening
from opsconsole.probes.details.processes import moment
from opsconsole.probes.hush import hush
from opsconsole.probes.members import folder_at, pids_in
from opsconsole.probes.systemctl import command_of, time_of

_LINES: Final = 200
"""Entries of the journal that are read: some forty restarts."""

_PROPERTIES: Final = (
    *("Id", "LoadState", "Description", "FragmentPath", "DropInPaths", "UnitFileState", "ExecStart", "User", "Group"),
    *("WorkingDirectory", "Restart", "RestartUSec", "NRestarts", "MemoryMax", "MemoryHigh", "TasksCurrent", "TasksMax"),
    *(
        "ActiveState",
        "SubState",
        "Result",
        "MainPID",
        "ControlGroup",
        "ExecMainStartTimestamp",
        "ExecMainExitTimestamp",
    ),
    *("ExecMainCode", "ExecMainStatus", "EnvironmentFiles", "TriggeredBy", "NeedDaemonReload"),
)
_FACTS: Final = (
    *(("what", "Description"), ("file", "FragmentPath"), ("changed by", "DropInPaths"), ("at boot", "UnitFileState")),
    *(
        ("user", "User"),
        ("folder", "WorkingDirectory"),
        ("variables of", "EnvironmentFiles"),
        ("woken by", "TriggeredBy"),
    ),
)
_UNLIMITED: Final = ("infinity", str((1 << 64) - 1), "")

_KINDS: Final = {
    "39f53479d3a045ac8e11786248231fbf": "started",
    "be02cf6855d2428ba40df7e9d022f03d": "could not start",
    "de5b426a63be47a7b6ac3eaac82e2f6f": "stopping",
    "98e322203f7a4ed290d09fe03c09fe15": "exited",
    "d9b373ed55a64feb8242e02dbe79a49c": "failed",
    "7ad2d189f7e94e70a38c781354912448": "went well",
    "5eb03494b6584870a536b337290809b3": "again",
    "fe6faa94e7774663a0da52717891d8ef": "out of memory",
}
"""Kinds of entries that systemd makes about units (sd-messages.h; the catalog says what each means)."""

_RESULTS: Final = {
    "timeout": "it took too long to start or stop",
    "watchdog": "its watchdog heard nothing of it",
    "start-limit-hit": "it was started too often in too short a time; systemd gave up",
    "oom-kill": "out of memory: the kernel killed a process of it",
    "resources": "systemd had no resources for it",
    "protocol": "it did not do as its Type= says",
}


async def about(world: World, ref: UnitRef, aside: Aside, timeout: float) -> About | Problem:
    """Its file, command, user, limits, age and ports."""
    told = await world.units.properties(ref.name, _PROPERTIES, timeout)
    if isinstance(told, Problem):
        return told
    if told.get("LoadState") == "not-found":
        return Problem(ProblemKind.GONE, f"there is no unit called {ref.name} on this machine")
    folder = folder_at(world.cgroup, told.get("ControlGroup", ""))
    ports: tuple[Port, ...] | str | Problem = ()
    if folder is not None:
        proc = world.proc
        ports = await aside(("ports", ref), lambda: listening(proc, pids_in(folder) or ()), timeout)
    return About(tuple(facts(told, world.clock())), ports.reason if isinstance(ports, Problem) else ports)


async def story(world: World, ref: UnitRef, timeout: float) -> Story | Problem:
    """What became of it by the journal; where that cannot be read, what systemd itself still knows."""
    written = await world.units.journal(ref.name, _LINES, timeout)
    found = understood(entries(written)) if not isinstance(written, Problem) else []
    if found:
        return Story(tuple(found), f"Told by systemd's journal: its last {_LINES} entries on it.")
    told = await world.units.properties(ref.name, _PROPERTIES, timeout)
    if isinstance(told, Problem):
        return told
    why = written.reason if isinstance(written, Problem) else "the journal has nothing on it (any more)"
    return Story(tuple(remembered(told)), f"What systemd itself still knows: {why}.")


def facts(told: Mapping[str, str], now: float) -> Iterator[tuple[str, str]]:
    """What `systemctl show` says that is worth reading. Pure."""
    if command := command_of(told.get("ExecStart", "")):
        yield "command", one_line(" ".join(hush(command.split())), 2000)
    for name, key in _FACTS:
        if told.get(key):
            yield name, one_line(told[key], 400)
    if not told.get("User"):
        yield "user", "root (as its file says nothing)"
    if (started := time_of(told.get("ExecMainStartTimestamp", ""))) is not None:
        yield "started", moment(started, now)
    yield (
        "restarts",
        f"Restart={told.get('Restart') or 'no'}; {told.get('NRestarts') or 0} since it was started by hand",
    )
    yield "memory", _limit(told)
    if told.get("TasksCurrent", "").isdecimal() and int(told["TasksCurrent"]) < 1 << 60:
        most = told.get("TasksMax", "")
        yield "tasks", f"{told['TasksCurrent']}{f' of {most}' if most not in _UNLIMITED else ''}"
    if told.get("NeedDaemonReload") == "yes":
        yield "reload", "its file changed since systemd read it: systemctl daemon-reload"


def _limit(told: Mapping[str, str]) -> str:
    known = [(name, told.get(key, "")) for name, key in (("limit", "MemoryMax"), ("held back from", "MemoryHigh"))]
    said = [f"{name} {size(int(text))}" for name, text in known if text not in _UNLIMITED and text.isdecimal()]
    return ", ".join(said) or "no limit"


def entries(text: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a journal in JSON. Pure; lines that are none are left out."""
    for row in text.splitlines():
        try:
            entry = json.loads(row)
        except ValueError:
            continue
        if isinstance(entry, dict) and str(entry.get("__REALTIME_TIMESTAMP", "")).isdecimal():
            yield entry


def understood(written: Iterable[Mapping[str, Any]]) -> list[Happening]:
    """What entries of the journal tell, oldest first. Pure."""
    found: list[Happening] = []
    asked = scheduled = oom = False
    ended = ""
    for entry in written:
        at = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
        match _KINDS.get(str(entry.get("MESSAGE_ID"))):
            case "stopping":
                asked = True
            case "out of memory":
                oom = True
            case "exited":
                ended = _exit(entry)
            case "again":
                scheduled = True
            case "failed":
                result = str(entry.get("UNIT_RESULT", ""))
                why = _RESULTS["oom-kill"] if oom else _RESULTS.get(result) or ended or one_line(result, 60)
                found.append(Happening(at, "ended", f"when it was stopped by hand: {why}" if asked else why, bad=True))
                asked, oom, ended = False, False, ""
            case "went well":
                why = "stopped by hand, or with what it belongs to" if asked else meaning(0)
                found.append(Happening(at, "ended", why))
                asked, oom, ended = False, False, ""
            case "could not start":
                _could_not_start(found, at, ended)
            case "started":
                found.append(Happening(at, "started", "again by systemd" if scheduled else "by hand, or at boot"))
                scheduled = False
    return found


def _could_not_start(found: list[Happening], at: float, ended: str) -> None:
    """What ended a moment ago was the attempt."""
    if found and found[-1].bad and at - found[-1].at < 2:
        found[-1] = Happening(found[-1].at, "could not be started", found[-1].why, bad=True)
    else:
        found.append(Happening(at, "could not be started", ended, bad=True))


def remembered(told: Mapping[str, str]) -> Iterator[Happening]:
    """What `systemctl show` knows of the last start and the last end. Pure."""
    if (started := time_of(told.get("ExecMainStartTimestamp", ""))) is not None:
        yield Happening(started, "started")
    if (ended := time_of(told.get("ExecMainExitTimestamp", ""))) is not None:
        result = told.get("Result", "")
        how = {"1": "exited", "2": "killed", "3": "dumped"}.get(told.get("ExecMainCode", ""), "")
        why = _RESULTS.get(result) or _exit({"EXIT_CODE": how, "EXIT_STATUS": told.get("ExecMainStatus", "")})
        yield Happening(ended, "ended", why, bad=result not in ("", "success"))


def _exit(entry: Mapping[str, Any]) -> str:
    how, status = str(entry.get("EXIT_CODE", "")), str(entry.get("EXIT_STATUS", ""))
    if not status.isdecimal():
        return one_line(f"{how} {status}".strip(), 60)
    return meaning(int(status), systemd=True) if how == "exited" else of_signal(int(status))
