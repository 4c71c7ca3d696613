"""A program that is started inside a container to look, and ends there by itself when its time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from types import MappingProxyType
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.base import World
from opsconsole.probes.costs import note
from opsconsole.probes.running import MOST, QUIET, Ran

_TIMED_OUT: Final = (124, 137, 143)
"""How `timeout` says that it ended a command; 143 is that of busybox."""


async def run_inside(
    world: World,
    container: str,
    argv: Sequence[str],
    timeout: float,
    *,
    cwd: str | None = None,
    env: Mapping[str, str] = MappingProxyType({}),
    user: str | None = None,
    most: int = MOST,
) -> Ran | Problem:
    """Run `argv` in a container, by its name or as `project/service`.

    The engine cannot end a command, so `timeout` is put before it; only where the container has no such program
    does a command that hangs go on in there.
    """
    found = await world.engine.find(ContainerRef(container), timeout)
    if isinstance(found, Problem):
        return found
    within = max(1, round(timeout - 0.5))
    given = {**QUIET, **env}
    ran = None
    for words in (["timeout", str(within), *argv], list(argv)):
        began = perf_counter()
        ran = await world.engine.exec(found.name, words, timeout, most, given, user, cwd)
        note(argv, perf_counter() - began, None if isinstance(ran, Problem) else ran.exit_code, found.name)
        if isinstance(ran, Problem):
            if ran.kind is ProblemKind.NO_TOOL and words[0] == "timeout":
                continue
            return _named(ran, argv, timeout)
        if words[0] == "timeout" and ran.exit_code in _TIMED_OUT and not ran.stdout and not ran.stderr:
            return _late(argv, container, timeout)
        if words[0] == "timeout" and ran.exit_code in (126, 127) and _no_such(ran.stderr, argv[0]):
            return Problem(ProblemKind.NO_TOOL, f"there is no program {one_line(argv[0], 60)} in {container}")
        return Ran(ran.exit_code, ran.stdout, ran.stderr, ran.cut)
    return Problem(ProblemKind.NO_TOOL, f"{one_line(argv[0], 60)} cannot be run in {container}")


def _no_such(said: bytes, program: str) -> bool:
    """Whether `timeout` complains that it cannot start the program."""
    text = said.decode(errors="replace")
    return text.startswith("timeout:") and program in text


def _named(problem: Problem, argv: Sequence[str], timeout: float) -> Problem:
    if problem.kind is ProblemKind.TIMEOUT:
        return Problem(ProblemKind.TIMEOUT, f"{one_line(' '.join(argv), 80)} took longer than {duration(timeout)}")
    return problem


def _late(argv: Sequence[str], container: str, timeout: float) -> Problem:
    what = one_line(" ".join(argv), 80)
    return Problem(ProblemKind.TIMEOUT, f"{what} in {container} took longer than {duration(timeout)}")
