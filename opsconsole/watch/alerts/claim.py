"""One watch at a time for a stack, and when it last looked, for every user of the box to see.

The kernel's lock on a file is what counts: it ends with its process, however that ends. The file stays, and what is
written in it is the time of the last round. Standard library only: the console reads it.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from opsconsole.model.text import one_line

_LONGEST: Final = 65536


@dataclass(frozen=True, slots=True)
class LastRound:
    """When the watch last looked (epoch seconds), how often it should (seconds), and which ways fail, with why."""

    at: float
    every: float
    pid: int = 0
    failing: dict[str, str] = field(default_factory=dict, hash=False)

    def is_stale(self, now: float) -> bool:
        """Whether it is over twice its interval since."""
        return now - self.at > 2 * self.every


class Claim:
    """The lock while it is ours; it ends with `release`, or with the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> Claim | None:
        """The claim, None where another watch has it. OSError where there can be no such file."""
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def looked(self, last: LastRound) -> None:
        """Write down that there was a round. It is a courtesy: where that cannot be, nothing happens."""
        text = json.dumps(asdict(last)).encode()
        with suppress(OSError):
            os.pwrite(self._descriptor, text.ljust(_written(self._descriptor)), 0)
            os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        """Let another watch begin."""
        os.close(self._descriptor)


def last_round(path: Path) -> LastRound | None:
    """When the watch of which `path` is the claim last looked; None where that is not known."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        raw: dict[str, Any] = json.loads(os.pread(descriptor, _LONGEST, 0))
        failing = {one_line(str(name), 40): one_line(str(why), 200) for name, why in dict(raw["failing"]).items()}
        return LastRound(float(raw["at"]), float(raw["every"]), int(raw["pid"]), failing)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    finally:
        os.close(descriptor)


def _written(descriptor: int) -> int:
    return min(os.fstat(descriptor).st_size, _LONGEST)


def _open(path: Path) -> int:
    # O_CREAT on somebody else's file in a sticky folder is refused by the kernel (fs.protected_regular), so: last
    with suppress(FileNotFoundError):
        return _ours_to_lock(path, os.O_RDWR)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = _ours_to_lock(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        with suppress(OSError):
            os.fchmod(descriptor, 0o644)
        return descriptor
    return _ours_to_lock(path, os.O_RDWR)


def _ours_to_lock(path: Path, flags: int) -> int:
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except PermissionError:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a plain file")
    return descriptor
