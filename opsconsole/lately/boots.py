"""When the box was booted, by the kernel's own word."""

from __future__ import annotations

import re

from opsconsole.lately.asking import Asked, Told
from opsconsole.model.lately import Change
from opsconsole.model.text import one_line
from opsconsole.probes.aside import aside


async def read(asked: Asked) -> Told:
    """One change: the last boot, with the kernel that it brought."""

    def look() -> Told:
        stat = (asked.world.proc / "stat").read_text(errors="replace")
        release = (asked.world.proc / "sys/kernel/osrelease").read_text(errors="replace")
        found = re.search(r"^btime (\d+)$", stat, re.MULTILINE)
        if not found:
            return Told(unseen=["the kernel does not say when it began"])
        return Told([Change(float(found[1]), "boot", ("the box",), f"booted, Linux {one_line(release, 40)}")])

    return await aside(look, asked.patience)
