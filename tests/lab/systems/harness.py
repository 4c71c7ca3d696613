"""Break it, find it, repair it: the same story for every fault of every system."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.lab.systems.fault import Fault
from tests.lab.systems.follow import play, script_of, take_over
from tests.lab.systems.hand import Hand
from tests.lab.systems.system import Status, System, way_to
from tests.support.waiting import wait_until

ROUNDS = 2
"""Looks within which a fault must be found."""


class Bench:
    """One system for many tests, opened anew after a test that failed and may have left it broken."""

    def __init__(self, opened: Callable[[], System]) -> None:
        self._open = opened
        self._system: System | None = None

    @contextmanager
    def working(self) -> Iterator[System]:
        """The system, well; for one test."""
        if self._system is None:
            self._system = self._open()
            well_again(self._system, "after it was built")
        try:
            yield self._system
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Every trace of it goes."""
        system, self._system = self._system, None
        if system is not None:
            system.close()
            assert not list(system.traces()), f"left behind: {list(system.traces())}"


def prove(system: System, fault: Fault) -> None:
    """The whole story of one fault; AssertionError says at which point it did not go as told.

    The box is well, as it was built or as the last story left it. Broken, `status` says so within two rounds, by
    exactly the expected checks and with the right exit code. The runbook without its recovery changes nothing of that;
    as it is written it makes all well again.
    """
    try:
        fault.break_it(system)
        found = found_within(system, fault, ROUNDS)
        assert found.wrong == fault.fails, f"after {fault.name}, by the wrong checks:\n{found.said}"
        assert found.code == fault.code, f"{fault.name}: exit {found.code}\n{found.said}"
        without = follow(system, Hand(fault, leave_out=True))
        assert without.skipped, f"{fault.runbook} came to none of {fault.recovery}: {without.done} {without.stopped}"
        still = look(system, fault)
        assert still.wrong == fault.fails, f"{fault.name} was repaired by no recovery:\n{still.said}"
        whole = follow(system, Hand(fault))
        assert not whole.stopped, f"{fault.runbook} was stopped: {whole.stopped}"
        assert set(fault.recovery) <= set(whole.done), f"{fault.runbook} did {whole.done}, not {fault.recovery}"
        for step in fault.undone:
            assert whole.done.count(step) > 1, f"{step} was not taken back and done again: {whole.done}"
        well_again(system, f"after {fault.runbook}")
    finally:
        if fault.tidy:
            fault.tidy(system)


def found_within(system: System, fault: Fault, rounds: int) -> Status:
    """The first of so many looks that finds all that is expected, else the last."""
    found = look(system, fault)
    for _ in range(rounds - 1):
        if found.wrong == fault.fails:
            break
        found = look(system, fault)
    return found


def look(system: System, fault: Fault, patience: int = 8) -> Status:
    """One look, made anew while this machine is too busy to read in time what has nothing to do with the fault."""
    seen = Status.of(system)
    for _ in range(patience):
        if seen.late <= set(fault.fails):
            break
        seen = Status.of(system)
    return seen


def well_again(system: System, when: str, within: float = 60) -> None:
    """`status` is 0, at once or soon: something that was just started may need a moment."""
    last = Status(9, {}, "")

    def well() -> bool:
        nonlocal last
        last = Status.of(system)
        return last.code == 0 and not last.wrong

    try:
        wait_until("status 0", well, within)
    except AssertionError:
        raise AssertionError(f"{when}, the box is not well: exit {last.code}\n{last.said}") from None


def follow(system: System, hand: Hand) -> Hand:
    """Run the fault's runbook by `hand` on the system's box; see `play`."""
    if way := way_to(system):
        program = [*way, sys.executable, "-m", "tests.lab.systems.follow", str(system.stack_file)]
        done = subprocess.run(
            program, env=dict(system.environment), input=script_of(hand), capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr[-3000:]
        take_over(hand, done.stdout)
        return hand
    with standing_in(system.environment, system.home):
        asyncio.run(play(system.stack_file, hand))
    return hand


@contextmanager
def standing_in(environment: Mapping[str, str], home: Path) -> Iterator[None]:
    """The test itself on the system's box: a run's holder inherits what we are started with."""
    before, here = dict(os.environ), Path.cwd()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(home)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(here)
