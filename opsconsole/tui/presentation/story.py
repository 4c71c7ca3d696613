"""What became of a service: starts, ends and why, the newest first; then how its health has been. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from opsconsole.model.detail import Happening, HealthLook, Story
from opsconsole.model.readings import ContainerReading, HealthReading, UnitReading
from opsconsole.model.sample import Sample
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.lives import merged, seen
from opsconsole.tui.presentation.spans import Line, line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

_RUNS = 8
"""Stretches of an endpoint's answers that are shown."""


def rows(subject: Subject, story: Story | str, health: Sequence[HealthLook], width: int) -> list[Row]:
    """`story` is a reason in words where it could not be read, or that it is being asked for."""
    now = subject.snapshot.at
    out = [Row("counts", tuple(wrap(line((_counts(subject), "value")), width)))] if _counts(subject) else []
    told = story.happenings if isinstance(story, Story) else ()
    found = merged(told, seen(subject))
    for number, (one, before) in enumerate(folded(found)):
        below = wrap(line("  ", (_again(one, before, now), "dim")), width, "  ") if before else []
        level = Level.DOWN if one.bad else Level.OK
        out.append(Row(f"life:{number}", (*_happening(one, now, width), *below), level))
    if isinstance(story, str):
        out.append(Row("why", tuple(wrap(words(story, "unknown", 300), width))))
    elif not found:
        out.append(Row("none", (line(("nothing became of it", "dim")),)))
    if isinstance(story, Story) and story.known_since:
        out.append(Row("since", tuple(wrap(words(story.known_since, "dim", 300), width))))
    checks = list(_health(subject, health, width))
    return [*out, Row("health", ((), line(("Health", "heading")))), *checks] if checks else out


def folded(found: Sequence[Happening]) -> list[tuple[Happening, Sequence[Happening]]]:
    """Happenings, the newest first, each with those before it that were the same in the same order, as in a crash loop.

    Of what came round three times and more the last round is told, with the others behind its first happening.
    """
    out: list[tuple[Happening, Sequence[Happening]]] = []
    place = 0
    while place < len(found):
        period, times = max(
            ((n, _rounds(found, place, n)) for n in (1, 2, 3)), key=lambda one: (one[1] >= 3) * one[0] * one[1]
        )
        if times < 3:
            period = times = 1
        last = found[place : place + period]
        out += [(one, found[place + n + period : place + period * times : period]) for n, one in enumerate(last)]
        place += period * times
    return out


def _rounds(found: Sequence[Happening], place: int, period: int) -> int:
    """How often the `period` happenings from `place` on come round, one time after the other."""
    wanted = [(one.what, one.why) for one in found[place : place + period]]
    times = 0
    while len(wanted) == period and [(one.what, one.why) for one in found[place : place + period]] == wanted:
        times, place = times + 1, place + period
    return times


def _again(last: Happening, before: Sequence[Happening], now: float) -> str:
    pace = duration(max((last.at - before[-1].at) / len(before), 0))
    return f"the same {len(before)} times before, since {_clock(before[-1].at, now)}, about every {pace}"


def _counts(subject: Subject) -> str:
    """The counters of the engine or of systemd, and what they leave out."""
    box, unit = subject.value("container"), subject.value("unit")
    if isinstance(box, ContainerReading):
        killed = "; a process of it was killed, out of memory" if box.oom_killed else ""
        return f"{_restarts(box.restarts)} by its policy since it was last started by hand{killed}"
    if isinstance(unit, UnitReading):
        how = f"; the last ended: {unit.result}" if unit.result not in ("", "success") else ""
        return f"{_restarts(unit.restarts)} by systemd since it was last started by hand{how}"
    return ""


def _restarts(many: int) -> str:
    return f"{many} restart{'s' * (many != 1)}"


def _happening(one: Happening, now: float, width: int) -> list[Line]:
    told = line(
        (f"{_clock(one.at, now)} ", "value"),
        (f"{age(now - one.at)} ago".rjust(9) + "  ", "dim"),
        *words(one.what, "down" if one.bad else "strong", 60),
        *(line(("  ", ""), *words(one.why, "", 200)) if one.why else ()),
    )
    return wrap(told, width, "  ")


def _clock(at: float, now: float) -> str:
    """The time of day, with the day where that is another one."""
    then = datetime.fromtimestamp(at, UTC)
    same = then.date() == datetime.fromtimestamp(now, UTC).date()
    return then.strftime("%H:%M:%S" if same else "%m-%d %H:%M")


def _health(subject: Subject, looks: Sequence[HealthLook], width: int) -> Iterator[Row]:
    now = subject.snapshot.at
    for number, look in enumerate(reversed(looks)):
        bad = look.exit_code != 0
        said = f"exit code {look.exit_code}" if bad else "passed"
        told = line(
            (f"{_clock(look.at, now)} ", "value"),
            ("engine's check ", "dim"),
            (f"{said} ", "down" if bad else "good"),
            (f"in {duration(look.took)}  ", "dim"),
            *words(look.said, "", 300),
        )
        yield Row(f"look:{number}", tuple(wrap(told, width, "  ")))
    for target in subject.targets:
        if target.kind == "health":
            yield from _answers(target.name, subject.snapshot.past.get(target, ()), now, width)


def _answers(name: str, past: Sequence[Sample], now: float, width: int) -> Iterator[Row]:
    """The answers of one endpoint in the last quarter of an hour, put together while they stay alike."""
    alike = [list(group) for _, group in groupby(past, key=_word)]
    for number, group in enumerate(reversed(alike[-_RUNS:])):
        bad = group[0].problem is not None or not _is_fine(group[0].value)
        times = [sample.value.latency for sample in group if isinstance(sample.value, HealthReading)]
        within = f", {_range(min(times), max(times))}" if times else ""
        why = group[-1].problem.reason if group[-1].problem is not None else ""
        told = line(
            (f"{_clock(group[0].at, now)} ", "value"),
            *words(name, "dim"),
            " ",
            *words(_word(group[0]), "down" if bad else "good", 60),
            (f"  {len(group)} look{'s' * (len(group) != 1)}{within}  ", "dim"),
            *words(why, "", 200),
        )
        yield Row(f"answer:{name}:{number}", tuple(wrap(told, width, "  ")))


def _range(least: float, most: float) -> str:
    first, last = duration(least), duration(most)
    return first if first == last else f"{first} to {last}"


def _word(sample: Sample) -> str:
    if sample.problem is not None:
        return sample.problem.kind.value
    reading = sample.value
    return "PONG" if reading.body == "PONG" else str(getattr(reading, "status", ""))


def _is_fine(reading: object) -> bool:
    return isinstance(reading, HealthReading) and reading.status < 400
