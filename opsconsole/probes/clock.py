"""The clock of the box, and in which zone it and its containers read it.

Containers have no clock of their own: all of a box share the kernel's, so between them only the zone can differ.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Final

from opsconsole.model.runtime import ClockOf, ClockReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.environ import variables_of
from opsconsole.probes.first import first_process
from opsconsole.probes.zone import zone_below

_UNSYNCHRONISED: Final = 0x40  # STA_UNSYNC of adjtimex(2)


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; the kernel writes some more, for which there is room."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("more", ctypes.c_char * 256),
    )  # fmt: skip


def open_probe(world: World) -> Each:
    """Targets of kind `clock`, each with a `ClockOf`."""
    busy = Busy()

    async def look(of: ClockOf, timeout: float) -> ClockReading | Problem:
        try:
            if of.container is None:
                return await busy.call(None, _box, timeout)
            found = await first_process(world, of.container, timeout)
            if isinstance(found, Problem):
                return found
            container, pid = found
            return await busy.call(container.id, lambda: _inside(world, pid), timeout)
        except PermissionError:
            whose = f"container {of.container.name}" if of.container else "this box"
            return Problem(ProblemKind.DENIED, f"may not look into {whose} for its time zone; run as root")
        except (OSError, ValueError) as fault:
            return Problem(ProblemKind.UNREADABLE, f"the time zone cannot be read: {fault}")

    return Each(world, look, late=ProblemKind.UNREADABLE)


def _inside(world: World, pid: int) -> ClockReading:
    variable = variables_of(world, pid).get("TZ")
    return ClockReading(*zone_below(world.proc / str(pid) / "root", variable))


def _box() -> ClockReading:
    return ClockReading(*zone_below(Path(), None), *_kept_right())


def _kept_right() -> tuple[bool | None, float | None]:
    """Whether NTP disciplines the kernel's clock, and the largest error it may have: asked, with nothing to be set."""
    asked = _Timex()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked)) < 0:
        return None, None
    return not asked.status & _UNSYNCHRONISED, asked.maxerror / 1e6
