"""The head of the service screen: what it is, how it stands, and the one thing that matters most. Pure."""

from __future__ import annotations

from opsconsole.model.readings import ContainerReading, MemoryReading, ProcessReading, UnitReading
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.text import one_line
from opsconsole.model.units import duration, size
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, Span, cut, join, line, words
from opsconsole.tui.presentation.subject import Subject

_DOT = Span(" · ", "dim")


def lines(subject: Subject, answer: str, width: int) -> list[Line]:
    """Two lines: name, kind, state and verdict; then the worst finding, or the outlook of its memory."""
    first = join([words(subject.name, "title", 60), _state(subject), _kind(subject)], _DOT)
    return [
        cut((Span(" "), *_verdict(subject), Span(" "), *first), width),
        cut((Span(" "), *_matters(subject, answer)), width),
    ]


def _verdict(subject: Subject) -> Line:
    worst = subject.level
    if not worst:
        return line(("OK", "good"))
    return line((f" {worst.name} ", f"badge-{LEVEL_STYLES[worst]}"))


def _kind(subject: Subject) -> Line:
    match subject.ref:
        case ContainerRef(name):
            said = f"container {name}"
        case UnitRef(name):
            said = f"unit {name}"
        case ProcessesRef(argv, user):
            said = f"processes with '{argv}'{f' of {user}' if user else ''}"
        case _:
            said = "endpoint" if subject.targets else "the stack file names no such thing any more"
    return words(said, "dim", 80)


def _state(subject: Subject) -> Line:
    """Since when it runs, and in which state where that is out of the ordinary."""
    now = subject.snapshot.at
    box, unit, processes = (subject.value(kind) for kind in ("container", "unit", "process"))
    said = []
    if isinstance(box, ContainerReading):
        health = f", {box.health}" if box.health else ""
        up = f" for {duration(now - box.started_at)}" if box.started_at and box.state == "running" else ""
        said.append(f"{one_line(box.state)}{up}{health}")
    elif isinstance(unit, UnitReading):
        up = f" for {duration(now - unit.started_at)}" if unit.started_at and unit.active_state == "active" else ""
        said.append(f"{unit.active_state} ({unit.sub_state}){up}")
    elif isinstance(processes, ProcessReading):
        said.append(f"up {duration(now - processes.main.started_at)}")
    memory = subject.value("memory")
    if isinstance(memory, MemoryReading):
        said.append(f"{size(memory.used)}{f' of {size(memory.limit)}' if memory.limit else ''}")
    return join([words(one) for one in said], _DOT)


def _matters(subject: Subject, answer: str) -> Line:
    found = subject.findings
    if not found:
        return words(f"memory: {answer}" if answer else "", "dim") or EMPTY
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    style = LEVEL_STYLES[found[0].level]
    return line((f"{found[0].level.sign} ", style), *words(found[0].reason, style, 300), (more, "dim"))
