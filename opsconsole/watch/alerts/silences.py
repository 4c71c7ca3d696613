"""Silences on disk: people make and end them while a watch runs, so they are in a file of their own."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.watch.alerts.state import Silence


def silences(path: Path, now: float) -> tuple[Silence, ...]:
    """Those that have not ended, in the order in which they were made. TroubleError where the file is unfit.

    It is fit to be told and passed over: without it more is told, not less.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=tuple[Silence, ...])
    except FileNotFoundError:
        return ()
    except OSError as fault:
        raise TroubleError(Trouble(f"cannot be read: {fault.strerror}", str(path), "nothing is silenced")) from None
    except msgspec.MsgspecError:
        raise TroubleError(Trouble("is damaged: nothing is silenced", str(path), "remove it, silence again")) from None
    return tuple(silence for silence in found if now < silence.until)


def silence(path: Path, new: Silence, now: float) -> None:
    """Add one; it takes the place of one for the same name. TroubleError where that cannot be written."""
    with _alone(path):
        _write(path, (*(old for old in silences(path, now) if old.name != new.name), new))


def unsilence(path: Path, name: str, now: float) -> bool:
    """End the one for that name; whether there was one. TroubleError where that cannot be written."""
    with _alone(path):
        before = silences(path, now)
        after = tuple(old for old in before if old.name != name)
        _write(path, after)
    return len(after) < len(before)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two people may do it in the same second."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError as fault:
        raise TroubleError(Trouble(f"cannot be written: {fault.strerror}", str(path.parent), "see its mode")) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, all_of_them: tuple[Silence, ...]) -> None:
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(msgspec.json.encode(all_of_them))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as fault:
        raise TroubleError(Trouble(f"cannot be written: {fault.strerror}", str(path), "")) from None
