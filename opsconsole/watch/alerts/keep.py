"""The state on disk: whole or not at all, versioned, and one that is damaged is set aside and told of."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.watch.alerts.state import State

VERSION: Final = 1

_HEAD: Final = re.compile(rb"opsconsole watch (\d+) ([0-9a-f]{64})\n")
_SPARE: Final = 256 * 1024
"""Bytes set aside beside the state: a full disk may be the very thing that has to be told."""


def state_path(state_folder: Path, stack: str, home: Path) -> Path:
    """Where the state of a stack lies; `home` tells apart stacks of one name."""
    word = re.sub(r"[^\w.-]+", "-", stack)[:60]
    return state_folder / "watch" / f"{word}-{hashlib.sha256(str(home).encode()).hexdigest()[:8]}.state"


class Keep:
    """One file with one state. Used by who holds the claim only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spare = path.with_name(f"{path.name}.spare")

    def load(self) -> tuple[State, str]:
        """The state, and one line on what is wrong with the one on disk ("" if nothing is).

        Where there is none it is new. A damaged one is set aside beside it, for a person to look at. TroubleError where
        it cannot be read, or was written by a newer version: what is in there must not be lost by writing over it.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return State(mark=secrets.token_hex(4)), ""
        except OSError as fault:
            remedy = "run as the user who runs the watch"
            raise TroubleError(Trouble(f"cannot be read: {fault.strerror}", str(self.path), remedy)) from None
        head = _HEAD.match(content)
        if head and int(head[1]) > VERSION:
            raise TroubleError(Trouble("was written by a newer opsconsole", str(self.path), "use that one"))
        body = content[head.end() :] if head else b""
        if head and hashlib.sha256(body).hexdigest().encode() == head[2]:
            with suppress(msgspec.MsgspecError):
                return msgspec.json.decode(body, type=State), ""
        return State(mark=secrets.token_hex(4)), self._set_aside()

    def save(self, state: State) -> None:
        """The state is on disk when this returns. OSError where that cannot be: then the one before is still there."""
        body = msgspec.json.encode(state)
        content = b"opsconsole watch %d %s\n" % (VERSION, hashlib.sha256(body).hexdigest().encode()) + body
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._replace(content)
        except OSError:
            self._spare.unlink()  # its room is for this moment; without one the first fault stands
            self._replace(content)
        self._set_room_aside()

    def _replace(self, content: bytes) -> None:
        new = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, self._mode())
        try:
            written = 0
            while written < len(content):
                written += os.write(descriptor, content[written:])
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                new.unlink()
            raise
        finally:
            os.close(descriptor)
        new.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _mode(self) -> int:
        """For its user alone, or for the group as well where the folder is the group's."""
        return 0o660 if self.path.parent.stat().st_mode & stat.S_IWGRP else 0o600

    def _set_room_aside(self) -> None:
        if self._spare.exists():
            return
        with suppress(OSError):  # then there is none this time
            descriptor = os.open(self._spare, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, _SPARE)
            finally:
                os.close(descriptor)

    def _set_aside(self) -> str:
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        self.path.rename(aside)
        return f"the watch's state was damaged and is set aside as {aside}: what was not sent yet is in there"
