"""Whether a running command line is the one that a unit's ExecStart says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.probes.wrappers import base

_GIVES_WAY: Final = frozenset({"sh", "bash", "dash", "env", "nice", "ionice", "chrt", "taskset", "setpriv", "runuser"})
"""Programs after which the process is another one, so that its command line says nothing of them."""


def as_started(exec_start: str, argv: Sequence[str]) -> bool | None:
    """Whether they agree word by word; None where that cannot be told.

    A script's interpreter stands before it in `argv`. Words with `$` are filled in by systemd when it starts the unit,
    and then only the program is compared. A process that has written a title over its command line tells nothing.
    """
    wanted = exec_start.replace('"', "").replace("'", "").split()
    running = " ".join(argv).replace('"', "").replace("'", "").split()
    if not wanted or not running or base(wanted[0]) in _GIVES_WAY:
        return None
    if len(argv) == 1 and " " in argv[0].strip():
        return None
    if any("$" in word for word in wanted):
        return base(wanted[0]) in [base(word) for word in running[:3]]
    tail = running[len(running) - len(wanted) :] if len(running) >= len(wanted) else []
    return bool(tail) and base(tail[0]) == base(wanted[0]) and tail[1:] == wanted[1:]
