"""Whether what a run started goes on when its user signs out."""

from __future__ import annotations

from collections.abc import Callable

from opsconsole.doctor.found import Found, State
from opsconsole.run.scope import Scope, scope_here

_NAME = "sign-out"


def leaving(scope: Callable[[], Scope] = scope_here) -> Found:
    """In the words of where a holder is started; asking changes nothing."""
    needed = scope()
    what, _, mend = needed.warning.partition("; to keep it: ")
    if mend:
        return Found(_NAME, State.LESS, what, mend)
    if what:
        return Found(_NAME, State.LESS, what, "sudo apt-get install systemd")
    if needed.prefix:
        return Found(_NAME, State.GOOD, "what runs goes on in a scope of its own (KillUserProcesses=yes)")
    return Found(_NAME, State.GOOD, "what runs goes on")
