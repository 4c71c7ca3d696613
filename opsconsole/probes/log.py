"""The end of logs: of files, of containers through their engine, of units through journalctl."""

from __future__ import annotations

from pathlib import Path

from opsconsole.model.paths import LogOf, LogReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import plain
from opsconsole.model.units import duration
from opsconsole.probes import logfile
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.file import unreadable
from opsconsole.probes.hush import hush_text
from opsconsole.probes.journal import unseen
from opsconsole.probes.logtimes import since
from opsconsole.probes.running import Ran, run


class Logs:
    """Targets of kind `log`, each with a `LogOf`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shared = Shared()

    async def look(self, of: LogOf, timeout: float) -> LogReading | Problem:
        """A `LogReading`, without lines where there are none of that time."""
        if of.container is not None:
            return await self._container(of, of.container, timeout)
        if of.unit is not None:
            return await self._unit(of, of.unit, timeout)
        assert of.file is not None
        return await self._file(of, Path(of.file), timeout)

    async def _file(self, of: LogOf, path: Path, timeout: float) -> LogReading | Problem:
        try:
            lines, cut = await self._shared.call(of, lambda: logfile.last_lines(path, of.lines), timeout)
        except TimeoutError:
            return Problem(ProblemKind.TIMEOUT, f"{path} did not answer within {duration(timeout)}")
        except OSError as fault:
            return unreadable(fault, str(path))
        if of.span is None:
            return _reading(lines, cut)
        now = self._world.clock()
        kept, older, timed = since(lines, now - of.span, now)
        if lines and not timed:
            reason = (
                f"the lines of {path} do not begin with a time that we understand; leave minutes out, and give lines"
            )
            return Problem(ProblemKind.UNREADABLE, reason)
        return _reading(kept, cut and not older)

    async def _container(self, of: LogOf, name: str, timeout: float) -> LogReading | Problem:
        found = await self._world.engine.find(ContainerRef(name), timeout)
        if isinstance(found, Problem):
            return found
        begin = None if of.span is None else self._world.clock() - of.span
        lines = await self._world.engine.logs(found, of.lines, begin, timeout)
        if isinstance(lines, Problem):
            return lines
        return _reading(list(lines.end()), lines.came >= of.lines)

    async def _unit(self, of: LogOf, unit: str, timeout: float) -> LogReading | Problem:
        words = ["journalctl", "--no-pager", "--output=cat", f"--unit={unit}", f"--lines={of.lines}"]
        if of.span is not None:
            words.append(f"--since=@{self._world.clock() - of.span:.0f}")
        ran = await run(words, timeout, env={"LC_ALL": "C", "SYSTEMD_COLORS": "0"}, most=logfile.MOST)
        if isinstance(ran, Problem):
            return ran
        return unseen(ran.exit_code, ran.stderr.decode(errors="replace")) or _journal(ran, of.lines)


def _journal(ran: Ran, most: int) -> LogReading:
    lines = ran.stdout.decode(errors="replace").splitlines()
    entries = [line for line in lines if line != "-- No entries --"]
    return _reading(entries, ran.cut or len(entries) >= most)


def _reading(lines: list[str], cut: bool) -> LogReading:
    return LogReading(tuple(hush_text(plain(line)) for line in lines), cut)


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Logs(world).look, timed=True)
