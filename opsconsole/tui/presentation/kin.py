"""The processes of one service as a tree, beside what was expected of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opsconsole.model.readings import Process, ProcessReading
from opsconsole.model.text import one_line
from opsconsole.model.units import size
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, hang, join, line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

_DEEPEST = 8
_READABLE = 16
"""Steps of indentation, and cells that what stands behind them keeps; what is deeper stands where the deepest does."""


def rows(subject: Subject, sizes: Mapping[int, int], width: int) -> list[Row]:
    """What is expected, then a row a process, parents before children; `sizes` are bytes of memory by pid."""
    sample = subject.sample("process")
    target = subject.target("process")
    good = subject.snapshot.last_good.get(target) if target is not None else None
    out = [Row("expected", tuple(_expected(subject, width)))]
    if sample is None:
        return [*out, Row("none", tuple(wrap(line(("no processes are watched for it", "dim")), width)))]
    if sample.problem is not None:
        out.append(Row("why", tuple(wrap(words(sample.problem.reason, "unknown", 300), width))))
    if good is None or not isinstance(good.value, ProcessReading):
        return out
    stale = sample.problem is not None
    if stale:
        out.append(Row("last", (line((f"as it was {age(subject.snapshot.at - good.at)} ago:", "dim")),)))
    return [*out, *_tree(good.value, subject.snapshot.at, sizes, width, stale=stale)]


def _expected(subject: Subject, width: int) -> list[Line]:
    """What its check says, and whether that is so; one line or a few."""
    is_, has, never = (subject.expects("process", field) for field in ("is_", "has", "never"))
    asked = [f"is {is_}"] if is_ else []
    asked += [f"has {', '.join(has)}"] if has else []
    asked += [f"never {', '.join(never)}"] if never else []
    if not asked:
        return wrap(line(("nothing is expected of what it runs", "dim")), width)
    standing = next((one for one in subject.standings if one.check.kind == "process"), None)
    blocked = standing is not None and standing.blocked_by is not None
    level = Level.UNKNOWN if standing is None else standing.verdict.level if blocked else standing.level
    style = LEVEL_STYLES[level] or "good"
    reason = standing.verdict.reason if standing is not None and level is not Level.OK else ""
    told = line((f"{level.sign} ", style), ("expected: ", "dim"), *words("; ".join(asked), "value"))
    return wrap(join([told, words(reason, style)], Span(" · ", "dim")), width, "  ")


def _tree(reading: ProcessReading, now: float, sizes: Mapping[int, int], width: int, *, stale: bool) -> list[Row]:
    depth: dict[int, int] = {}
    deepest = max(min(_DEEPEST, (width - _READABLE) // 2), 0)
    last: dict[int, int] = {one.ppid: one.pid for one in reading.processes}
    bars: dict[int, str] = {}
    out = []
    for one in reading.processes:
        above = depth.get(one.ppid)
        depth[one.pid] = 0 if above is None else above + 1
        ends = last[one.ppid] == one.pid
        before = bars.get(one.ppid, "")
        branch = "" if above is None else f"{before}{'└ ' if ends else '├ '}"
        deeper = above is not None and depth[one.pid] <= deepest
        bars[one.pid] = before + ("  " if ends else "│ ") if deeper else before
        facts = [f"pid {one.pid}", f"up {age(now - one.started_at)}"]
        facts += [size(sizes[one.pid])] if one.pid in sizes else []
        facts += [one.user] if one.user else []
        style = "dim" if one.supporting or stale else "strong" if one.pid == reading.main.pid else ""
        told = (*words(one.program, style, 60), Span(f"  {' · '.join(facts)}", "dim"))
        drawn = _process(one, told, branch, bars[one.pid], width)
        out.append(Row(f"pid:{one.pid}", tuple(drawn)))
    return out


def _process(one: Process, told: Line, branch: str, under: str, width: int) -> list[Line]:
    """Its place in the tree and what is told of it; the command line below where that says more."""
    role = line((" starts or serves others" if one.supporting else "", "dim"))
    head = cut(line((branch, "frame"), *told, *role), width)
    argv = one_line(" ".join(one.argv), 2000)
    if not argv or argv == one.program:
        return [head]
    return [head, *_few(hang(line((f"{under}  ", "frame")), line(argv), width), width)]


def _few(lines: Sequence[Line], width: int) -> Sequence[Line]:
    """A command line in four lines at most; that there is more is then seen."""
    return lines if len(lines) <= 4 else [*lines[:3], cut((*lines[3], Span(" " * width)), width)]
