"""A runbook to be read: whole, before it is begun or beside a run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opsconsole.model.runbook import Runbook, Section, Step
from opsconsole.model.text import one_line, plain
from opsconsole.runbook.between import in_the_header
from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.spans import Line, cut, line, words, wrap
from opsconsole.tui.presentation.steps import label, risk_line
from opsconsole.tui.presentation.summary import summary


@dataclass(frozen=True, slots=True)
class Document:
    """Lines; `starts` says in which of them a section stands, by its line in the source."""

    lines: Sequence[Line]
    starts: Mapping[int, int]


class _Same:
    """A runbook as a key: the very one, without looking at all of it."""

    def __init__(self, book: Runbook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.book is self.book


@lru_cache(maxsize=16)
def _made(same: _Same, width: int, contacts: tuple[tuple[str, str], ...]) -> Document:
    book = same.book
    lines, starts = summary(book, width, dict(contacts)), {}
    head = in_the_header(book)
    numbers = {step.index: number for number, step in enumerate(book.todo, 1)}
    for section in book.sections:
        if section in head:
            starts[section.line] = 0
            continue
        if lines:
            lines.append(())
        starts[section.line] = len(lines)
        lines += _section(section, numbers, width)
    for fault in book.faults:
        said = line(("! ", "degraded"), *words(f"line {fault.line}: {fault.message}", "degraded", 300))
        lines += wrap(said, width)
    return Document(tuple(lines), starts)


def document(book: Runbook, width: int, contacts: Mapping[str, str] | None = None) -> Document:
    """All sections with their steps, in the order of the document; `contacts` are the stack's."""
    return _made(_Same(book), width, tuple((contacts or {}).items()))


def _section(section: Section, numbers: Mapping[int, int], width: int) -> Iterator[Line]:
    if section.title:
        yield _heading(section)
    for place, step in enumerate(section.steps):
        told = prose(step.prose, width)
        yield from ((), *told) if told and place else told
        if told or step.kind != "tick":
            yield ()
        yield from _step(step, numbers.get(step.index, 0), width)
    closing = prose(section.closing, width)
    yield from ((), *closing) if closing and section.steps else closing


def _heading(section: Section) -> Line:
    return line(("#" * min(max(section.level, 1), 3) + " ", "dim"), (one_line(section.title), "heading"))


def _step(step: Step, number: int, width: int) -> list[Line]:
    if step.kind == "tick":
        return wrap(line((f"{number:>2} ", "dim"), ("☐ ", "key"), *words(step.text, "", 300)), width, "     ")
    if step.kind == "shown":
        return [cut(each, width) for each in _code(step)]
    tab = line((f"[{one_line(step.tab, 30)}] ", "key")) if step.tab else ()
    if step.kind == "decision":
        head = line((f"{number:>2} ", "dim"), *tab, ("a decision", "strong"))
        ways = [line("   ", ("• ", "key"), *_link(text, to)) for text, to in step.choices]
        return [head, *(each for way in ways for each in wrap(way, width, "     "))]
    why = ", ".join(dict.fromkeys(command.why for command in step.commands if command.risk is step.risk))
    head = (*line((f"{number:>2} ", "dim"), *tab, (label(step), "strong"), "  "), *risk_line(step.risk, why))
    return [*wrap(head, width, "   "), *(cut(each, width) for each in _code(step))]


def _link(text: str, to: str) -> Line:
    return tuple(span._replace(to=to) for span in words(text, "link", 300))


def _code(step: Step) -> list[Line]:
    return [line("    ", (each.expandtabs(4), "code")) for each in plain(step.text).rstrip("\n").split("\n")]


def alternatives(steps: Sequence[Step], first: int, width: int) -> list[Line]:
    """Steps of which one tab is done, each under its name; `first` is the number of the first in the run."""
    out: list[Line] = []
    for number, step in enumerate(steps, first):
        out += [*([()] if out else []), *prose(step.prose, width), *_step(step, number, width)]
    return out
