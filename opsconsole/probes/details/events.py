"""What the engine's events mean: who ended a container, what for, and who started it again. Pure.

A stop by the engine's API makes `kill` (with its signal), `die`, `stop`; a restart adds `start`, `restart`; one by the
policy makes `die`, `start` alone; the kernel's killing for want of memory is `oom`, then `die` with 137.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from opsconsole.model.detail import Happening
from opsconsole.model.ends import meaning
from opsconsole.model.readings import ContainerReading
from opsconsole.model.text import one_line

_KILLED: Final = 40.0
"""Seconds between somebody's signal and the end that it is taken to have caused; `docker stop` waits for 10."""

_OOM: Final = 10.0
_KILL: Final = 137
OOM: Final = "out of memory"
OUT_OF_MEMORY: Final = "out of memory: the kernel killed a process of it"
OUTSIDE: Final = "exit code 137: killed (KILL), not by the engine: by hand on the box, or as the box had no memory"


@dataclass(frozen=True, slots=True)
class Heard:
    """One event: what happened at epoch seconds, with the signal or the exit code where it has one."""

    at: float
    action: str
    signal: int | None = None
    code: int | None = None


def parse(raw: Mapping[str, Any]) -> Heard | None:
    """One event as the API tells it; None for what is none."""
    try:
        told = (raw.get("Actor") or {}).get("Attributes") or {}
        at = int(raw["timeNano"]) / 1e9
        return Heard(at, str(raw["Action"]), _number(told.get("signal")), _number(told.get("exitCode")))
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def understood(heard: Sequence[Heard], now: ContainerReading, policy: str) -> list[Happening]:
    """What became of it, oldest first; and what the engine's note of the last end adds where no event tells of it."""
    found = list(_Understanding(policy).all(heard))
    if now.finished_at is not None and now.state != "running":
        if not any(abs(one.at - now.finished_at) < 2 for one in found if one.what.startswith("ended")):
            why = OUT_OF_MEMORY if now.oom_killed else meaning(now.exit_code)
            found.append(Happening(now.finished_at, "ended", why, bad=bool(now.exit_code)))
    elif now.started_at is not None and not any(abs(one.at - now.started_at) < 2 for one in found):
        found.append(Happening(now.started_at, "started"))
    return sorted(found, key=lambda one: one.at)


class _Understanding:
    """Goes through the events in their order, and remembers what explains the next one."""

    def __init__(self, policy: str) -> None:
        self._policy = policy
        self._signals: list[tuple[float, int]] = []
        self._oom = float("-inf")
        self._made = self._asked = False

    def all(self, heard: Iterable[Heard]) -> list[Happening]:
        """Everything that they tell."""
        found: list[Happening] = []
        for event in heard:
            if event.action == "restart" and found and found[-1].what.startswith("started"):
                found[-1] = replace(found[-1], why="by hand (a restart)")
                continue
            told = list(self._of(event))
            if told and told[-1].why == OUT_OF_MEMORY and found and found[-1].what == OOM:
                found.pop()  # it was the first process that was killed: one thing, and not two
            found += told
        return found

    def _of(self, event: Heard) -> Iterator[Happening]:
        match event.action:
            case "kill":
                self._signals.append((event.at, event.signal or 0))
            case "oom":
                self._oom = event.at
                yield Happening(event.at, OOM, "the kernel killed a process of it", bad=True)
            case "create":
                self._made = True
            case "die":
                yield self._end(event)
            case "stop":
                self._asked = True
            case "start":
                yield Happening(event.at, "made anew and started" if self._made else "started", self._starter())
                self._made = self._asked = False
            case "destroy":
                yield Happening(event.at, "removed", "by hand")
            case "pause" | "unpause":
                yield Happening(event.at, f"{event.action}d", "by hand")
            case action if action.startswith("health_status: "):
                told = one_line(action.removeprefix("health_status: "), 40)
                yield Happening(event.at, told, "by its own health check", bad=told == "unhealthy")

    def _end(self, event: Heard) -> Happening:
        signals = [number for at, number in self._signals if event.at - at <= _KILLED and number in (2, 3, 9, 15)]
        self._signals.clear()
        code = event.code
        if signals:
            self._asked = True
            return Happening(event.at, "ended", self._by_hand(signals, code))
        if code == _KILL and event.at - self._oom <= _OOM:
            return Happening(event.at, "ended", OUT_OF_MEMORY, bad=True)
        why = OUTSIDE if code == _KILL else meaning(code)
        return Happening(event.at, "ended", why, bad=bool(code))

    def _by_hand(self, signals: Sequence[int], code: int | None) -> str:
        after = f" ({meaning(code)})" if code and code not in (_KILL, 143, 130) else ""
        if signals[-1] == 9:
            asked = "; it did not end when it was asked to" if len(signals) > 1 else ""
            return f"killed by hand{asked}{after}"
        return f"stopped by hand{after}"

    def _starter(self) -> str:
        if self._made or self._asked:
            return "by hand"
        return f"by its restart policy ({self._policy})" if self._policy not in ("", "no") else "by hand"


def _number(text: Any) -> int | None:
    return int(text) if str(text).isdecimal() else None
