"""Lines of a log into a file that was not there before."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from opsconsole.logs.moments import stamp
from opsconsole.logs.ring import Ring
from opsconsole.model.trouble import Trouble, TroubleError

_ODD: Final = re.compile(r"[^\w.-]+")


def place_for(folder: Path, names: Sequence[str], now: float) -> Path:
    """A name for a new file in `folder`, after the logs and the time."""
    what = "+".join(_ODD.sub("-", name).strip("-.") or "log" for name in names)[:80]
    return folder / "logs" / f"{what}-{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}.log"


def written(ring: Ring, numbers: Iterable[int], names: Sequence[str]) -> list[str]:
    """Lines as they are saved and printed: time, source where there are several, words. Cleaned when they came."""
    out = []
    for number in numbers:
        time = ring.time(number)
        name = f"{names[ring.source(number)]}: " if len(names) > 1 else ""
        out.append(f"{stamp(time)} {name}{ring.text(number)}" if time is not None else f"{name}{ring.text(number)}")
    return out


def save(to: Path, lines: Sequence[str]) -> None:
    """Write a new file for its owner alone; nothing is ever written over. TroubleError where that cannot be done."""
    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    made = False
    try:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
        made = True
        with file:
            file.write(text)
    except FileExistsError:
        raise TroubleError(Trouble("there is such a file already, and nothing is written over", str(to))) from None
    except OSError as fault:
        if made:
            with suppress(OSError):
                to.unlink()
        raise TroubleError(Trouble(f"cannot be saved: {fault.strerror or fault}", str(to))) from None
