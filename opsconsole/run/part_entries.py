"""What each entry of a journal makes of the part that it is about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from opsconsole.model.run import Carried, Entry, Leaving, PartState, Progress
from opsconsole.model.runbook import Risk
from opsconsole.run.kinds import Kind


def _started(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    return replace(
        part,
        progress=Progress.RUNNING,
        attempt=data["attempt"],
        started=entry.at,
        ended=None,
        exit=None,
        output=data["output"],
        text=data["text"],
        judged=False,
        reason="",
        note="",
        seconds=None,
        interrupted=False,
        timed_out=False,
        left="",
        leaves=Leaving(),
        interactive=bool(data.get("interactive")),
    )


def _ended(part: PartState, entry: Entry) -> PartState:
    """Done or failed by the exit code alone, until it is judged by all that the step asks for."""
    data = entry.data
    return replace(
        part,
        progress=Progress.FAILED if data["exit"] else Progress.DONE,
        exit=data["exit"],
        ended=entry.at,
        seconds=data.get("seconds"),
        interrupted=bool(data.get("interrupted")),
        timed_out=bool(data.get("timed_out")),
        left=left_words(data),
        leaves=leaves_of(data.get("session") or {}),
        judged=False,
    )


def leaves_of(said: Mapping[str, Any]) -> Leaving:
    """What its shell told of what it leaves to the next."""
    values = tuple(
        Carried(one["name"], one.get("value", ""), bool(one.get("exported")), bool(one.get("secret")))
        for one in said.get("set", ())
    )
    lists = (tuple(said.get(name, ())) for name in ("unset", "dropped", "empty", "failed"))
    return Leaving(said.get("cwd") or "", values, *lists)


def left_words(data: Mapping[str, Any]) -> str:
    """What it left running, in one line; empty where that is nothing."""
    return ", ".join(f"{name} ({pid})" for pid, name in data.get("left") or ())


def _judged(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    progress = Progress.DONE if data["ok"] else Progress.FAILED
    return replace(part, progress=progress, judged=True, reason=data.get("reason", ""), note=data.get("note", ""))


def _lost(part: PartState, entry: Entry) -> PartState:
    return replace(part, progress=Progress.OUTCOME_UNKNOWN, judged=True, reason=entry.data.get("reason", ""))


def _skipped(part: PartState, entry: Entry) -> PartState:
    return replace(part, progress=Progress.SKIPPED, judged=True, note=entry.data.get("reason", ""))


def _settled(part: PartState, entry: Entry) -> PartState:
    note = entry.data.get("note", "")
    return replace(part, progress=Progress.DONE, judged=True, note=note, ended=entry.at)


def _edited(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    command = replace(
        part.command,
        text=data["text"],
        risk=Risk(data["risk"]),
        why=data.get("why", ""),
        endless=bool(data.get("endless")),
        opens=bool(data.get("opens")),
    )
    return replace(part, command=command, edited=True, progress=Progress.TODO, judged=False, override="")


def _overridden(part: PartState, entry: Entry) -> PartState:
    return replace(part, override=entry.data["reason"], override_of=entry.data["text"])


def to_do(part: PartState, entry: Entry | None = None) -> PartState:
    """As before it ran; how often it has run and what it printed last stay known."""
    return replace(part, progress=Progress.TODO, judged=False, exit=None, reason="", note="")


ON_PART: dict[str, Callable[[PartState, Entry], PartState]] = {
    Kind.STARTED: _started,
    Kind.ENDED: _ended,
    Kind.JUDGED: _judged,
    Kind.LOST: _lost,
    Kind.SKIPPED: _skipped,
    Kind.TICKED: _settled,
    Kind.MARKED: _settled,
    Kind.EDITED: _edited,
    Kind.OVERRIDDEN: _overridden,
    Kind.RETRIED: to_do,
}
