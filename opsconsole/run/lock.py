"""One run with changes per stack at a time. Standard library only: the holder keeps the claim while the run is open.

The kernel's lock on a file named by the stack is what counts; the file's content only tells who has it. It lies where
every user of the box can see it, unless the stack has a state folder of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from opsconsole.model.text import one_line


class Claimed(Exception):
    """Somebody else runs this stack's changes; the message says who and since when, in one line."""


def lock_path(stack: str, home: Path, state_folder: Path | None) -> Path:
    """The file that stands for a stack: the same for all who run it in the same place."""
    shared = Path("/run/lock")
    folder = state_folder or (shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir()))
    word = re.sub(r"[^\w.-]+", "-", stack)[:60]
    return folder / f"opsconsole-{word}-{hashlib.sha256(str(home).encode()).hexdigest()[:8]}.lock"


def mark_of(folder: Path) -> str:
    """What stands for the run in `folder`: ids tell runs of one state folder apart, not those of several people."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def claimed_by(path: Path, own: str = "") -> str | None:
    """Who runs this stack's changes now, in one line; None where nobody does, or it is the run marked `own` itself."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        who = _read(descriptor)
        return None if own and who.get("mark") == own else _in_words(who)
    else:
        return None
    finally:
        os.close(descriptor)


class Claim:
    """The lock while it is ours; it ends with `release`, or with the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path, who: Mapping[str, str]) -> Claim:
        """The claim; `who` has user, run, mark, title, since. Claimed where another has it, OSError without a file."""
        give_up = time.monotonic() + 0.2
        while True:
            descriptor = _open(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # it may be somebody who only looks
                words = _in_words(_read(descriptor))
                os.close(descriptor)
                if time.monotonic() > give_up:
                    raise Claimed(words) from None
                time.sleep(0.01)
                continue
            if _is_still(path, descriptor):
                break
            os.close(descriptor)  # who had it before has taken the file away meanwhile
        with suppress(OSError):  # the words are a courtesy
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(dict(who)).encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Let others change the stack."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _open(path: Path) -> int:
    # O_CREAT on somebody else's file in a sticky folder is refused by the kernel (fs.protected_regular), so: last
    with suppress(FileNotFoundError):
        return _ours_to_lock(path, os.O_RDWR)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = _ours_to_lock(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        with suppress(OSError):
            os.fchmod(descriptor, 0o666)
        return descriptor
    return _ours_to_lock(path, os.O_RDWR)


def _ours_to_lock(path: Path, flags: int) -> int:
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except PermissionError:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a plain file")
    return descriptor


def _read(descriptor: int) -> dict[str, str]:
    try:
        raw = json.loads(os.pread(descriptor, 4096, 0))
        return {str(key): one_line(str(value), 80) for key, value in raw.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _in_words(who: Mapping[str, str]) -> str:
    if not who.get("user"):
        return "somebody else is changing this stack at the moment"
    run = f"run {who['run']}" if who.get("run") else ""
    said = ", ".join(filter(None, (who.get("title"), run)))
    title = f" ({said})" if said else ""
    since = f" since {who['since']}" if who.get("since") else ""
    return f"{who['user']} is changing this stack{since}{title}"
