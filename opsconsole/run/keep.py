"""A step's output on its way to disk: complete, masked, and never an obstacle to the step. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from opsconsole.run.mask import Mask


class Kept:
    """The file of one part's output. What the disk does not take is counted in `lost`, never waited for.

    `tap` gets every piece, masked, whether there was room for it or not.
    """

    def __init__(self, path: Path, secrets: Iterable[str]) -> None:
        self.tap: Callable[[bytes], None] | None = None
        path.parent.mkdir(mode=0o770, exist_ok=True)
        self._descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o660)
        self._mask = Mask(secrets)
        self.size = os.fstat(self._descriptor).st_size
        self.lost = 0

    def add(self, chunk: bytes) -> None:
        """More of what was printed."""
        self._write(self._mask.feed(chunk))

    def hide(self, secrets: Iterable[str]) -> None:
        """Hide these too, from now on."""
        self._mask.add(secrets)

    def release(self) -> None:
        """Somebody watches each letter: what was held back goes on, where it gives nothing away."""
        self._write(self._mask.release())

    def finish(self) -> None:
        """The step is over: what the mask held back is written too."""
        self._write(self._mask.flush())

    def _write(self, chunk: bytes) -> None:
        if not chunk:
            return
        if self.tap is not None:
            self.tap(chunk)
        try:
            written = os.write(self._descriptor, chunk)
        except OSError:
            written = 0
        self.size += written
        self.lost += len(chunk) - written

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
