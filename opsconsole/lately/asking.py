"""All sources asked at once, each with its own patience, and what they told put in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.lately import SOURCES
from opsconsole.model.lately import SPAN, Change, Kind, Lately, Unseen, gathered
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.base import World

if TYPE_CHECKING:
    from opsconsole.run.folder import RunSummary

PATIENCE: Final = 2.0
"""Seconds that each source has. All are asked at the same time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked: about which stack, through which world, from when on (epoch seconds).

    `runs` lists what has been run on the stack; `root` is where the files of the box begin.
    """

    stack: Stack
    world: World
    begin: float
    now: float
    runs: Callable[[], Sequence[RunSummary]]
    root: Path = Path("/")
    patience: float = PATIENCE


@dataclass(slots=True)
class Told:
    """What a source tells: changes in any order, and in one line each what it could not see."""

    changes: list[Change] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


async def look(
    stack: Stack, world: World, runs: Callable[[], Sequence[RunSummary]], since: float | None = None, span: float = SPAN
) -> Lately:
    """What changed within `span` seconds before `since` (a finding's; now where there is none), and after it.

    Takes no longer than its slowest source may. What a source could not see stands among what is unseen.
    """
    now = world.clock()
    begin = (now if since is None else min(since, now)) - span
    return await ask(Asked(stack, world, begin, now, runs), SOURCES)


async def ask(asked: Asked, sources: Iterable[str]) -> Lately:
    """The same of some of the `sources`."""
    names = list(sources)
    told = await asyncio.gather(*(_one(name, asked) for name in names))
    unseen: list[Unseen] = []
    changes: list[Change] = []
    for name, one in zip(names, told, strict=True):
        changes += one.changes
        unseen += [Unseen(_kind(name), one_line(reason)) for reason in one.unseen]
    return gathered(changes, unseen, asked.begin, asked.now)


def _kind(name: str) -> Kind:
    return name  # type: ignore[return-value]  # the keys of SOURCES are kinds, as a test holds


async def _one(name: str, asked: Asked) -> Told:
    try:
        async with asyncio.timeout(asked.patience + 0.25):
            told: Told = await import_module(SOURCES[name]).read(asked)
            return told
    except TimeoutError:
        return Told(unseen=[f"no answer within {duration(asked.patience)}"])
    except OSError as fault:
        where = f"{fault.filename} " if fault.filename else ""
        return Told(unseen=[one_line(f"{where}cannot be read: {fault.strerror or fault}")])
