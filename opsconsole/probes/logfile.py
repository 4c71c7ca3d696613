"""The end of a log file, read from its end and no further back than needed; what was rotated away lies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BLOCK: Final = 64 << 10
MOST: Final = 8 << 20
"""Bytes that are read of a log, with what was rotated."""

_LONGEST_LINE: Final = 64 << 10
_PACKED: Final = (".gz", ".xz", ".bz2", ".zst", ".lz4")


def last_lines(path: Path, lines: int, most: int = MOST) -> tuple[list[str], bool]:
    """The last `lines` lines of a log, oldest first, and whether older ones were left out.

    Where the file has fewer, as just after a rotation, it goes on in the one that was rotated last. OSError where
    the log itself cannot be read.
    """
    found, cut, used = _tail(path, lines, most)
    if not cut and len(found) < lines:
        before = rotated(path)
        if before is not None:
            try:
                older, cut, _ = _tail(before, lines - len(found), most - used)
            except OSError:  # gone, packed or not ours by now: what there is stands for itself
                return found, True
            found = older + found
    return found, cut


def rotated(path: Path) -> Path | None:
    """The file that `path` was rotated to last and that is not packed: `api.log.1`, `api.log-2026-01-06`."""
    name = re.escape(path.name)
    stem = rf"{re.escape(path.stem)}-[\d-]+{re.escape(path.suffix)}" if path.suffix else name
    form = re.compile(rf"{name}(?:\.\d+|[-.]\d[\d-]*)|{stem}")
    newest: tuple[float, Path] | None = None
    try:
        for one in path.parent.iterdir():
            if form.fullmatch(one.name) and one != path and one.suffix not in _PACKED:
                written = one.stat().st_mtime
                newest = max(newest or (written, one), (written, one))
    except OSError:
        return None
    return newest[1] if newest else None


def _tail(path: Path, lines: int, most: int) -> tuple[list[str], bool, int]:
    """The last lines of one file, whether there are more before them, and how many bytes were read."""
    content = b""
    with path.open("rb") as file:
        at = end = file.seek(0, 2)
        for block in _back(end, most):
            file.seek(block)
            content = file.read(at - block) + content
            at = block
            if content.count(b"\n") > lines:
                break
    whole = content.split(b"\n")
    if whole and not whole[-1]:
        whole.pop()
    if at > 0 and whole:
        whole.pop(0)  # its beginning was not read
    kept = whole[-lines:]
    text = [line[:_LONGEST_LINE].decode(errors="replace").rstrip("\r") for line in kept]
    return text, at > 0 or len(whole) > len(kept), end - at


def _back(end: int, most: int) -> Iterator[int]:
    """Where each block begins, from the end of the file backwards."""
    at = end
    while at > 0 and end - at < most:
        at = max(0, at - BLOCK)
        yield at
