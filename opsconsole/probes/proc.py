"""Processes of a service: those whose command line matches, those below a pid, those of a control group."""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from opsconsole.model.readings import Process, ProcessReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ProcessesRef
from opsconsole.model.text import one_line
from opsconsole.probes.base import World
from opsconsole.probes.hush import hush
from opsconsole.probes.identity import Identity, RawProcess, identify, in_order, tell

_ONLOOKERS: Final = frozenset(
    word
    for line in (
        "grep egrep fgrep zgrep rg ag ack pgrep pkill pidof killall kill ps top htop btop watch lsof",
        "less more most view vi vim nvim nano emacs ed micro joe mcedit tail head cat zless multitail lnav tee",
        "awk gawk mawk sed find fd locate xargs strace ltrace gdb py-spy perf man",
        "tmux screen byobu zellij ssh scp rsync sftp git systemctl journalctl service",
        "docker docker-compose podman nerdctl kubectl crictl ctr logger script",
    )
    for word in line.split()
)
"""Programs that name a service because somebody looks at it, looks for it or deals with it."""

HOLDER: Final = "opsconsole.run.holder"
"""The program on whose terminal the steps of a run run. Named here, as nothing in `probes` may import `run`."""


def matching(world: World, ref: ProcessesRef) -> list[Process] | Problem:
    """The processes meant by `ref`, parents before children; never empty, as nothing is a `Problem` (GONE).

    Workers that a match started and that are the same program belong to it, whatever their own command line says
    (`nginx: worker process`, a spawned Python) and whoever runs them. We ourselves do not, nor whoever started us, nor
    programs that only look at the service (an editor, a `grep`), nor what a runbook's step is just doing.
    """
    found = _match(world, ref)
    return found if isinstance(found, Problem) else list(_finished(world, *found))


def reading_of(world: World, ref: ProcessesRef) -> ProcessReading | Problem:
    """The same as a reading."""
    found = _match(world, ref)
    return found if isinstance(found, Problem) else _reading(world, *found)


def tree_of(world: World, pid: int) -> ProcessReading | None:
    """A process and all below it; None where there is no such process."""
    every = world.processes.everything()
    if world.processes.one(pid) is None:
        return None
    return reading_of_pids(world, (process.pid for process in _below(every, [pid])), pid)


def reading_of_pids(world: World, pids: Iterable[int], first: int | None) -> ProcessReading | None:
    """The processes with these pids, the family of `first` in front; None where all have ended."""
    one = world.processes.one
    raw = [process for process in map(one, pids) if process is not None]
    if not raw:
        return None
    return _reading(world, in_order(raw, first), identify(raw))


def _match(world: World, ref: ProcessesRef) -> tuple[list[RawProcess], Mapping[int, Identity]] | Problem:
    table = world.processes
    uid = _uid(ref.user)
    if isinstance(uid, Problem):
        return uid
    every = table.everything()
    now = {process.pid: table.one(process.pid) for process in every.values() if _names(process, ref)}
    if any(process is not every[pid] for pid, process in now.items()):  # a scan may be some seconds old
        every = {pid: one for pid, known in every.items() if (one := now.get(pid, known)) is not None}
    identities = table.identities(every)
    named = [process for process in now.values() if process is not None and _names(process, ref)]
    meant = list(_without_onlookers(named, every, identities, ref))
    own = [process for process in meant if uid is None or process.uid == uid]
    placed = _in_folder(world, own, ref.cwd) if ref.cwd and own else own
    if isinstance(placed, Problem):
        return placed
    if not placed:
        return _none(world, ref, others=own or meant)
    family = _below(every, [process.pid for process in placed], identities)
    alive = in_order(process for process in family if table.one(process.pid) is not None)
    return (alive, identities) if alive else _none(world, ref)


def _names(process: RawProcess, ref: ProcessesRef) -> bool:
    return ref.argv in " ".join(process.argv)


def _without_onlookers(
    named: Iterable[RawProcess],
    every: Mapping[int, RawProcess],
    identities: Mapping[int, Identity],
    ref: ProcessesRef,
) -> Iterator[RawProcess]:
    me = os.getpid()
    us = set(_above(every, me))
    session = every[me].session if me in every else -1
    for process in named:
        program = identities[process.pid].program
        told = tell(process)
        if told.command and program == told.name:  # a shell that has not come to what it was told yet
            program = told.command
        if process.pid in us or program == "opsconsole" or program.startswith("opsconsole."):
            continue
        if program in _ONLOOKERS and program not in ref.argv:
            continue
        above = set(_above(every, process.pid))
        if me in above and process.session == session:  # started by us to look at something
            continue
        # What a step of a run does is on the run's terminal; what it leaves behind as a service is not.
        if process.tty and any(identities[pid].program == HOLDER for pid in above if pid in identities):
            continue
        yield process


def _in_folder(world: World, processes: Iterable[RawProcess], cwd: str) -> list[RawProcess] | Problem:
    """Those that work in `cwd` or below it; DENIED where there is none, but one whose folder we may not see."""
    wanted = os.path.realpath(cwd).rstrip("/")
    found, denied = [], None
    for process in processes:
        try:
            folder = world.processes.folder(process.pid)
        except PermissionError:
            denied = process
            continue
        except OSError:  # it has just ended
            continue
        if folder == wanted or folder.startswith(wanted + "/"):
            found.append(process)
    if not found and denied is not None:
        whose = user_name(denied.uid)
        reason = f"may not see in which folder process {denied.pid} of user {whose} works; run as {whose} or as root"
        return Problem(ProblemKind.DENIED, reason)
    return found


def _any_process(world: World) -> bool:
    try:
        return any(entry.name.isdigit() for entry in world.proc.iterdir())
    except OSError:
        return False


def _none(world: World, ref: ProcessesRef, others: Collection[RawProcess] = ()) -> Problem:
    """Why nothing matched: whom was asked for, and who came closest."""
    whose = f" of user {ref.user}" if ref.user else ""
    where = f" below {ref.cwd}" if ref.cwd else ""
    reason = f"no process{whose}{where} has '{one_line(ref.argv, 60)}' in its command line"
    if others:
        near = next(iter(others))
        reason += f"; process {near.pid} of user {user_name(near.uid)} has"
    elif not _any_process(world):
        return Problem(ProblemKind.NO_TOOL, f"no processes can be seen: {world.proc} is not mounted")
    elif world.processes.hidden:
        reason = f"{reason}, but other users' processes are hidden here (hidepid); run as root"
        return Problem(ProblemKind.DENIED, reason)
    else:
        reason += "; is it running, and is processes.argv right?"
    return Problem(ProblemKind.GONE, reason)


def _below(
    every: Mapping[int, RawProcess], pids: Iterable[int], same: Mapping[int, Identity] | None = None
) -> list[RawProcess]:
    """The processes with these pids and all below them; with `same` only what runs the same program as its parent."""
    children: dict[int, list[RawProcess]] = {}
    for process in every.values():
        children.setdefault(process.ppid, []).append(process)
    found: dict[int, RawProcess] = {}
    waiting = [every[pid] for pid in pids if pid in every]
    while waiting:
        process = waiting.pop()
        if process.pid not in found:
            found[process.pid] = process
            for child in children.get(process.pid, ()):
                if same is None or same[child.pid].program == same[process.pid].program:
                    waiting.append(child)
    return list(found.values())


def _above(every: Mapping[int, RawProcess], pid: int) -> Iterator[int]:
    """`pid` and all above it."""
    seen: set[int] = set()
    while pid and pid not in seen:
        seen.add(pid)
        yield pid
        pid = every[pid].ppid if pid in every else 0


def _reading(world: World, raw: list[RawProcess], identities: Mapping[int, Identity]) -> ProcessReading:
    processes = tuple(_finished(world, raw, identities))
    return ProcessReading(next((one for one in processes if not one.supporting), processes[0]), processes)


def _finished(world: World, raw: Iterable[RawProcess], identities: Mapping[int, Identity]) -> Iterator[Process]:
    started_at = world.processes.started_at
    for process in raw:
        identity = identities[process.pid]
        yield Process(
            process.pid,
            process.ppid,
            _shown(process.argv),
            identity.program,
            started_at(process),
            user_name(process.uid),
            identity.supporting,
        )


@lru_cache(maxsize=4096)
def _shown(argv: tuple[str, ...]) -> tuple[str, ...]:
    return hush(argv)


@lru_cache(maxsize=256)
def user_name(uid: int) -> str:
    """The name of a user of this machine, its number where it has none here (a container's own, mostly)."""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)


def _uid(user: str | None) -> int | Problem | None:
    if user is None:
        return None
    if user.isdecimal():
        return int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return Problem(ProblemKind.GONE, f"there is no user called {one_line(user, 40)} on this machine")
