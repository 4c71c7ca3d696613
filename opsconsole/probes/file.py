"""Files by name or pattern: what they are, whose, how old and how large."""

from __future__ import annotations

import glob
import grp
import hashlib
import os
import pwd
import stat
from collections.abc import Callable
from heapq import nlargest
from pathlib import Path
from typing import Final

from opsconsole.model.paths import File, FileOf, FileReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each

MOST: Final = 1000
"""Files of one pattern that are looked at."""

_KINDS: Final = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFSOCK: "socket", stat.S_IFIFO: "pipe"}


class Files:
    """Targets of kind `file`, each with a `FileOf`. A file that was hashed is hashed again when it has changed."""

    def __init__(self) -> None:
        self._shared = Shared()
        self._sums = Sums()

    async def look(self, of: FileOf, timeout: float) -> FileReading | Problem:
        """A `FileReading`, without files where there are none; DENIED where that cannot be seen."""
        try:
            return await self._shared.call(of, lambda: self._read(of), timeout)
        except TimeoutError:
            return Problem(ProblemKind.TIMEOUT, f"{of.pattern} did not answer within {duration(timeout)}")

    def _read(self, of: FileOf) -> FileReading | Problem:
        try:
            found = _matches(of.pattern)
            kept = nlargest(1, found, key=lambda one: one[1].st_mtime) if of.newest else found[:MOST]
            files = tuple(_file(path, seen, self._same(of, path, seen)) for path, seen in kept)
        except OSError as fault:
            return unreadable(fault, of.pattern)
        return FileReading(files, len(found))

    def _same(self, of: FileOf, path: str, seen: os.stat_result) -> bool | None:
        if of.sha256 is None:
            return None
        return stat.S_ISREG(seen.st_mode) and self._sums.of(path) == of.sha256


class Sums:
    """SHA-256 of files, remembered as long as a file looks the same."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, ...], str]] = {}

    def of(self, path: str) -> str:
        """The sum in hex. OSError where the file cannot be read."""
        with Path(path).open("rb") as file:
            seen = os.fstat(file.fileno())
            mark = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
            known = self._known.get(path)
            if known is not None and known[0] == mark:
                return known[1]
            summed = hashlib.file_digest(file, "sha256").hexdigest()
        self._known[path] = (mark, summed)
        return summed


def unreadable(fault: OSError, path: str) -> Problem:
    """Why a path cannot be looked at."""
    where = one_line(os.fspath(fault.filename) if isinstance(fault.filename, str) else path, 120)
    if isinstance(fault, PermissionError):
        return Problem(ProblemKind.DENIED, f"no permission to look at {where}")
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return Problem(ProblemKind.GONE, f"there is no {where}")
    return Problem(ProblemKind.UNREADABLE, f"{where} cannot be read: {fault.strerror or type(fault).__name__}")


def _matches(pattern: str) -> list[tuple[str, os.stat_result]]:
    """Each path that matches, with what it is; a symbolic link is what it leads to. OSError where a folder is shut."""
    if not glob.has_magic(pattern):
        try:
            return [(pattern, Path(pattern).stat())]
        except (FileNotFoundError, NotADirectoryError):
            return []
    _may_look(pattern)
    found = []
    for path in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - a pattern may begin anywhere
        try:
            found.append((path, Path(path).stat()))
        except FileNotFoundError:  # taken away in between, or a link that leads nowhere
            continue
    return found


def _may_look(pattern: str) -> None:
    """A pattern finds nothing in a folder that it may not list, which would look like an empty one."""
    parts = Path(pattern).parts
    fixed = next((n for n, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    folder = Path(*parts[:fixed])
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except (FileNotFoundError, NotADirectoryError):
        return


def _file(path: str, seen: os.stat_result, same: bool | None) -> File:
    kind = _KINDS.get(stat.S_IFMT(seen.st_mode), "device")
    return File(
        path,
        seen.st_size,
        seen.st_mtime,
        stat.S_IMODE(seen.st_mode),
        _name(lambda: pwd.getpwuid(seen.st_uid).pw_name, seen.st_uid),
        _name(lambda: grp.getgrgid(seen.st_gid).gr_name, seen.st_gid),
        kind,
        same,
    )


def _name(look_up: Callable[[], str], number: int) -> str:
    try:
        return look_up()
    except KeyError:
        return str(number)


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Files().look, timed=True)
