"""Where every check stands, in the text format of Prometheus: for `status --format prometheus` and the text file. Pure.

No sample has a time of its own, because the text file collector of the node exporter takes none: when the round was is
a value. Names and help texts are always the same, since several stacks of a box may be read by one collector.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from opsconsole.model.check import Standing
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, worst
from opsconsole.watch.figures import Unit, figures_of

_LEVELS: Final = ", ".join(f"{level.value} {level.name}" for level in Level)

_ESCAPED: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(slots=True)
class _Metric:
    """One gauge: its name, what it means, and its samples as labels and value; of two with the same labels the first.

    (Two mounts may have long paths that begin alike; a reader refuses all of a text with such a pair.)
    """

    name: str
    means: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.means}"
        yield f"# TYPE {self.name} gauge"
        seen: set[str] = set()
        for labels, value in self.samples:
            told = ",".join(f'{name}="{one_line(text).translate(_ESCAPED)}"' for name, text in labels.items())
            if told not in seen:
                seen.add(told)
                yield f"{self.name}{{{told}}} {number(value)}"


def exposition(snapshot: Snapshot, asked: Collection[str] | None = None) -> str:
    """The whole text, with a newline at its end. With `asked` only those checks are in it, and counted.

    A check that was never looked at has no sample, and one that another keeps from being judged is UNKNOWN.
    """
    shown = [s for s in snapshot.standings.values() if asked is None or s.check.name in asked]
    stack = {"stack": snapshot.stack.name}
    metrics = [
        *_of_the_round(snapshot, shown, stack),
        *_of_the_checks(shown, stack),
        *_of_the_figures(snapshot, shown, stack),
    ]
    return "".join(f"{line}\n" for metric in metrics if metric.samples for line in metric.lines())


def number(value: float) -> str:
    """A value as Prometheus reads it: whole numbers without a point, others with all that they have."""
    return str(int(value)) if value == int(value) and abs(value) < 1 << 53 else repr(float(value))


def _of_the_round(snapshot: Snapshot, shown: Sequence[Standing], stack: Mapping[str, str]) -> Iterator[_Metric]:
    yield _Metric(
        "opsconsole_last_round_timestamp_seconds",
        "When the last round of checks ended, in seconds since 1970.",
        [(stack, round(snapshot.at, 3))],
    )
    yield _Metric(
        "opsconsole_last_round_duration_seconds",
        "How long the last round of checks took.",
        [(stack, round(snapshot.took, 6))],
    )
    yield _Metric(
        "opsconsole_stack_level",
        f"The worst level of all checks: {_LEVELS}.",
        [(stack, worst(s.level for s in shown if not s.blocked_by))],
    )
    levels = [standing.level for standing in shown]
    yield _Metric(
        "opsconsole_checks",
        "How many checks stand at a level.",
        [({**stack, "level": level.name}, levels.count(level)) for level in Level],
    )


def _of_the_checks(shown: Sequence[Standing], stack: Mapping[str, str]) -> Iterator[_Metric]:
    labels = {s.check.name: {**stack, "check": s.check.name, "kind": s.check.kind} for s in shown}
    yield _Metric(
        "opsconsole_check_level",
        f"How a check stands: {_LEVELS}.",
        [(labels[s.check.name], s.level) for s in shown],
    )
    yield _Metric(
        "opsconsole_check_blocked",
        "1 where a check cannot be judged because of another one, which speaks for it.",
        [(labels[s.check.name], s.blocked_by is not None) for s in shown],
    )
    yield _Metric(
        "opsconsole_check_looked_at_timestamp_seconds",
        "When a check was last looked at, in seconds since 1970.",
        [(labels[s.check.name], round(s.at, 3)) for s in shown],
    )


def _of_the_figures(snapshot: Snapshot, shown: Sequence[Standing], stack: Mapping[str, str]) -> Iterator[_Metric]:
    metrics: dict[Unit, _Metric] = {
        "bytes": _Metric("opsconsole_measured_bytes", "What a check measured, in bytes."),
        "seconds": _Metric("opsconsole_measured_seconds", "What a check measured, in seconds."),
        "percent": _Metric("opsconsole_measured_ratio", "What a check measured, as a share from 0 to 1."),
        "": _Metric("opsconsole_measured", "What a check counted."),
    }
    for standing in shown:
        check = standing.check
        for figure in figures_of(check, snapshot.latest.get(check.target)):
            value = figure.value / 100 if figure.unit == "percent" else figure.value
            labels = {**stack, "check": check.name, "figure": figure.name}
            metrics[figure.unit].samples.append((labels, value))
    yield from metrics.values()
