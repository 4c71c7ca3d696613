"""The whole examination, in the order in which it is told."""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsconsole.doctor.found import Found, State
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble
from opsconsole.probes.base import World

if TYPE_CHECKING:
    from opsconsole.doctor.alerts import Rounds


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: the stack as far as it is sound, and what was wrong on the way to it.

    `file` is the stack file that is meant, `places` are where one is looked for, `rounds` are those of the watch.
    """

    stack: Stack
    world: World
    state: Path
    file: Path | None = None
    troubles: tuple[Trouble, ...] = ()
    places: tuple[Path, ...] = ()
    rounds: Rounds | None = None


async def examine(patient: Patient) -> list[Found]:
    """All that is found. Each part by itself: one that fails hides no other."""
    from opsconsole.doctor import kernel, leaving, programs, services, terminal

    stack, world, user = patient.stack, patient.world, who()
    size = terminal.size_of_terminal()
    engine, systemd, brokers = await asyncio.gather(
        _asked("engine", services.engine(world, stack)),
        _asked("systemd", services.systemd(world, stack)),
        _asked("Redis", services.brokers(world, stack)),
    )
    return [
        *_seen("stack file", lambda: [_stack_file(patient, user)]),
        *engine,
        *_seen("/proc", lambda: [kernel.proc(world, user)]),
        *_seen("cgroups", lambda: [kernel.cgroups(world)]),
        *systemd,
        *brokers,
        *_seen("programs", lambda: programs.programs(stack)),
        *_seen("state folder", lambda: [_state_folder(patient, user)]),
        *_seen("alerts", lambda: _alerts(patient, user)),
        *_seen("sign-out", lambda: [leaving.leaving()]),
        *_seen("terminal", lambda: terminal.terminal(os.environ, size)),
        *_seen("clipboard", lambda: [terminal.clipboard(os.environ, size)]),
    ]


def who() -> str:
    """The user that we are, by name where there is one."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _stack_file(patient: Patient, user: str) -> Found:
    from opsconsole.doctor.folders import closed_places, stack_file

    stack = patient.stack
    counts = f"{stack.name}, {_many(len(stack.services), 'service')}, {_many(len(stack.checks), 'check')}"
    return stack_file(patient.file, patient.troubles, list(closed_places(patient.places)), counts, user)


def _alerts(patient: Patient, user: str) -> list[Found]:
    from opsconsole.doctor.alerts import alerts

    if patient.rounds is None:
        return []
    return alerts(patient.stack.alerts, patient.rounds, patient.world.clock(), user)


def _state_folder(patient: Patient, user: str) -> Found:
    from opsconsole.doctor.folders import state_folder

    return state_folder(patient.state, shared=patient.stack.state_folder is not None, user=user)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


async def _asked(name: str, asking: Coroutine[Any, Any, Found | list[Found]]) -> list[Found]:
    try:
        found = await asking
    except Exception as fault:
        return [_ours(name, fault)]
    return found if isinstance(found, list) else [found]


def _seen(name: str, look: Callable[[], Sequence[Found]]) -> list[Found]:
    try:
        return list(look())
    except Exception as fault:
        return [_ours(name, fault)]


def _ours(name: str, fault: Exception) -> Found:
    """Nothing is known then, which is no word on the box."""
    return Found(name, State.LESS, one_line(f"not known, by a fault of ours: {type(fault).__name__}: {fault}"))
