"""Who signed in: from wtmp, else from its successor wtmpdb, else from logind's lines in the journal."""

from __future__ import annotations

import json
import os
import platform
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from opsconsole.lately.asking import Asked, Told
from opsconsole.model.lately import Change
from opsconsole.model.sample import Problem
from opsconsole.model.text import one_line
from opsconsole.probes.aside import aside
from opsconsole.probes.running import run

WTMP: Final = "var/log/wtmp"
WTMPDB: Final = "var/lib/wtmpdb/wtmp.db"
MOST: Final = 2000
"""Records from the end of the file that are looked at."""

_USER_PROCESS: Final = 7
_NARROW: Final = struct.Struct("<hxxi32s4s32s256shhiii16s20x")
_WIDE: Final = struct.Struct("<hxxi32s4s32s256shhqqq16s20x4x")
"""`struct utmp` of glibc, with times of 32 bits where it once had them, else of 64 (utmp(5))."""

_NEW_SESSION: Final = "8d45620c1a4348dbb17410da57c60c66"
"""What logind calls the beginning of a session (SD_MESSAGE_SESSION_START)."""


async def read(asked: Asked) -> Told:
    """A change for each sign-in that is on record."""
    recorded = await aside(lambda: _on_file(asked.root), asked.patience)
    return recorded if recorded is not None else await _journalled(asked)


def _on_file(root: Path) -> Told | None:
    """From the first of the files that is there; None without any. OSError where it may not be read."""
    if (root / WTMP).exists():
        return Told(list(parsed(_tail(root / WTMP))))
    return Told(list(_from_database(root / WTMPDB))) if (root / WTMPDB).exists() else None


def _layout() -> struct.Struct:
    return _WIDE if platform.machine() in ("aarch64", "riscv64", "loongarch64") else _NARROW


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        step = _layout().size
        whole = size - size % step
        file.seek(max(whole - MOST * step, 0))
        return file.read(min(whole, MOST * step))


def parsed(records: bytes, layout: struct.Struct | None = None) -> Iterator[Change]:
    """The sign-ins in so many whole records of wtmp. Pure."""
    layout = layout or _layout()
    for record in layout.iter_unpack(records[: len(records) - len(records) % layout.size]):
        kind, _, tty, _, user, host, _, _, _, seconds, micros, _ = record
        if kind == _USER_PROCESS and user.strip(b"\0"):
            yield _signed_in(seconds + micros / 1e6, _text(user), _text(host), _text(tty))


def _text(field: bytes) -> str:
    return one_line(field.partition(b"\0")[0].decode(errors="replace"), 80)


def _signed_in(at: float, user: str, host: str, tty: str) -> Change:
    local = f"at {tty}" if tty and not tty.startswith(("pts/", ":")) else ""
    where = f"from {host}" if host and not host.startswith(":") else local
    return Change(at, "sign-in", (user,), f"signed in {where}".rstrip())


def _from_database(path: Path) -> Iterator[Change]:
    import sqlite3
    from urllib.parse import quote

    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=0.5)) as database:
            wanted = "SELECT Login, User, RemoteHost, TTY FROM wtmp WHERE Type = 3 ORDER BY Login DESC LIMIT ?"
            for login, user, host, tty in database.execute(wanted, (MOST,)):
                named = (one_line(str(one or ""), 80) for one in (user, host, tty))
                yield _signed_in(int(login) / 1e6, *named)
    except sqlite3.Error as fault:
        raise OSError(0, str(fault), str(path)) from None


async def _journalled(asked: Asked) -> Told:
    words = ["journalctl", "--quiet", "--no-pager", "--output=json", f"--since=@{int(asked.begin)}", "--lines=500"]
    ran = await run([*words, f"MESSAGE_ID={_NEW_SESSION}"], asked.patience, env={"LC_ALL": "C"})
    if isinstance(ran, Problem):
        return Told(unseen=[f"there is no record of them: no {WTMP}, and {ran.reason}"])
    said = ran.stderr.decode(errors="replace").strip()
    if ran.exit_code or not _has_journal(asked.root):
        return Told(
            unseen=[
                f"there is no record of them: no /{WTMP}, and {one_line(said, 100) or 'no journal that may be read'}"
            ]
        )
    return Told(list(from_journal(ran.stdout.decode(errors="replace"))))


def _has_journal(root: Path) -> bool:
    """Whether the box keeps a journal that this user may read: journalctl tells others of nothing, without a word."""
    kept = (file for folder in ("var/log/journal", "run/log/journal") for file in (root / folder).glob("*/system*"))
    return any(os.access(file, os.R_OK) for file in kept)


def from_journal(lines: str) -> Iterator[Change]:
    """The sign-ins in lines of `journalctl --output=json`. Pure."""
    for line in lines.splitlines():
        try:
            said = json.loads(line)
            at, user = int(said["__REALTIME_TIMESTAMP"]) / 1e6, str(said["USER_ID"])
        except (ValueError, KeyError, TypeError):
            continue
        yield _signed_in(at, one_line(user, 80), "", "")
