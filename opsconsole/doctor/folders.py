"""Files and folders of ours: the stack file, and where runs are kept. Nothing is made to see whether it could be."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from opsconsole.doctor.found import Found, State, with_login
from opsconsole.model.trouble import Trouble
from opsconsole.model.units import size

_STATE: Final = "state folder"
_LITTLE: Final = 50 << 20
"""Bytes; a run sets room aside at its start, and what steps print comes to that."""


def stack_file(file: Path | None, troubles: Sequence[Trouble], closed: Sequence[Path], counts: str, user: str) -> Found:
    """The stack file that is meant: `counts` says in words what it holds, `troubles` what is wrong with it.

    `closed` are usual places that may not be looked into: without a file one may lie there.
    """
    name = "stack file"
    if troubles:
        first, more = troubles[0], f"; and {len(troubles) - 1} more" if len(troubles) > 1 else ""
        if file is not None and is_there(file) is not False and not may(file, os.R_OK):
            mend = _let_read(file, user) if is_there(file) else ""
            return Found(name, State.DENIED, with_login(f"{first}{more}", mend), mend)
        command = f"opsconsole --stack {shlex.quote(str(file))} status" if more else ""
        return Found(name, State.MISSING, f"{first}{more}", command)
    if file is not None:
        return Found(name, State.GOOD, f"{file}: {counts}")
    if closed:
        return Found(name, State.DENIED, f"none is seen, but one may lie in {closed[0]}, which we may not look into")
    return Found(name, State.LESS, "there is none: what is found here is shown, and little expected", "opsconsole init")


def closed_places(places: Iterable[Path]) -> Iterator[Path]:
    """Those that are there, or may be, and that we may not look into."""
    for place in places:
        there = is_there(place)
        if there is None or (there and place.is_dir() and not may(place, os.X_OK)):
            yield place


def state_folder(folder: Path, *, shared: bool, user: str) -> Found:
    """Where runs are kept: there and writable, or not there yet in a place where it can be made.

    `shared`: the stack names it, so that several people have their runs there.
    """
    nearest = folder
    while (there := is_there(nearest)) is False and nearest != nearest.parent:
        nearest = nearest.parent
    if there is None:
        return Found(_STATE, State.DENIED, f"{nearest} cannot be seen by {user}: a folder above it may not be entered")
    if not nearest.is_dir():
        return Found(_STATE, State.MISSING, f"{nearest} is no folder, so no run can be recorded")
    disk = os.statvfs(nearest)
    if disk.f_flag & os.ST_RDONLY:
        return Found(_STATE, State.MISSING, f"{folder} is on a disk that is mounted read-only: no run can be recorded")
    if not may(nearest, os.W_OK | os.X_OK):
        return _closed(folder, nearest, shared=shared, user=user)
    left = disk.f_bavail * disk.f_frsize
    if left < _LITTLE:
        return Found(_STATE, State.LESS, f"{folder}: only {size(left)} are free, little for the record of a run")
    made = "" if nearest == folder else "; it is made by the first run"
    return Found(_STATE, State.GOOD, f"{folder} can be written{made}")


def writable(name: str, folder: Path, user: str, otherwise: str) -> Found | None:
    """What is wrong with a `folder` that must be there and into which files must go; None where nothing is."""
    quoted = shlex.quote(str(folder))
    there = is_there(folder)
    if there is None:
        return Found(name, State.DENIED, f"{folder} cannot be seen by {user}: a folder above it may not be entered")
    if not there:
        return Found(
            name, State.MISSING, f"{folder} does not exist: {otherwise}", f"sudo install -d -o {user} {quoted}"
        )
    if not folder.is_dir():
        return Found(name, State.MISSING, f"{folder} is no folder: {otherwise}")
    if may(folder, os.W_OK | os.X_OK):
        return None
    mend = _let_in(folder, user, shared=True)
    return Found(name, State.DENIED, with_login(f"{folder} may not be written by {user}: {otherwise}", mend), mend)


def _closed(folder: Path, nearest: Path, *, shared: bool, user: str) -> Found:
    """It may not be written, or not be made in the `nearest` folder above it that is there."""
    if nearest != folder:
        what = f"{folder} does not exist, and {user} may not make it in {nearest}"
        own = f"-m 2770 -g {_group()}" if shared else f"-m 700 -o {user}"
        return Found(_STATE, State.DENIED, what, f"sudo install -d {own} {shlex.quote(str(folder))}")
    mend = _let_in(folder, user, shared=shared)
    what = f"{folder} may not be written by {user}, so no run can be recorded"
    return Found(_STATE, State.DENIED, with_login(what, mend), mend)


def _let_in(folder: Path, user: str, *, shared: bool) -> str:
    """By its group where that may write, else by making it the user's own; a shared one is nobody's own."""
    status = folder.stat()
    if status.st_mode & 0o030 == 0o030:
        return f"sudo usermod -aG {_group(status.st_gid)} {user}"
    if shared:
        return f"sudo chmod 2770 {shlex.quote(str(folder))} && sudo chgrp {_group()} {shlex.quote(str(folder))}"
    return f"sudo chown -R {user} {shlex.quote(str(folder))}"


def _let_read(file: Path, user: str) -> str:
    """By the group of the file, where that may read it, else by giving it the user's own group."""
    status, quoted = file.stat(), shlex.quote(str(file))
    if status.st_mode & 0o040:
        return f"sudo usermod -aG {_group(status.st_gid)} {user}"
    return f"sudo chgrp {_group()} {quoted} && sudo chmod g+r {quoted}"


def _group(number: int | None = None) -> str:
    import grp

    number = os.getegid() if number is None else number
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def is_there(path: Path) -> bool | None:
    """Whether it is there; None where that cannot be told, because a folder above it may not be entered."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return None
    return True


def may(path: Path, how: int) -> bool:
    """Whether we may do that with it: what os.access calls R_OK, W_OK, X_OK."""
    return os.access(path, how, effective_ids=True)
