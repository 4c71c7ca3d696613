"""A run's journal on disk: append-only JSON lines, each carrying the hash of the line before, each fsynced.

Beside it lies its seal (run/seal.py): how many lines there are, and the hash of the last. The two find damage, a cut
or a careless edit. They are no proof against the file's owner, who can write a new chain and seal it. Standard library
only: the holder loads this.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from opsconsole.model.run import Entry
from opsconsole.run import seal
from opsconsole.run.seal import Seal

FILE: Final = "journal.jsonl"
RESERVE: Final = "reserve"
ROOM: Final = 1 << 20
"""Bytes set aside when a run begins: some thousand entries, for the case that the full disk is the incident."""

_SLICE: Final = 64 << 10
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a journal holds. `torn` is a last line without its end, left by a crash; it was never acknowledged.

    `fault` says in one line where the journal is damaged, and then `entries` are those before the damage; of one whose
    end was cut off, those that are left. `head` is the hash of the last whole line; `size` counts the bytes of the
    whole lines.
    """

    entries: tuple[Entry, ...]
    torn: str = ""
    fault: str = ""
    head: str = ""
    size: int = 0


def set_room_aside(folder: Path) -> None:
    """Reserve disk space for the journal in `folder`. OSError where there is none."""
    descriptor = os.open(folder / RESERVE, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, ROOM)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Reading:
    """All entries of the journal at `path`. OSError where it cannot be read; damage is a value."""
    sealed = seal.read(path)  # first: a journal that is being written may be ahead of its seal, never behind it
    return held_to(sealed, understand(path.read_bytes()))


def held_to(sealed: Seal | str, reading: Reading) -> Reading:
    """The reading, with the fault that its seal finds. `sealed` is the seal, or why there is none, in one line."""
    if reading.fault:
        return reading
    return replace(reading, fault=_broken(sealed, reading))


def _broken(sealed: Seal | str, reading: Reading) -> str:
    there = len(reading.entries)
    if isinstance(sealed, str):
        # one line may be without it: a crash while the run was being made. The second line comes after the first seal
        return sealed if there > 1 else ""
    if sealed.count > there:
        return f"it was cut off: {sealed.count} lines were written, {there} are there"
    hashes = [entry.previous for entry in reading.entries[1:]] + [reading.head]
    if sealed.count and hashes[sealed.count - 1] != sealed.head:
        return f"line {sealed.count} is not the one that was written"
    return ""


def understand(content: bytes) -> Reading:
    """What the bytes of a journal say by themselves, without its seal."""
    *lines, rest = content.split(b"\n")
    entries: list[Entry] = []
    head = ""
    size = 0
    torn = rest.decode("utf-8", "replace")
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            return Reading(tuple(entries), torn, f"line {number} is not an entry", head, size)
        if entry.previous != head or entry.seq != number:
            return Reading(tuple(entries), torn, f"line {number} does not follow the line before it", head, size)
        entries.append(entry)
        head = _hash(line)
        size += len(line) + 1
    return Reading(tuple(entries), torn, "", head, size)


def _entry(line: bytes) -> Entry | None:
    try:
        raw = json.loads(line)
        return Entry(int(raw["seq"]), float(raw["at"]), str(raw["kind"]), dict(raw["data"]), str(raw["previous"]))
    except (ValueError, KeyError, TypeError):
        return None


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def as_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain JSON values, in the order in which it is written."""
    return {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "data": entry.data, "previous": entry.previous}


def from_json(raw: Mapping[str, Any]) -> Entry:
    """The entry that `as_json` made this of."""
    return Entry(raw["seq"], raw["at"], raw["kind"], raw["data"], raw["previous"])


class Journal:
    """The one writer of a journal.

    Opening cuts a torn last line off and keeps it in `torn`. OSError where the file cannot be opened, ValueError
    (one line) where it is damaged.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._path = path
        self._reserve = path.with_name(RESERVE)
        self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            reading = read(path)
            if reading.fault:
                raise ValueError(f"{path}: {reading.fault}")
            self.entries_read = reading.entries
            self.torn = reading.torn
            self.seq = len(reading.entries)
            self._head = reading.head
            self._size = reading.size
            if self.torn:
                os.ftruncate(self._descriptor, self._size)
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, kind: str, data: dict[str, Any]) -> Entry:
        """The entry, when it is on disk. OSError where it is not; the journal is then as it was."""
        entry = Entry(self.seq + 1, self._clock(), str(kind), data, self._head)
        line = json.dumps(as_json(entry), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        self._in_the_room_there_is(lambda: self._write(line + b"\n"))
        self.seq = entry.seq
        self._head = _hash(line)
        self._size += len(line) + 1
        with suppress(OSError):  # the entry is on disk; a seal that lags behind is caught up by the next one
            self.seal()
        return entry

    def seal(self) -> None:
        """Note beside the journal how far it goes. OSError where that cannot be written."""
        self._in_the_room_there_is(lambda: seal.write(self._path, Seal(self.seq, self._head)))

    def _in_the_room_there_is(self, write: Callable[[], None]) -> None:
        """Write; where the disk is full, give back as much of what was set aside as it takes."""
        while True:
            try:
                write()
            except OSError as error:
                if error.errno not in _FULL or not self._use_room():
                    raise
            else:
                return

    def _write(self, line: bytes) -> None:
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise

    def _use_room(self) -> bool:
        """Give a slice of what was set aside back to the disk; whether there was any."""
        try:
            left = self._reserve.stat().st_size
            if not left:
                return False
            os.truncate(self._reserve, max(0, left - _SLICE))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
