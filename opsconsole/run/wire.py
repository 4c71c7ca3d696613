"""What the holder and its consoles share: where they meet, and how messages are cut. Standard library only.

A message is one line of JSON. A console's has `do` and an `id`; the answer has the same `id`, and `error` where it was
refused. What the holder says unasked has `event`: `entry` (a new line of the journal), `output` (the running part's
output has grown to `size`), `prompt` (what runs asks for `text`, which is null when it no longer does; `secret` says
that the answer is not to be seen), `stuck` (a result cannot be written, for `reason`; it is kept and tried again) or
`helm` (`who` steers the run by now, null for nobody; run/helm.py).

A console whose own terminal is attached gets `screen` as well: `data` as it was printed, in base64, after `skipped`
bytes that it was too slow for. It says `seen` with their `count` when its terminal has drawn them.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

SOCKET: Final = "socket"
LOCK: Final = "holder.lock"
LINE_LIMIT: Final = 4 << 20
"""Bytes in one message at most: a script of that length is no step."""

FIXED_ENVIRONMENT: Final = {
    "TERM": "xterm-256color",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "SYSTEMD_PAGER": "cat",
}
"""What every step finds in its environment: no program is to wait for a key to show the next page."""


def encode(message: Mapping[str, Any]) -> bytes:
    """The message as one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The message of one line. ValueError where it is none."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def as_text(chunk: bytes) -> str:
    """Bytes as a message can carry them."""
    return base64.b64encode(chunk).decode("ascii")


def as_bytes(text: str) -> bytes:
    """The bytes of `as_text`. ValueError where it is none."""
    return base64.b64decode(text, validate=True)


@contextmanager
def meeting_place(folder: Path) -> Iterator[str]:
    """A path of the holder's socket that is short enough for the kernel (107 bytes), however deep the folder lies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)


def holder_of(folder: Path) -> int | None:
    """The pid of the run's living holder, else None. The lock it keeps is the proof: the kernel lets go of it."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        with suppress(OSError, ValueError):
            return int(os.pread(descriptor, 32, 0) or b"0")
        return 0
    else:
        return None
    finally:
        os.close(descriptor)
