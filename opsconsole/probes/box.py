"""The box itself: disks, memory, load, pressure, open files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from opsconsole.model.readings import BoxReading, Mount
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.targets import BoxOf
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes import boxfiles
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World

PATIENCE: Final = 1.0
"""Seconds that one mount gets: a local one takes microseconds, one whose server is gone never answers."""


class BoxProbe:
    """Targets of kind `box`, each with a `BoxOf` or None in `of`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy = Busy()

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `BoxReading` each. A mount that cannot be read is among its `unread`; the rest is there all the same."""
        at, began = self._world.clock(), perf_counter()
        seen = await asyncio.gather(*(self._look(target, timeout) for target in targets))
        took = perf_counter() - began
        return [
            Sample(target, at, problem=one, took=took)
            if isinstance(one, Problem)
            else Sample(target, at, one, took=took)
            for target, one in zip(targets, seen, strict=True)
        ]

    async def close(self) -> None:
        """Nothing is held."""

    async def _look(self, target: Target, timeout: float) -> BoxReading | Problem:
        proc = self._world.proc
        wanted = target.of.mounts if isinstance(target.of, BoxOf) else ()
        try:
            memory = boxfiles.parse_meminfo(_text(proc / "meminfo"))
            load1, load5 = boxfiles.parse_loadavg(_text(proc / "loadavg"))
            cpus, booted_at = boxfiles.parse_stat(_text(proc / "stat"))
            paths = list(wanted) or [point.path for point in _mount_points(proc)]
        except (OSError, ValueError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else "it is not what Linux writes there"
            return Problem(ProblemKind.NO_TOOL, one_line(f"{proc} cannot be read on this machine: {why}"))
        patience = min(PATIENCE, timeout * 0.8)
        answers = await asyncio.gather(*(self._mount(path, patience) for path in paths))
        files = boxfiles.parse_file_nr(_optional(proc / "sys/fs/file-nr")) or (None, None)
        return BoxReading(
            mounts=tuple(one for one in answers if isinstance(one, Mount) and (one.total or wanted)),
            memory_available=memory.available,
            memory_total=memory.total,
            swap_used=memory.swap_used,
            swap_total=memory.swap_total,
            load1=load1,
            load5=load5,
            cpus=cpus,
            files_open=files[0],
            files_limit=files[1],
            pressure_cpu=boxfiles.parse_pressure(_optional(proc / "pressure/cpu")),
            pressure_memory=boxfiles.parse_pressure(_optional(proc / "pressure/memory")),
            pressure_io=boxfiles.parse_pressure(_optional(proc / "pressure/io")),
            booted_at=booted_at,
            unread=tuple((path, one) for path, one in zip(paths, answers, strict=True) if isinstance(one, str)),
        )

    async def _mount(self, path: str, patience: float) -> Mount | str:
        """The mount, or why it could not be read."""
        try:
            return await self._busy.call(path, lambda: _measure(path), patience)
        except TimeoutError:
            return f"{one_line(path)} did not answer within {duration(patience)}; is its server gone?"
        except OSError as fault:
            return one_line(f"{path} cannot be read: {fault.strerror}")


def _measure(path: str) -> Mount:
    """As `df` counts: what is root's reserve is neither used nor to be had."""
    told = os.statvfs(path)
    used = (told.f_blocks - told.f_bfree) * told.f_frsize
    total = used + told.f_bavail * told.f_frsize
    if not told.f_files:  # btrfs, FAT and others make inodes as they need them
        return Mount(path, used, total)
    return Mount(path, used, total, told.f_files - told.f_ffree, told.f_files)


def _mount_points(proc: Path) -> list[boxfiles.MountPoint]:
    return boxfiles.worth_watching(boxfiles.parse_mountinfo(_text(proc / "self/mountinfo")))


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


def _optional(path: Path) -> str:
    """What a file holds that not every kernel has; empty without it."""
    try:
        return _text(path)
    except OSError:
        return ""


def open_probe(world: World) -> BoxProbe:
    """See `opsconsole.probes.open_probe`."""
    return BoxProbe(world)
