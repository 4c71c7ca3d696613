"""The health pane: what each endpoint answers, how fast, its course, and since when it stands as it does."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from opsconsole.model.readings import HealthReading
from opsconsole.model.sample import Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.bars import spark
from opsconsole.tui.presentation.history import course
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, cut, line, sign, words
from opsconsole.tui.presentation.standing import Standings, expected, level
from opsconsole.tui.presentation.table import ROOMY, Cell, Column, Row, Rows, Value, headed
from opsconsole.tui.presentation.unread import unread
from opsconsole.tui.presentation.view import View

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, least=24, name=True, title="endpoint"),
    Column(keep=4, least=6, title="asked"),
    Column(keep=7, title="answer"),
    Column(keep=6, align="right", title="took"),
    Column(keep=2),  # course
    Column(keep=5, align="right", title="since"),
)
_GOOD_TO_HAVE: Final = (Column(keep=1, align="right", title="within"), Column(keep=1, least=20, title="address"))
_COURSE: Final = 10
_LONG_COURSE: Final = 24
_SLOW: Final = 1.0  # seconds: the top of the course where the check names none


def rows(view: View, width: int) -> Rows:
    """A row for each endpoint, the worst first."""
    snapshot, standings = view.snapshot, view.standings
    targets = [target for target in snapshot.stack.watched if target.kind == "health"]
    levels = {target: level(standings.get(target, ()), snapshot.latest.get(target)) for target in targets}
    targets.sort(key=lambda target: -levels[target])
    roomy = width >= ROOMY
    cells = [
        [
            *_cells(target, levels[target], snapshot, standings, _LONG_COURSE if roomy else _COURSE),
            *(_more(target, standings) if roomy else ()),
        ]
        for target in targets
    ]
    head, drawn = headed((*_COLUMNS, *_GOOD_TO_HAVE) if roomy else _COLUMNS, cells, width, titled=roomy)
    return Rows.under(
        head,
        [
            Row(
                target.name,
                _lines(target, levels[target], snapshot, each, width),
                levels[target],
                _values(target, snapshot, standings),
            )
            for target, each in zip(targets, drawn, strict=True)
        ],
    )


def _values(target: Target, snapshot: Snapshot, standings: Standings) -> dict[str, Value]:
    sample = snapshot.latest.get(target)
    read = sample is not None and sample.problem is None
    return {
        "endpoint": target.name,
        "answer": sample.value.status if sample is not None and read else None,
        "took": sample.value.latency if sample is not None and read else None,
        "since": snapshot.at - since if (since := _since(target, standings)) is not None else None,
    }


def _since(target: Target, standings: Standings) -> float | None:
    return min((standing.since for standing in standings.get(target, ())), default=None)


def _more(target: Target, standings: Standings) -> list[Cell]:
    """What is good to have where there is room."""
    within = expected(standings.get(target, ()), "health", "within")
    return [line((duration(within), "dim")) if within else EMPTY, words(getattr(target.of, "url", ""), "dim")]


def _cells(target: Target, worst: Level, snapshot: Snapshot, standings: Standings, parts: int) -> list[Cell]:
    sample = snapshot.latest.get(target)
    own = standings.get(target, ())
    style = LEVEL_STYLES[worst]
    if sample is None:
        return [EMPTY] * len(_COLUMNS)
    top = expected(own, "health", "within") or _SLOW
    latency = course(snapshot.past.get(target, ()), snapshot.at, parts, lambda reading: float(reading.latency))
    since = _since(target, standings)
    if sample.problem is not None:
        answer, fast = line((sample.problem.kind.value if worst is Level.DOWN else "unknown", style)), EMPTY
    else:
        answer, fast = _answer(sample.value, style), line(duration(sample.value.latency))
    return [
        sign(worst),
        words(target.name),
        words(_asked(target.of), "dim"),
        answer,
        fast,
        line((spark(latency, float(top)), "course")),
        line((f"for {age(snapshot.at - since)}", "dim")) if since is not None else EMPTY,
    ]


def _asked(of: Any) -> str:
    """The path of the endpoint, or the word that a broker is asked."""
    url = urlsplit(getattr(of, "url", ""))
    return (url.path or "/") if url.scheme.startswith("http") else "PING"


def _code(reading: HealthReading) -> str:
    return "PONG" if not reading.url.startswith("http") and reading.body == "PONG" else str(reading.status)


def _answer(reading: HealthReading, style: str) -> Line:
    return line((_code(reading), style or "value"))


def _lines(target: Target, worst: Level, snapshot: Snapshot, drawn: Line, width: int) -> tuple[Line, ...]:
    sample, good = snapshot.latest.get(target), snapshot.last_good.get(target)
    if sample is None:
        return (unread(worst, target.name, None, width),)
    if sample.problem is not None:
        last = f" · last {_code(good.value)} {age(snapshot.at - good.at)} ago" if good else ""
        why = line("    ", *words(sample.problem.reason, "dim", 300), (last, "dim"))
        return (drawn, cut(why, width))
    return (drawn,)
