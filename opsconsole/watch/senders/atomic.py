"""A file that is there whole or not at all, for whoever reads it meanwhile."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def replace_file(file: Path, content: bytes, mode: int) -> None:
    """Put `content` in the place of `file`, with these permission bits. OSError where that cannot be done.

    The one before stays until the new one is whole and on disk. The name in between begins with a dot and has another
    ending, so that nobody who looks for such files takes it for one.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
            new.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
