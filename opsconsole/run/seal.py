"""The seal of a journal: how many lines it has and the hash of the last, in a file beside it.

Each line of a journal vouches for the one before, and nothing for the last: without the seal nobody would see that
lines at the end were cut off. It is replaced as a whole after each line: a crash may leave it behind, and it is never
ahead. Standard library only: the holder loads this.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = ".seal"


@dataclass(frozen=True, slots=True)
class Seal:
    """`count` lines were there at least, and the last of them had the hash `head`."""

    count: int
    head: str


def beside(journal: Path) -> Path:
    """Where the seal of `journal` lies."""
    return journal.with_name(journal.name + SUFFIX)


def read(journal: Path) -> Seal | str:
    """The seal of a journal, or in one line why there is none."""
    try:
        raw = json.loads(beside(journal).read_bytes())
        return Seal(int(raw["count"]), str(raw["head"]))
    except FileNotFoundError:
        return "its seal is gone, so that nobody knows how far it went"
    except (OSError, ValueError, KeyError, TypeError):
        return "its seal cannot be read, so that nobody knows how far it went"


def write(journal: Path, sealed: Seal) -> None:
    """Replace the seal of a journal. OSError where the disk does not take it; the old one is still there then."""
    place = beside(journal)
    new = place.with_name(place.name + ".new")
    descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        whose = journal.stat()  # whoever may read the one may read the other, also after root had the run
        os.fchmod(descriptor, stat.S_IMODE(whose.st_mode))
        with suppress(PermissionError):
            os.fchown(descriptor, whose.st_uid, whose.st_gid)
        words = json.dumps({"count": sealed.count, "head": sealed.head}).encode()
        if os.write(descriptor, words) != len(words):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(new))
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    finally:
        os.close(descriptor)
    new.replace(place)
