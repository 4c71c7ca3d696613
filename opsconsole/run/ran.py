"""What one console had run, from the journals of the runs that it was at, and to look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from opsconsole.model.ran import RanCommand
from opsconsole.model.run import Entry
from opsconsole.model.units import duration
from opsconsole.probes.costs import costs
from opsconsole.run.kinds import Kind

_SHELL: Final = "a shell"


def ran_by(entries: Sequence[Entry], console: int) -> list[RanCommand]:
    """The commands that were started while the console with that process id steered the run, the oldest first."""
    begun = entries[0].data
    log: list[RanCommand] = []
    places: dict[object, int] = {}
    steering = False
    for entry in entries:
        if entry.kind == Kind.CONSOLE:
            steering = entry.data.get("pid") == console
        elif entry.kind in _BEGINS:
            places.pop(_key(entry), None)
            if steering:
                places[_key(entry)] = len(log)
                log.append(_begun(entry, str(begun["id"]), str(begun.get("title", ""))))
        elif (told := _ENDS.get(entry.kind)) is not None and (place := places.get(_key(entry))) is not None:
            log[place] = told(log[place], entry.data)
    return log


def in_order(logs: Iterable[Iterable[RanCommand]]) -> list[RanCommand]:
    """Several such logs as one."""
    return sorted((one for log in logs for one in log), key=lambda one: one.at)


def of_costs() -> list[RanCommand]:
    """What was started to look, as commands of no run; the costliest last."""
    return [
        RanCommand(
            cost.at,
            "",
            f"looking, {cost.times} time{'s' * (cost.times > 1)}",
            "to look",
            cost.text,
            f"in container {cost.where}" if cost.where else "on this box",
            "read",
            "done" if cost.exit is not None else "given up",
            cost.exit,
            cost.total,
            f"{duration(cost.seconds)} the last time, {duration(cost.total)} in all",
        )
        for cost in costs()
    ]


def _key(entry: Entry) -> object:
    """What tells which command an entry is about: the shell, or the part; a refusal is one by itself."""
    if entry.kind in (Kind.SHELL, Kind.SHELL_ENDED):
        return _SHELL
    return entry.seq if entry.kind == Kind.REFUSED else (entry.data.get("step"), entry.data.get("part"))


def _begun(entry: Entry, run: str, title: str) -> RanCommand:
    data = entry.data
    shell = entry.kind == Kind.SHELL
    return RanCommand(
        entry.at,
        run,
        title,
        _SHELL if shell else str(data.get("name", "")),
        str(data.get("text", "")),
        str(data.get("where") or ""),
        "unknown" if shell else str(data.get("risk") or ""),
        "refused" if entry.kind == Kind.REFUSED else "running",
        note=str(data.get("reason", "")) if entry.kind == Kind.REFUSED else "",
    )


def _ended(one: RanCommand, data: Mapping[str, Any]) -> RanCommand:
    code = data.get("exit")
    how = "outcome unknown" if code is None else "failed" if code else "done"
    return replace(one, how=how, exit=code, seconds=data.get("seconds"), note=str(data.get("reason", "")))


def _lost(one: RanCommand, data: Mapping[str, Any]) -> RanCommand:
    return replace(one, how="outcome unknown", note=str(data.get("reason", "")))


def _judged(one: RanCommand, data: Mapping[str, Any]) -> RanCommand:
    """An exit code may be as it should be, and a command that ended well may not have helped."""
    return replace(one, how="done" if data["ok"] else "failed", note=str(data.get("reason") or data.get("note") or ""))


_BEGINS: Final = (Kind.STARTED, Kind.SHELL, Kind.REFUSED)
_ENDS: Final[Mapping[str, Callable[[RanCommand, Mapping[str, Any]], RanCommand]]] = {
    Kind.ENDED: _ended,
    Kind.SHELL_ENDED: _ended,
    Kind.JUDGED: _judged,
    Kind.LOST: _lost,
}
