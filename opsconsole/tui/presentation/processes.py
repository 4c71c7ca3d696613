"""The process pane: what each service really is, what it should be, and the command line that betrays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opsconsole.model.readings import ContainerReading, Process, ProcessReading, UnitReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, cut, line, sign, words
from opsconsole.tui.presentation.standing import Standings, expected, level
from opsconsole.tui.presentation.table import ROOMY, Cell, Column, Row, Rows, Value, headed
from opsconsole.tui.presentation.unread import unread
from opsconsole.tui.presentation.view import View

KINDS: Final = ("process", "container", "unit")
"""Kinds of target that this pane draws from; those with the same service reference make up one row."""

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, least=24, name=True, title="service"),
    Column(keep=7, least=14, grow=True, title="runs"),
    Column(keep=3, title="pid"),
    Column(keep=5, align="right", title="up"),
)
_GOOD_TO_HAVE: Final = (
    Column(keep=2, least=12, title="image"),
    Column(keep=1, least=20, title="command"),
)

_WANT_BESIDE: Final = 50
"""Cells from which what is wanted stands beside what is there; below it stands under it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One service: its process target where there is one, else what stands for it, and the state around it."""

    target: Target
    level: Level
    sample: Sample | None
    good: Sample | None
    state: ContainerReading | UnitReading | None
    wanted: str | None


def rows(view: View, width: int) -> Rows:
    """A row for each service that has processes, a container or a unit; the worst first."""
    snapshot, standings = view.snapshot, view.standings
    groups: dict[object, list[Target]] = {}
    for target in snapshot.stack.watched:
        if target.kind in KINDS:
            groups.setdefault(target.of or target.name, []).append(target)
    seen = [_look(group, snapshot, standings) for group in groups.values()]
    seen.sort(key=lambda one: -one.level)
    roomy = width >= ROOMY
    cells = [(*_cells(one, snapshot, width), *(_more(one) if roomy else ())) for one in seen]
    head, drawn = headed((*_COLUMNS, *_GOOD_TO_HAVE) if roomy else _COLUMNS, cells, width, titled=roomy)
    return Rows.under(
        head,
        [
            Row(one.target.name, _lines(one, each, width), one.level, _values(one, snapshot))
            for one, each in zip(seen, drawn, strict=True)
        ],
    )


def _look(group: list[Target], snapshot: Snapshot, standings: Standings) -> _Seen:
    main = next((target for target in group if target.kind == "process"), group[0])
    own = tuple(standing for target in group for standing in standings.get(target, ()))
    state = None
    for target in group:
        sample = snapshot.latest.get(target)
        if target.kind != "process" and sample is not None and sample.problem is None:
            state = sample.value
    sample = snapshot.latest.get(main)
    worst = level(own, sample if main.kind == "process" or state is None else None)
    return _Seen(main, worst, sample, snapshot.last_good.get(main), state, expected(own, "process", "is_"))


def _values(seen: _Seen, snapshot: Snapshot) -> dict[str, Value]:
    process = _main(seen)
    return {
        "service": seen.target.name,
        "runs": process.program if process is not None else None,
        "pid": process.pid if process is not None else None,
        "up": snapshot.at - process.started_at if process is not None else None,
    }


def _more(seen: _Seen) -> list[Cell]:
    """What is good to have where there is room: whence it is, and its command line where no line of its own has it."""
    process, state = _main(seen), seen.state
    argv = " ".join(process.argv) if process is not None and seen.level is Level.OK else ""
    return [
        words(state.image, "dim") if isinstance(state, ContainerReading) else EMPTY,
        words(argv, "dim", 300),
    ]


def _cells(seen: _Seen, snapshot: Snapshot, width: int) -> list[Cell]:
    mark, name = sign(seen.level), words(seen.target.name)
    process = _main(seen)
    if process is None:
        return [mark, name, _state(seen), EMPTY, EMPTY]
    stale = seen.sample is not None and seen.sample.problem is not None
    if stale and seen.good is not None:
        was = line((f"was {one_line(process.program, 40)}", "dim"))
        ago = line((f"{age(snapshot.at - seen.good.at)} ago", "dim"))
        return [mark, name, (*_state(seen), *line("  "), *was) if _state(seen) else was, EMPTY, ago]
    return [
        mark,
        name,
        _what(seen, process, width),
        line((f"pid {process.pid}", "dim")),
        line((f"up {age(snapshot.at - process.started_at)}", "dim")),
    ]


def _main(seen: _Seen) -> Process | None:
    reading = seen.good.value if seen.good is not None else None
    return reading.main if isinstance(reading, ProcessReading) else None


def _wrong(seen: _Seen, process: Process) -> bool:
    return seen.wanted is not None and seen.level is not Level.OK and process.program != seen.wanted


def _what(seen: _Seen, process: Process, width: int) -> Line:
    reading = seen.good.value if seen.good else None
    same = reading.same_program if isinstance(reading, ProcessReading) else 1
    many = f" ×{same}" if same > 1 else ""
    wrong = _wrong(seen, process)
    style = LEVEL_STYLES[seen.level] if wrong else ""
    parts = [*line((f"{one_line(process.program, 40)}{many}", style))]
    if wrong and width >= _WANT_BESIDE:
        parts += line((", want ", "dim"), (one_line(str(seen.wanted), 40), "value"))
    state = _state(seen)
    return (*parts, *line("  "), *state) if state else tuple(parts)


def _state(seen: _Seen) -> Line:
    """What is out of the ordinary about the container or unit around it."""
    state, style = seen.state, LEVEL_STYLES[seen.level]
    if isinstance(state, ContainerReading):
        said = [] if state.state == "running" else [state.state + _exit(state.exit_code)]
        if state.health in ("unhealthy", "starting"):
            said.append(state.health)
        if state.oom_killed:
            said.append("out of memory")
        if state.restarts:
            said.append(f"{state.restarts} restarts" if state.restarts > 1 else "1 restart")
        return words(" · ".join(said), style if state.state != "running" or state.health == "unhealthy" else "dim")
    if isinstance(state, UnitReading) and (state.active_state, state.sub_state) != ("active", "running"):
        return words(f"{state.active_state}/{state.sub_state}{_exit(state.exit_code)}", style or "dim")
    return EMPTY


def _exit(code: int | None) -> str:
    return f" ({code})" if code else ""


def _lines(seen: _Seen, drawn: Line, width: int) -> tuple[Line, ...]:
    process = _main(seen)
    if process is None and seen.state is None:
        return (unread(seen.level, seen.target.name, seen.sample, width),)
    stale = seen.sample is not None and seen.sample.problem is not None
    if process is None or stale or seen.level is Level.OK or not process.argv:
        return (drawn,)
    want = f"want {one_line(str(seen.wanted), 40)}  " if _wrong(seen, process) and width < _WANT_BESIDE else ""
    argv = cut(line("    ", want, ("argv: ", "dim"), (one_line(" ".join(process.argv), 300), "value")), width)
    return (drawn, argv)
