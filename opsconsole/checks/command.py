"""How a command should end, and what it should print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from opsconsole.checks.patterns import Pattern, compiled
from opsconsole.checks.thresholds import worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.programs import CommandReading

Code = Annotated[int, msgspec.Meta(ge=0, le=255)]


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is so when all is well.

    `exit`: the exit code, or several; 0 where none is given. `expect`: texts or /regular expressions/ that must each
    be in what it prints, on either channel. `never`: such that must not. What is wrong is DOWN, or as `severity` says.
    """

    exit: Code | tuple[Code, ...] = 0
    expect: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """What it printed says more than its exit code, so the line that betrays it is in the reason."""
    reading: CommandReading = sample.value
    measured = f"exit {reading.exit_code}"
    last = _last(reading.output)
    fine = Verdict(Level.OK, f"{measured}: {last}" if last else measured, measured, _expected(expect))
    return worst_of([fine, *_faults(expect, reading, measured)])


def _faults(expect: Expect, reading: CommandReading, measured: str) -> Iterator[Verdict]:
    expected = _expected(expect)
    codes = (expect.exit,) if isinstance(expect.exit, int) else expect.exit
    for pattern in expect.never:
        found = compiled(pattern).search(reading.output)
        if found is not None:
            yield Verdict(
                Level.DOWN, f"prints {_shown(pattern)}: {_line(reading.output, found.start())}", measured, expected
            )
    if reading.exit_code not in codes:
        last = _last(reading.output)
        yield Verdict(Level.DOWN, f"{measured}{f': {last}' if last else ', and prints nothing'}", measured, expected)
    for pattern in expect.expect:
        if compiled(pattern).search(reading.output) is None:
            where = " in what was kept of its output" if reading.cut else ""
            last = _last(reading.output)
            said = f"; it ends with: {last}" if last else "; it prints nothing"
            yield Verdict(Level.DOWN, f"prints no {_shown(pattern)}{where}{said}", measured, expected)


def _line(output: str, at: int) -> str:
    """The line of `output` in which `at` lies."""
    end = output.find("\n", at)
    return one_line(output[output.rfind("\n", 0, at) + 1 : end if end >= 0 else len(output)], 120)


def _last(output: str) -> str:
    """The last line that says something: that is where programs tell why."""
    return next((one_line(line, 120) for line in reversed(output.splitlines()) if line.strip()), "")


def _shown(pattern: str) -> str:
    return one_line(pattern, 60)


def _expected(expect: Expect) -> str:
    codes = (expect.exit,) if isinstance(expect.exit, int) else expect.exit
    texts = [f"prints {_shown(pattern)}" for pattern in expect.expect] + [f"no {_shown(p)}" for p in expect.never]
    return ", ".join([f"exit {' or '.join(map(str, codes))}", *texts])
