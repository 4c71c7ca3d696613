"""Where runs are kept: `STATE/runs/ID/` with the journal, the runbook's text, and what each part printed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from opsconsole.model import xdg
from opsconsole.model.run import Entry, PartState, Progress, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run import journal, seal, sharing, wire
from opsconsole.run.core import fold
from opsconsole.run.kinds import Kind

TEXT: Final = "runbook.md"
OUTPUT: Final = "output"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in a list. Times in epoch seconds; `ended` is None while it is open, else how it ended.

    `step` is the step that was last worked on, `running` whether it is running at this moment, `fault` a line on
    what is wrong with the journal.
    """

    id: str
    title: str
    stack: str
    user: str
    reason: str
    started: float
    ended: str | None = None
    ended_at: float | None = None
    step: str = ""
    holder_alive: bool = False
    running: bool = False
    fault: str = ""


def default_state_folder(env: Mapping[str, str] = os.environ) -> Path:
    """The user's own folder for state, as XDG has it."""
    return xdg.state_folder(env)


def run_folder(state_folder: Path, run_id: str) -> Path:
    """The folder of a run; `run_id` may be the beginning of an id, or `last`. TroubleError unless it names just one."""
    names = sorted(path.name for path in _folders(state_folder))
    if run_id == "last" and names:
        return state_folder / "runs" / names[-1]
    found = [name for name in names if name == run_id] or [name for name in names if run_id and name.startswith(run_id)]
    if len(found) == 1:
        return state_folder / "runs" / found[0]
    if found:
        raise TroubleError(Trouble(f"{len(found)} runs begin with {run_id}", "", f"say more, as in {found[-1]}"))
    raise TroubleError(
        Trouble(f"there is no run {one_line(run_id, 80)}", str(state_folder / "runs"), "see opsconsole runs list")
    )


def _folders(state_folder: Path) -> list[Path]:
    try:
        return [path for path in (state_folder / "runs").iterdir() if _is_a_run(path)]
    except PermissionError as error:  # that is not the same as that there are none
        remedy = "join the group whose folder it is, or name another one (`state` in the stack file)"
        raise TroubleError(Trouble(f"may not be read: {error.strerror}", str(state_folder / "runs"), remedy)) from None
    except OSError:
        return []


def _is_a_run(folder: Path) -> bool:
    """A run whose journal was taken away is still one, with a fault."""
    file = folder / journal.FILE
    try:
        return file.is_file() or seal.beside(file).is_file()
    except OSError:
        return False  # one that we may not look into hides no other


def create(state_folder: Path, name: str, text: bytes, begun: dict[str, Any]) -> Path:
    """The folder of a new run, with the room for its journal set aside. TroubleError where the disk says no.

    `begun` is the data of the first entry; its `id` is put in here.
    """
    runs = state_folder / "runs"
    folder: Path | None = None
    try:
        _make_runs(runs)
        folder = _new_folder(runs, name)
        journal.set_room_aside(folder)
        _write(folder / TEXT, text)
        writer = journal.Journal(folder / journal.FILE)
        try:
            writer.append(Kind.BEGUN, {"id": folder.name, **begun})
            writer.seal()
        finally:
            writer.close()
        (folder / OUTPUT).mkdir(mode=0o700)
        for made in folder.iterdir():
            sharing.settle(made)
        journal.sync_folder(folder)
        journal.sync_folder(runs)
    except OSError as error:
        if folder is not None:
            discard(folder)
        raise TroubleError(
            Trouble(
                f"a run cannot be recorded here ({error.strerror}), so nothing was started",
                str(error.filename or runs),
                "make room or make it writable, or name another folder (`state` in the stack file, XDG_STATE_HOME)",
            )
        ) from None
    return folder


def _make_runs(runs: Path) -> None:
    runs.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        runs.mkdir(mode=0o700)
    except FileExistsError:
        return
    sharing.settle(runs)


def _new_folder(runs: Path, name: str) -> Path:
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "run"
    stem = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{word}"
    for number in range(1, 1000):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        sharing.settle(folder)
        return folder
    raise FileExistsError(17, "too many runs in one second", str(runs / stem))


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def discard(folder: Path) -> None:
    """Take away a run that never came to be."""
    shutil.rmtree(folder, ignore_errors=True)


def entries_of(folder: Path) -> tuple[Entry, ...]:
    """The entries of a run's journal. TroubleError where it cannot be read, or is damaged."""
    _, reading = record_of(folder.parent.parent, folder.name)
    if reading.fault:
        remedy = f"what is before it: opsconsole runs report {folder.name}"
        raise TroubleError(Trouble(reading.fault, str(folder / journal.FILE), remedy))
    return reading.entries


def record_of(state_folder: Path, run_id: str) -> tuple[Path, journal.Reading]:
    """A run's folder and all that can be read of its journal. TroubleError where there is no such run, or nothing."""
    folder = run_folder(state_folder, run_id)
    reading = reading_of(folder)
    if not reading.entries:
        raise TroubleError(Trouble(reading.fault, str(folder / journal.FILE)))
    return folder, reading


def reading_of(folder: Path) -> journal.Reading:
    """All that can be read of a run's journal. One that holds nothing, or is not there, is a fault of it.

    TroubleError where it may not be read.
    """
    path = folder / journal.FILE
    try:
        reading = journal.read(path)
    except FileNotFoundError:
        return journal.Reading((), fault="the journal is gone")
    except OSError as error:
        raise TroubleError(Trouble(f"cannot be read: {error.strerror}", str(path))) from None
    return reading if reading.entries or reading.fault else replace(reading, fault="the journal is empty")


def kept_runbook(folder: Path, entries: tuple[Entry, ...]) -> Runbook:
    """The runbook of a run, from the text that was kept with it. TroubleError where that is gone or is another."""
    from opsconsole.runbook.markdown import parse

    path = folder / TEXT
    begun = entries[0].data
    try:
        content = path.read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise TroubleError(Trouble(f"the runbook of this run cannot be read: {error}", str(path))) from None
    origin = Path(begun["path"]) if begun.get("path") else None
    runbook = parse(text, begun["runbook"], origin)
    if runbook.digest != begun["digest"]:
        raise TroubleError(Trouble("the text kept with this run is not the one it began with", str(path)))
    return runbook


def kept_text_fault(folder: Path, entries: tuple[Entry, ...]) -> str:
    """What is wrong with the runbook's text that was kept with a run, in one line; empty where nothing is."""
    try:
        content = (folder / TEXT).read_bytes()
    except OSError as error:
        return f"the runbook's text cannot be read: {error.strerror}"
    same = hashlib.sha256(content).hexdigest() == entries[0].data.get("digest")
    return "" if same else "the runbook's text is not the one it began with"


def state_of(entries: tuple[Entry, ...], runbook: Runbook, alive: bool) -> RunState:
    """The state of a run; without a living holder, what seems to run is of unknown outcome."""
    state = replace(fold(entries, runbook), holder_alive=alive)
    if alive:
        return state
    steps = tuple(replace(here, parts=tuple(_unheld(part) for part in here.parts)) for here in state.steps)
    if state.shell is not None:
        lost = replace(state.shell, ended=state.shell.started, reason="its holder died while it was open")
        state = replace(state, shells=(*state.shells[:-1], lost))
    return replace(state, steps=steps)


def _unheld(part: PartState) -> PartState:
    if part.progress is not Progress.RUNNING:
        return part
    return replace(part, progress=Progress.OUTCOME_UNKNOWN, reason="its holder died while it ran")


def read_run(state_folder: Path, run_id: str) -> RunState:
    """What the journal of one run says. TroubleError where there is no such run, or it cannot be read."""
    folder = run_folder(state_folder, run_id)
    entries = entries_of(folder)
    return state_of(entries, kept_runbook(folder, entries), wire.holder_of(folder) is not None)


def list_runs(state_folder: Path) -> list[RunSummary]:
    """All runs kept in a state folder, the newest first. One that cannot be read is left out, a damaged one says so."""
    found = (_summary(folder) for folder in _folders(state_folder))
    return sorted((summary for summary in found if summary), key=lambda summary: summary.id, reverse=True)


def _summary(folder: Path) -> RunSummary | None:
    try:
        reading = reading_of(folder)
    except TroubleError:
        return None
    if not reading.entries or reading.entries[0].kind != Kind.BEGUN:
        fault = reading.fault or "the journal does not begin with a run"
        return RunSummary(folder.name, folder.name, "", "", "", folder.stat().st_mtime, fault=fault)
    begun = reading.entries[0].data
    closed = next((entry for entry in reversed(reading.entries) if entry.kind == Kind.CLOSED), None)
    named = next(
        (entry for entry in reversed(reading.entries) if entry.data.get("name") and "step" in entry.data), None
    )
    alive = wire.holder_of(folder) is not None
    return RunSummary(
        id=folder.name,
        title=str(begun.get("title", "")),
        stack=str(begun.get("stack", "")),
        user=str(begun.get("user", "")),
        reason=str(begun.get("reason", "")),
        started=reading.entries[0].at,
        ended=closed.data.get("how") if closed else None,
        ended_at=closed.at if closed else None,
        step=str(named.data["name"]) if named else "",
        holder_alive=alive,
        running=alive and _is_running(reading.entries),
        fault=reading.fault,
    )


def _is_running(entries: tuple[Entry, ...]) -> bool:
    begins, ends = (Kind.STARTED, Kind.SHELL), (Kind.ENDED, Kind.LOST, Kind.SHELL_ENDED)
    last = next((entry.kind for entry in reversed(entries) if entry.kind in (*begins, *ends)), None)
    return last in begins
