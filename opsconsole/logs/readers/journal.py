"""The journal of a unit, by journalctl."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

from opsconsole.logs.cleaning import Cleaner
from opsconsole.logs.levels import of_priority
from opsconsole.logs.lines import Piece, Raw, Wanted
from opsconsole.logs.readers import AGAIN, sliced
from opsconsole.model.text import one_line
from opsconsole.probes.journal import unseen

_PIECE: Final = 64 << 10
_LONGEST: Final = 1 << 20
_FIELDS: Final = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER"


@dataclass(slots=True)
class _Place:
    """How far the journal was read."""

    cursor: str = ""
    entries: int = 0


async def read_unit(unit: str, wanted: Wanted, follow: bool, prefix: Sequence[str] = ()) -> AsyncGenerator[Piece, None]:
    """See `opsconsole.logs.lines.Reader`. `prefix` stands before journalctl, to run it elsewhere."""
    command = [*prefix, "journalctl", "--no-pager", "--all", "--output=json", f"--output-fields={_FIELDS}"]
    command.append(f"--unit={unit}")
    place = _Place()
    range_ = f"--since=@{wanted.since:.3f}" if wanted.since is not None else f"--lines={wanted.lines}"
    async with aclosing(_run([*command, range_], place)) as pieces:
        async for piece in pieces:
            yield piece
    yield Piece(caught_up=True, whole=wanted.since is None and place.entries < wanted.lines)
    while follow:
        after = ["--no-tail", f"--after-cursor={place.cursor}"] if place.cursor else ["--lines=0"]
        async with aclosing(_run([*command, "--follow", *after], place)) as pieces:
            async for piece in pieces:
                yield piece
        await asyncio.sleep(AGAIN)


async def _run(command: Sequence[str], place: _Place) -> AsyncGenerator[Piece, None]:
    """What one journalctl tells until it ends; with the generator it ends at once."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0"},
            start_new_session=True,
        )
    except FileNotFoundError:
        yield Piece(said=f"{command[0]} is not installed here, so the journal cannot be read")
        return
    except OSError as fault:
        yield Piece(said=one_line(f"{command[0]} cannot be started: {fault.strerror}"))
        return
    assert process.stdout is not None
    assert process.stderr is not None
    complaint = asyncio.ensure_future(process.stderr.read(_PIECE))
    clean = Cleaner()
    try:
        rest = b""
        while data := await process.stdout.read(_PIECE):
            *entries, rest = (rest + data).split(b"\n")
            if len(rest) > _LONGEST:
                rest = b""
            for some in sliced(entries):
                lines = [line for entry in some for line in _lines_of(entry, place, clean)]
                yield Piece(lines, said="" if lines else None)
        said = (await complaint).decode(errors="replace")
        problem = unseen(await process.wait(), said)
        if problem is not None:
            yield Piece(said=problem.reason)
    finally:
        complaint.cancel()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()


def _lines_of(entry: bytes, place: _Place, clean: Cleaner) -> list[Raw]:
    """The lines of one entry; none where it cannot be understood."""
    try:
        fields = json.loads(entry)
        message = fields.get("MESSAGE")
        time = int(fields["__REALTIME_TIMESTAMP"]) / 1_000_000
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    place.cursor, place.entries = str(fields.get("__CURSOR", place.cursor)), place.entries + 1
    priority = str(fields.get("PRIORITY", ""))
    level = of_priority(int(priority)) if priority.isdecimal() and int(priority) < 5 else None
    first, *more = _text(message).split("\n")
    if fields.get("SYSLOG_IDENTIFIER") == "systemd":
        first = f"systemd: {first}"
    return [Raw(clean(first), time, level), *(Raw(clean(line), time, joined=True) for line in more)]


def _text(message: Any) -> str:
    """What is no text comes as a list of bytes; a field that stands there twice as a list of both."""
    if isinstance(message, list):
        if all(isinstance(one, int) for one in message):
            return bytes(one & 255 for one in message).decode(errors="replace")
        return "\n".join(_text(one) for one in message)
    return message if isinstance(message, str) else "(no text)"
