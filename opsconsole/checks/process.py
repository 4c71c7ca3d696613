"""Whether a service is the process that it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import Process, ProcessReading


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"is_": "is"}):
    """`is` is the program that the main process runs, maybe with a word of its arguments (`celery beat`).

    Each of `has` stands in its command line as words of their own (`worker`, `-Q ai`, `apps.worker.actors`). None of
    `never` is the program, or an argument, of any process of the service. Nothing given: that something runs.
    """

    is_: str | None = None
    has: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = [*self.has, *self.never, *([] if self.is_ is None else [self.is_])]
        if not all(word.strip() for word in words):
            raise ValueError("a word that is empty says nothing")


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The wrong program, one that lacks a word, or one that should never run here is DOWN."""
    reading: ProcessReading = sample.value
    measured = one_line(" ".join(reading.main.argv)) or one_line(reading.main.program)
    expected = _expected(expect)
    fault = next(_faults(expect, reading), None)
    if fault is not None:
        return Verdict(Level.DOWN, fault, measured, expected)
    return Verdict(Level.OK, f"runs {one_line(reading.main.program, 60)}", measured, expected)


def _faults(expect: Expect, reading: ProcessReading) -> Iterator[str]:
    """What is wrong, what tells most first."""
    main = reading.main
    runs = one_line(main.program, 60)
    if expect.is_ is not None:
        program, *arguments = expect.is_.split()
        if main.program not in (program, expect.is_):
            yield f"runs {runs}, expected {expect.is_}"
        elif main.program == program and not all(_stands_in(word, main) for word in arguments):
            yield f"runs {runs} without {' '.join(arguments)}, expected {expect.is_}"
    missing = [word for word in expect.has if not _stands_in(word, main)]
    if missing:
        yield f"runs {runs}, but without {' and '.join(missing)} in its command line"
    for word in expect.never:
        culprit = next((process for process in reading.processes if _is(word, process)), None)
        if culprit is not None:
            yield f"{word} runs in it (pid {culprit.pid}), which it never should"


def _stands_in(text: str, process: Process) -> bool:
    """Whether the words stand in the command line with nothing that would make other words of them next to them."""
    wanted = r"\s+".join(re.escape(word) for word in text.split())
    return re.search(rf"(?<![\w.-]){wanted}(?![\w.-])", " ".join(process.argv)) is not None


def _is(word: str, process: Process) -> bool:
    return process.program == word or word in process.argv


def _expected(expect: Expect) -> str:
    parts = [expect.is_ or ""]
    parts += [f"with {' and '.join(expect.has)}"] if expect.has else []
    parts += [f"never {' or '.join(expect.never)}"] if expect.never else []
    return ", ".join(part for part in parts if part)
