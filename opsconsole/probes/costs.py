"""What looking has cost: the programs that were started to look, each with how often and how long.

The one thing here that is not of a `World`: programs are started from wherever something is read, and what counts is
all that this process has started.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import time
from typing import Final

_MOST: Final = 200
"""Commands that are remembered; of more the one that was used least lately goes."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A command that looks: how often it ran, when last (epoch seconds), and how long the last time and in all.

    `exit` is None where it was given up. Secrets in its words are masked. `where` is the container, empty for the box.
    """

    text: str
    where: str
    times: int
    at: float
    seconds: float
    total: float
    exit: int | None


_known: Final[dict[tuple[str, str], Cost]] = {}


def note(argv: Sequence[str], seconds: float, code: int | None, where: str = "") -> None:
    """A program was started to look, and is over."""
    import shlex

    from opsconsole.model.text import one_line
    from opsconsole.probes.hush import hush

    key = (one_line(shlex.join(hush(argv)), 400), where)
    before = _known.pop(key, None)
    times, total = (before.times, before.total) if before is not None else (0, 0.0)
    _known[key] = Cost(*key, times + 1, time(), seconds, total + seconds, code)
    if len(_known) > _MOST:
        del _known[next(iter(_known))]


def costs() -> list[Cost]:
    """What has been run to look since this process began, the costliest last."""
    return sorted(_known.values(), key=lambda cost: cost.total)
