"""The report of a run as Markdown, made from its journal: what a post-mortem starts from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from opsconsole.model.run import Entry, level_changes
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.run.core import ops_check_from
from opsconsole.run.folder import OUTPUT
from opsconsole.run.kinds import Kind
from opsconsole.run.printed import end_of

EXCERPT_LINES: Final = 20
_OPENING: Final = 3
"""The entries that every run begins with: begun, its holder, its console."""
_EXCERPT_BYTES: Final = 8 << 10


def outputs_of(folder: Path, entries: Sequence[Entry]) -> dict[str, str]:
    """The end of what each started part printed, by the name of its output file."""
    names = {str(entry.data["output"]) for entry in entries if entry.kind == Kind.STARTED}
    return {name: end_of(folder / OUTPUT / name, _EXCERPT_BYTES) for name in names}


def report(entries: Sequence[Entry], outputs: Mapping[str, str], head: str) -> str:
    """Markdown: who, why, what was done when (UTC), with which result, and what the checks said before and after.

    `head` is the hash of the journal's last line, which stands for all of it.
    """
    blocks = [
        _title(entries),
        "## Timeline (UTC)\n\n" + "\n".join(f"- {_moment(entry.at)} · {line}" for entry, line in _timeline(entries)),
        *_commands(entries, outputs),
        *_ops_checks(entries),
        f"## Record\n\n{len(entries)} journal entries; the last line's SHA-256 is `{head}`.",
    ]
    return "\n\n".join(blocks) + "\n"


def _title(entries: Sequence[Entry]) -> str:
    begun = entries[0].data
    closed = next((entry for entry in reversed(entries) if entry.kind == Kind.CLOSED), None)
    end = "still open"
    if closed is not None:
        said = f" ({_text(closed.data.get('reason'))})" if closed.data.get("reason") else ""
        took = duration(max(0.0, closed.at - entries[0].at))
        end = f"{closed.data['how']}{said} at {_day(closed.at)}, after {took}"
    facts = {
        "Run": f"`{begun['id']}`",
        "Stack": f"{_text(begun['stack'])} on {_text(begun['host'])}",
        "By": ", ".join(_people(entries)),
        "Reason": _text(begun["reason"]) or "none given",
        "Began": _day(entries[0].at),
        "Ended": end,
        "Runbook": f"{_text(begun['runbook'])}, SHA-256 `{begun['digest']}`",
    }
    return f"# {_text(begun['title'])}\n\n" + "\n".join(f"- **{key}:** {value}" for key, value in facts.items())


def _people(entries: Sequence[Entry]) -> list[str]:
    names = [entry.data["user"] for entry in entries if entry.kind in (Kind.BEGUN, Kind.CONSOLE)]
    return [_text(name) for name in dict.fromkeys(names)]


def _timeline(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    for entry in entries:
        line = line_of(entry)
        if line:
            yield entry, line


def line_of(entry: Entry) -> str:
    """One entry in words; empty where it is of no interest to people."""
    data = entry.data
    step = f"*{_text(data.get('name', ''))}*"
    words: dict[str, Callable[[], str]] = {
        Kind.BEGUN: lambda: f"the run began, by {_text(data['user'])}",
        Kind.TORN: lambda: "the journal's last line was cut off by a crash and put aside",
        Kind.CONSOLE: lambda: _taken_up(data) if entry.seq > _OPENING else "",
        Kind.SAME_TEXT: lambda: (
            f"the runbook had changed ({_text(data['changed'])}); gone on with the text it began with"
        ),
        Kind.INPUT: lambda: f"{_text(data['name'])} = {'(secret)' if data.get('secret') else _code(data['value'])}",
        Kind.OPS_CHECK: lambda: f"OPS-check {_text(data['label'])}: {data.get('problem') or _level_words(data)}",
        Kind.STARTED: lambda: f"{step}: started ({data['risk']}) {data['where']}: {_code(data['text'])}",
        Kind.ENDED: lambda: f"{step}: {_ended_words(data)}",
        Kind.JUDGED: lambda: "" if data["ok"] and not data.get("note") else f"{step}: {_judged_words(data)}",
        Kind.LOST: lambda: f"{step}: outcome unknown, {_text(data['reason'])}",
        Kind.SKIPPED: lambda: f"{step}: skipped: {_text(data['reason'])}",
        Kind.TICKED: lambda: f"{step}: ticked{_note(data)}",
        Kind.CHOSE: lambda: f"{step}: chose {_text(data['way'])}{_not_chosen(data)}",
        Kind.MARKED: lambda: f"{step}: said to be done by the operator{_note(data)}",
        Kind.EDITED: lambda: f"{step}: edited from {_code(data['before'])} to {_code(data['text'])}",
        Kind.JOINED: lambda: f"{step}: {data['count']} commands of it as one script",
        Kind.PARTED: lambda: f"{step}: one command at a time again",
        Kind.OVERRIDDEN: lambda: (
            f"{step}: a rule was broken ({_text(data['rule'])}), because {_text(data['reason'])}: {_code(data['text'])}"
        ),
        Kind.RETRIED: lambda: f"{step}: to be run once more",
        Kind.REFUSED: lambda: f"{step}: refused, {_text(data['reason'])}: {_code(data['text'])}",
        Kind.SHELL: lambda: (
            f"a shell was opened {_text(data['where'])}; what was done in it is in {_code(data['output'])}"
        ),
        Kind.SHELL_ENDED: lambda: f"the shell was closed: {_shell_words(data)}",
        Kind.WENT: lambda: f"went to step {data['step'] + 1} ({_text(data.get('why', ''))})",
        Kind.CLOSED: lambda: f"the run ended: {data['how']}{_note(data, 'green')}{_note(data, 'reason')}",
    }
    worded = words.get(entry.kind)
    return worded() if worded else ""


def _taken_up(data: Mapping[str, Any]) -> str:
    whose = f", over from {_text(data['from'])}" if data.get("from") else ""
    return f"{_text(data['user'])} took it up{whose}"


def _note(data: Mapping[str, Any], key: str = "note") -> str:
    return f": {_text(data[key])}" if data.get(key) else ""


def _not_chosen(data: Mapping[str, Any]) -> str:
    others = ", ".join(_text(other) for other in data.get("others") or ())
    return f"; not chosen: {others}" if others else ""


def _judged_words(data: Mapping[str, Any]) -> str:
    return _text(data["note"]) if data["ok"] else f"failed: {_text(data['reason'])}"


def _ended_words(data: Mapping[str, Any]) -> str:
    code = data["exit"]
    how = f"exit {code}" if code >= 0 else f"ended by signal {-code}"
    by = " on request of the operator" if data.get("interrupted") else " (out of time)" if data.get("timed_out") else ""
    left = data.get("left") or []
    names = ", ".join(f"{_text(name)} ({pid})" for pid, name in left)
    return f"{how}{by} after {duration(data['seconds'])}" + (f"; left running: {names}" if names else "")


def _shell_words(data: Mapping[str, Any]) -> str:
    return _text(data.get("reason")) if data.get("exit") is None else _ended_words(data)


def _level_words(data: Mapping[str, Any]) -> str:
    wrong = [found["check"] for found in data.get("findings", ())]
    return f"{data['level']}" + (f" ({', '.join(map(_text, wrong))})" if wrong else "")


def _commands(entries: Sequence[Entry], outputs: Mapping[str, str]) -> Iterator[str]:
    """Each command in full, with its result and the end of what it printed."""
    blocks = []
    for number, entry in enumerate(entries):
        if entry.kind != Kind.STARTED:
            continue
        data = entry.data
        result = _result_of(entries[number + 1 :], data)
        blocks.append(
            f"### {_text(data['name'])}, {_moment(entry.at)}\n\n"
            f"{_fenced(data['text'], 'bash')}\n\n{str(data['risk']).upper()} {_text(data['where'])} · {result}"
        )
        excerpt = _excerpt(outputs.get(str(data["output"]), ""))
        if excerpt:
            blocks.append(_fenced(excerpt, "text"))
    if blocks:
        yield "## Commands"
        yield from blocks


def _result_of(later: Sequence[Entry], started: Mapping[str, Any]) -> str:
    ends = (Kind.ENDED, Kind.LOST)
    same = (e for e in later if e.kind in ends and _same_attempt(e.data, started))
    end = next(same, None)
    if end is None:
        return "**no result in the journal**"
    return _ended_words(end.data) if end.kind == Kind.ENDED else f"**outcome unknown**: {_text(end.data['reason'])}"


def _same_attempt(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in ("step", "part", "attempt"))


def _excerpt(output: str) -> str:
    written = (line.rpartition("\r")[2] for line in output.replace("\r\n", "\n").split("\n"))
    lines = plain("\n".join(written)).strip("\n").split("\n")
    left_out = len(lines) - EXCERPT_LINES
    shown = "\n".join(line[:200] for line in lines[-EXCERPT_LINES:])
    return f"… {left_out} lines before\n{shown}" if left_out > 0 else shown


def _ops_checks(entries: Sequence[Entry]) -> Iterator[str]:
    checks = [ops_check_from(entry) for entry in entries if entry.kind == Kind.OPS_CHECK]
    if not checks:
        yield "## OPS-checks\n\nNone was taken: what this run changed was **not verified**."
        return
    lines = []
    for number, check in enumerate(checks):
        head = f"- {_moment(check.at)} · {_text(check.label)}: "
        if check.problem:
            lines.append(f"{head}**not verified**, {_text(check.problem)}")
            continue
        lines.append(f"{head}**{check.level.name}**")
        lines += [f"  - {found.level.name} {_text(found.check)}: {_text(found.reason)}" for found in check.findings]
        if number:
            changes = level_changes(checks[number - 1], check)
            words = [f"{_text(c.check)} {_name(c.before)} → {_name(c.after)}" for c in changes]
            lines.append("  - changed: " + (", ".join(words) or "nothing"))
    yield "## OPS-checks\n\n" + "\n".join(lines)


def _name(level: object) -> str:
    return getattr(level, "name", "—")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


_MEANS_SOMETHING: Final = re.compile(r"([\\`*_\[\]<>#|~])")


def _text(text: object) -> str:
    """Text from outside as one line of Markdown that means nothing but itself."""
    return _MEANS_SOMETHING.sub(r"\\\1", one_line(str(text or ""), 500))


def _code(text: object) -> str:
    """A command in a line; the ticks around it are more than any in it."""
    shown = one_line(str(text), 300)
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def _fenced(text: str, lang: str) -> str:
    shown = plain(text).rstrip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{lang}\n{shown}\n{fence}"
