"""The entries of a journal in words: one line of Markdown each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from opsconsole.model.markup import code, text
from opsconsole.model.run import Entry
from opsconsole.model.units import duration
from opsconsole.run.kinds import Kind

_OPENING: Final = 3
"""The entries that every run begins with: begun, its holder, its console."""


def line_of(entry: Entry) -> str:
    """One entry in words; empty where it is of no interest to people."""
    data = entry.data
    step = f"*{text(data.get('name', ''))}*"
    words: dict[str, Callable[[], str]] = {
        Kind.BEGUN: lambda: f"the run began, by {text(data['user'])}",
        Kind.TORN: lambda: "the journal's last line was cut off by a crash and put aside",
        Kind.CONSOLE: lambda: _taken_up(data) if entry.seq > _OPENING else "",
        Kind.SAME_TEXT: lambda: (
            f"the runbook had changed ({text(data['changed'])}); gone on with the text it began with"
        ),
        Kind.INPUT: lambda: f"{text(data['name'])} = {'(secret)' if data.get('secret') else code(data['value'])}",
        Kind.OPS_CHECK: lambda: f"OPS-check {text(data['label'])}: {text(data.get('problem')) or _level_words(data)}",
        Kind.STARTED: lambda: f"{step}: started ({data['risk']}) {text(data['where'])}: {code(data['text'])}",
        Kind.ENDED: lambda: f"{step}: {ended_words(data)}",
        Kind.JUDGED: lambda: "" if data["ok"] and not data.get("note") else f"{step}: {_judged_words(data)}",
        Kind.LOST: lambda: f"{step}: outcome unknown, {text(data['reason'])}",
        Kind.SKIPPED: lambda: f"{step}: skipped: {text(data['reason'])}",
        Kind.TICKED: lambda: f"{step}: ticked{_note(data)}",
        Kind.CHOSE: lambda: f"{step}: chose {text(data['way'])}{_not_chosen(data)}",
        Kind.MARKED: lambda: f"{step}: said to be done by the operator{_note(data)}",
        Kind.EDITED: lambda: f"{step}: edited from {code(data['before'])} to {code(data['text'])}",
        Kind.JOINED: lambda: f"{step}: {data['count']} commands of it as one script",
        Kind.PARTED: lambda: f"{step}: one command at a time again",
        Kind.OVERRIDDEN: lambda: (
            f"{step}: a rule was broken ({text(data['rule'])}), because {text(data['reason'])}: {code(data['text'])}"
        ),
        Kind.RETRIED: lambda: f"{step}: to be run once more",
        Kind.REFUSED: lambda: f"{step}: refused, {text(data['reason'])}: {code(data['text'])}",
        Kind.SHELL: lambda: (
            f"a shell was opened {text(data['where'])}; what was done in it is in {code(data['output'])}"
        ),
        Kind.SHELL_ENDED: lambda: f"the shell was closed: {_shell_words(data)}",
        Kind.WENT: lambda: f"went to step {data['step'] + 1} ({text(data.get('why', ''))})",
        Kind.CLOSED: lambda: f"the run ended: {data['how']}{_note(data, 'green')}{_note(data, 'reason')}",
    }
    worded = words.get(entry.kind)
    return worded() if worded else ""


def _taken_up(data: Mapping[str, Any]) -> str:
    whose = f", over from {text(data['from'])}" if data.get("from") else ""
    return f"{text(data['user'])} took it up{whose}"


def _note(data: Mapping[str, Any], key: str = "note") -> str:
    return f": {text(data[key])}" if data.get(key) else ""


def _not_chosen(data: Mapping[str, Any]) -> str:
    others = ", ".join(text(other) for other in data.get("others") or ())
    return f"; not chosen: {others}" if others else ""


def _judged_words(data: Mapping[str, Any]) -> str:
    return text(data["note"]) if data["ok"] else f"failed: {text(data['reason'])}"


def ended_words(data: Mapping[str, Any]) -> str:
    """How a command ended: its exit code or signal, why, after how long, and what it left running."""
    code = data["exit"]
    how = f"exit {code}" if code >= 0 else f"ended by signal {-code}"
    by = " on request of the operator" if data.get("interrupted") else " (out of time)" if data.get("timed_out") else ""
    left = data.get("left") or []
    names = ", ".join(f"{text(name)} ({pid})" for pid, name in left)
    left = f"; left running: {names}" if names else ""
    return f"{how}{by} after {duration(data['seconds'])}{left}{_session_words(data.get('session') or {})}"


def _session_words(said: Mapping[str, Any]) -> str:
    """What it left to the next commands, where it was taken over, and what of it was not carried."""
    moved = [f"cd {said['cwd']}"] if said.get("cwd") else []
    values = [one["name"] if one.get("secret") else f"{one['name']}={one['value']}" for one in said.get("set", ())]
    words = [*moved, *values, *(f"unset {name}" for name in said.get("unset", ()))]
    leaves = f"; set {', '.join(map(code, words))}" if words else ""
    return leaves + "".join(f"; {text(why)}" for why in said.get("dropped", ()))


def _shell_words(data: Mapping[str, Any]) -> str:
    return text(data.get("reason")) if data.get("exit") is None else ended_words(data)


def _level_words(data: Mapping[str, Any]) -> str:
    wrong = [found["check"] for found in data.get("findings", ())]
    return f"{data['level']}" + (f" ({', '.join(map(text, wrong))})" if wrong else "")


def needs_a_look(entry: Entry) -> str:
    """The entry in words where it is something that did not go as the runbook has it; empty otherwise."""
    data = entry.data
    unusual = entry.kind in _UNUSUAL
    unusual |= entry.kind == Kind.JUDGED and not data["ok"]
    unusual |= entry.kind == Kind.ENDED and bool(data.get("left"))
    return line_of(entry) if unusual else ""


_UNUSUAL: Final = frozenset(
    {
        Kind.TORN,
        Kind.SAME_TEXT,
        Kind.LOST,
        Kind.MARKED,
        Kind.SKIPPED,
        Kind.EDITED,
        Kind.OVERRIDDEN,
        Kind.REFUSED,
        Kind.SHELL,
    }
)
