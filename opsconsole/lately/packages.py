"""Which packages of the box were put in, brought up to date or taken out, by dpkg's own log."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from opsconsole.lately.asking import Asked, Told
from opsconsole.model.lately import Change
from opsconsole.model.text import one_line
from opsconsole.probes.aside import aside

LOG: Final = "var/log/dpkg.log"
_LONGEST: Final = 512 << 10
"""Bytes from the end of the log that are looked at."""

_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (install|upgrade|remove|purge) (\S+?)(?::\S+)? .*")
_DONE: Final = {"install": "installed", "upgrade": "upgraded", "remove": "removed", "purge": "purged"}


async def read(asked: Asked) -> Told:
    """A change for each package. A box without dpkg has another record, which we do not know."""
    path = asked.root / LOG

    def look() -> Told:
        return Told(list(parsed(_end_of(path))))

    try:
        return await aside(look, asked.patience)
    except FileNotFoundError:
        return Told(unseen=[f"there is no /{LOG}"])


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _LONGEST, 0))
        return file.read(_LONGEST).decode(errors="replace")


def parsed(log: str) -> Iterator[Change]:
    """The changes in lines of dpkg's log, which is written in the time of the box. Pure but for the time zone."""
    for line in log.splitlines():
        if match := _LINE.fullmatch(line):
            at = time.mktime(time.strptime(match[1], "%Y-%m-%d %H:%M:%S"))
            yield Change(at, "package", (one_line(match[3], 60),), _DONE[match[2]])
