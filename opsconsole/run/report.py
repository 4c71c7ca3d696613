"""The report of a run as Markdown, made from its journal: what a post-mortem starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from opsconsole.model.markup import day, day_and_moment, fenced, moment, text
from opsconsole.model.run import Entry, OpsCheck, level_changes
from opsconsole.model.text import plain
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.run.folder import OUTPUT
from opsconsole.run.kinds import Kind
from opsconsole.run.lately import before_the_run, lately_from
from opsconsole.run.ops_checks import ops_check_from
from opsconsole.run.printed import end_of
from opsconsole.run.told import ended_words, line_of, needs_a_look

EXCERPT_LINES: Final = 20
_EXCERPT_BYTES: Final = 8 << 10


def outputs_of(folder: Path, entries: Sequence[Entry]) -> dict[str, str]:
    """The end of what each started part printed, by the name of its output file."""
    names = {str(entry.data["output"]) for entry in entries if entry.kind == Kind.STARTED}
    return {name: end_of(folder / OUTPUT / name, _EXCERPT_BYTES) for name in names}


def report(entries: Sequence[Entry], outputs: Mapping[str, str], head: str) -> str:
    """Markdown: who, why, what was done when (UTC), with which result, and what the checks said before and after.

    `head` is the hash of the journal's last line, which stands for all of it.
    """
    checks = [ops_check_from(entry) for entry in entries if entry.kind == Kind.OPS_CHECK]
    blocks = [
        _title(entries),
        *(before_the_run(lately_from(entry)) for entry in entries if entry.kind == Kind.LATELY),
        *_before_and_after(checks),
        *_to_look_at(entries, checks),
        "## Timeline (UTC)\n\n" + "\n".join(_timeline(entries)),
        *_commands(entries, outputs),
        *_ops_checks(checks),
        "## To be written\n\n- Impact:\n- Root cause:\n- What changes, so that it does not happen again:",
        f"## Record\n\n{len(entries)} journal entries, each with the hash of the one before; the last one's SHA-256 is "
        f"`{head}`. `opsconsole runs verify {entries[0].data['id']}` finds damage, a cut or a careless edit. It is no "
        "proof against the owner of the files.",
    ]
    return "\n\n".join(blocks) + "\n"


def _before_and_after(checks: Sequence[OpsCheck]) -> Iterator[str]:
    """What was not OK at the first look or at the last."""
    seen = [check for check in checks if not check.problem]
    if len(seen) < 2:
        return
    first, last = seen[0], seen[-1]
    names = sorted(first.levels.keys() | last.levels.keys())
    rows = [
        f"| {text(name)} | {_name(first.levels.get(name))} | {_name(last.levels.get(name))} |"
        for name in names
        if {first.levels.get(name), last.levels.get(name)} != {Level.OK}
    ]
    head = f"## Before and after\n\n{_sentence(first, last)}"
    yield head + ("\n\n| check | before | after |\n|---|---|---|\n" + "\n".join(rows) if rows else "")


def _sentence(first: OpsCheck, last: OpsCheck) -> str:
    words = f"{first.level.name} at {moment(first.at)}, {last.level.name} at {moment(last.at)}"
    return f"{words} ({text(last.label)})."


def _to_look_at(entries: Sequence[Entry], checks: Sequence[OpsCheck]) -> Iterator[str]:
    """What did not go as the runbook has it: the first things that a post-mortem asks about."""
    lines = [f"{moment(entry.at)} · {line}" for entry in entries if (line := needs_a_look(entry))]
    if not checks:
        lines.append("no OPS-check was taken: what this run changed was **not verified**")
    lines += [f"{moment(one.at)} · OPS-check {text(one.label)}: **not verified**" for one in checks if one.problem]
    if lines:
        yield "## To look at\n\n" + "\n".join(f"- {line}" for line in lines)


def _title(entries: Sequence[Entry]) -> str:
    begun = entries[0].data
    closed = next((entry for entry in reversed(entries) if entry.kind == Kind.CLOSED), None)
    end = "still open"
    if closed is not None:
        said = f" ({text(closed.data.get('reason'))})" if closed.data.get("reason") else ""
        took = duration(max(0.0, closed.at - entries[0].at))
        end = f"{closed.data['how']}{said} at {day_and_moment(closed.at)}, after {took}"
    facts = {
        "Run": f"`{begun['id']}`",
        "Stack": f"{text(begun['stack'])} on {text(begun['host'])}",
        "By": ", ".join(_people(entries)),
        "Reason": text(begun["reason"]) or "none given",
        "Began": day_and_moment(entries[0].at),
        "Ended": end,
        **_within(begun.get("rto"), entries[0], closed),
        "Runbook": f"{text(begun['runbook'])}, SHA-256 `{begun['digest']}`",
    }
    return f"# {text(begun['title'])}\n\n" + "\n".join(f"- **{key}:** {value}" for key, value in facts.items())


def _within(rto: float | None, begun: Entry, closed: Entry | None) -> dict[str, str]:
    """Whether the time was kept that the runbook gives; nothing where it gives none."""
    if rto is None:
        return {}
    asked = f"{duration(rto)} are given"
    if closed is None:
        return {"In time": f"{asked}, still open"}
    took = max(0.0, closed.at - begun.at)
    kept = "yes" if took <= rto else f"**no**, {duration(took - rto)} too long"
    return {
        "In time": f"{kept}: {duration(took)}, and {asked}" if closed.data["how"] == "done" else f"{asked}, not done"
    }


def _people(entries: Sequence[Entry]) -> list[str]:
    names = [entry.data["user"] for entry in entries if entry.kind in (Kind.BEGUN, Kind.CONSOLE)]
    return [text(name) for name in dict.fromkeys(names)]


def _timeline(entries: Sequence[Entry]) -> Iterator[str]:
    """A line an entry, under its day where there is more than one."""
    days = {day(entry.at) for entry in entries}
    under = ""
    for entry in entries:
        line = line_of(entry)
        if not line:
            continue
        if len(days) > 1 and day(entry.at) != under:
            under = day(entry.at)
            yield f"- **{under}**"
        yield f"- {moment(entry.at)} · {line}"


def _commands(entries: Sequence[Entry], outputs: Mapping[str, str]) -> Iterator[str]:
    """Each command in full, with its result and the end of what it printed."""
    blocks = []
    for number, entry in enumerate(entries):
        if entry.kind != Kind.STARTED:
            continue
        data = entry.data
        result = _result_of(entries[number + 1 :], data)
        blocks.append(
            f"### {text(data['name'])}, {moment(entry.at)}\n\n"
            f"{fenced(data['text'], 'bash')}\n\n{str(data['risk']).upper()} {text(data['where'])} · {result}"
        )
        excerpt = _excerpt(outputs.get(str(data["output"]), ""))
        if excerpt:
            blocks.append(fenced(excerpt, "text"))
    if blocks:
        yield "## Commands"
        yield _table(entries)
        yield from blocks


def _table(entries: Sequence[Entry]) -> str:
    """Every command in a row: when, which step, how it ended."""
    rows = []
    for number, entry in enumerate(entries):
        if entry.kind == Kind.STARTED:
            result = _result_of(entries[number + 1 :], entry.data)
            attempt = entry.data.get("attempt") or 1
            again = f" (attempt {attempt})" if attempt > 1 else ""
            risk = str(entry.data["risk"]).upper()
            rows.append(f"| {moment(entry.at)} | {text(entry.data['name'])}{again} | {risk} | {result} |")
    return "\n".join(["| began | step | risk | result |", "|---|---|---|---|", *rows])


def _result_of(later: Sequence[Entry], started: Mapping[str, Any]) -> str:
    ends = (Kind.ENDED, Kind.LOST)
    same = (e for e in later if e.kind in ends and _same_attempt(e.data, started))
    end = next(same, None)
    if end is None:
        return "**no result in the journal**"
    return ended_words(end.data) if end.kind == Kind.ENDED else f"**outcome unknown**: {text(end.data['reason'])}"


def _same_attempt(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in ("step", "part", "attempt"))


def _excerpt(output: str) -> str:
    written = (line.rpartition("\r")[2] for line in output.replace("\r\n", "\n").split("\n"))
    lines = plain("\n".join(written)).strip("\n").split("\n")
    left_out = len(lines) - EXCERPT_LINES
    shown = "\n".join(line[:200] for line in lines[-EXCERPT_LINES:])
    return f"… {left_out} lines before\n{shown}" if left_out > 0 else shown


def _ops_checks(checks: Sequence[OpsCheck]) -> Iterator[str]:
    if not checks:
        return
    lines = []
    for number, check in enumerate(checks):
        head = f"- {moment(check.at)} · {text(check.label)}: "
        if check.problem:
            lines.append(f"{head}**not verified**, {text(check.problem)}")
            continue
        lines.append(f"{head}**{check.level.name}**")
        lines += [f"  - {found.level.name} {text(found.check)}: {text(found.reason)}" for found in check.findings]
        if number:
            changes = level_changes(checks[number - 1], check)
            words = [f"{text(c.check)} {_name(c.before)} → {_name(c.after)}" for c in changes]
            lines.append("  - changed: " + (", ".join(words) or "nothing"))
    yield "## OPS-checks\n\n" + "\n".join(lines)


def _name(level: object) -> str:
    return getattr(level, "name", "—")
