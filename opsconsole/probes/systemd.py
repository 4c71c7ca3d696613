"""systemd's word on units, asked once for all who want to know."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final, TypeAlias

from opsconsole.model.readings import UnitReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.systemctl import (
    PROPERTIES,
    is_name,
    missing,
    pairs,
    parse_files,
    parse_list,
    parse_own,
    parse_show,
    understand_failure,
    understand_journal,
)

FRESH: Final = 0.5
"""Seconds for which an answer serves all who ask: the probes of one round."""

LONGEST: Final = 10.0
"""Seconds after which a question is given up, whether anybody still waits for it or not."""

REMEMBERED: Final = 30.0
"""Seconds for which a unit that somebody asked about is asked about with the others."""

Answer: TypeAlias = "Mapping[str, UnitReading] | Problem"


class Units:
    """The units of this machine's systemd. `prefix` is put before `systemctl`, to ask one elsewhere (`docker exec …`).

    Used from one event loop at a time. What is wrong with systemd is a `Problem`, never an exception; it does not
    mean that the units are down, so it is of a kind that is UNKNOWN.
    """

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self._prefix = tuple(prefix)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted: dict[str, float] = {}
        self._asked: frozenset[str] = frozenset()
        self._asking: asyncio.Task[Answer] | None = None
        self._answered_at = 0.0

    async def show(self, names: Collection[str], timeout: float = 3.0) -> Answer:
        """A reading for each of `names` (with their suffix: `nginx.service`); a unit that is not there has one too.

        All that asked lately are asked about by one `systemctl show`, whose answer serves for half a second.
        """
        self._enter()
        now = monotonic()
        self._wanted |= dict.fromkeys(names, now)
        if not self._usable(names, now):
            self._wanted = {name: at for name, at in self._wanted.items() if now - at < REMEMBERED}
            self._asked = frozenset(self._wanted)
            self._asking = asyncio.create_task(self._show(sorted(self._asked)))
        asking = self._asking
        assert asking is not None
        # Waited for, not awaited: whoever is cancelled must not take the answer from the others.
        done, _ = await asyncio.wait({asking}, timeout=timeout)
        if not done:
            return _silent(timeout)
        answer = asking.result()
        return answer if isinstance(answer, Problem) else {name: answer[name] for name in names}

    async def owners(self, names: Sequence[str], timeout: float = 3.0) -> Mapping[str, tuple[str, str]] | Problem:
        """By unit, the user that it runs as and the folder that it runs in; the folder may be empty."""
        said = await self._run(["show", "--property=User,WorkingDirectory", "--", *names], timeout)
        if isinstance(said, Problem):
            return said
        found = [pairs(paragraph) for paragraph in said.split("\n\n") if paragraph.strip()]
        if len(found) != len(names):
            return Problem(ProblemKind.UNREADABLE, "systemctl told of other units than it was asked about")
        return {
            name: (one.get("User") or "root", one.get("WorkingDirectory", "").lstrip("!-"))
            for name, one in zip(names, found, strict=True)
        }

    async def failed(self, timeout: float = 3.0) -> tuple[UnitReading, ...] | Problem:
        """The units that have failed or are being started again and again."""
        listed = await self._run(
            ["list-units", "--all", "--full", "--plain", "--no-legend", "--state=failed,auto-restart"], timeout
        )
        if isinstance(listed, Problem):
            return listed
        names = parse_list(listed)
        if not names:
            return ()
        found = await self.show(names, timeout)
        return found if isinstance(found, Problem) else tuple(found[name] for name in names)

    async def own(self, timeout: float = 3.0) -> tuple[UnitReading, ...] | Problem:
        """The services that run and whose files somebody laid on this box; those of packages lie elsewhere."""
        listed = await self._run(
            ["list-units", "--type=service", "--full", "--plain", "--no-legend", "--state=running"], timeout
        )
        if isinstance(listed, Problem):
            return listed
        running = parse_list(listed)
        if not running:
            return ()
        said = await self._run(["show", "--property=Id,FragmentPath", "--", *running], timeout)
        if isinstance(said, Problem):
            return said
        names = parse_own(said)
        if not names:
            return ()
        found = await self.show(names, timeout)
        return found if isinstance(found, Problem) else tuple(found[name] for name in names)

    async def files(self, names: Collection[str], timeout: float = 3.0) -> tuple[str, ...] | Problem:
        """The files that units are made from: their own, drop-ins, and those of their environment."""
        self._enter()
        real = sorted(name for name in names if is_name(name))
        if not real:
            return ()
        wanted = "--property=FragmentPath,DropInPaths,EnvironmentFiles"
        said = await self._run(["show", wanted, "--", *real], timeout)
        return said if isinstance(said, Problem) else parse_files(said)

    async def properties(self, name: str, wanted: Sequence[str], timeout: float = 3.0) -> Mapping[str, str] | Problem:
        """Some properties of one unit, by name, as systemd writes them; those that it does not know are missing."""
        if not is_name(name):
            return Problem(ProblemKind.GONE, f"there is no unit called {one_line(name, 80)}")
        said = await self._run(["show", f"--property={','.join(wanted)}", "--", name], timeout)
        return said if isinstance(said, Problem) else pairs(said)

    async def journal(self, name: str, lines: int, timeout: float = 5.0) -> str | Problem:
        """What systemd itself wrote about a unit into the journal, as JSON, an entry a line, oldest first."""
        if not is_name(name):
            return Problem(ProblemKind.GONE, f"there is no unit called {one_line(name, 80)}")
        words = ["journalctl", "--no-pager", "--output=json", f"--lines={lines}", "_PID=1", f"UNIT={name}"]
        ran = await self._ran(words, timeout)
        if isinstance(ran, Problem):
            return ran
        return understand_journal(*ran) or ran[1]

    async def close(self) -> None:
        """End the question under way. Another one may be asked after it."""
        asking, self._asking = self._asking, None
        if asking is not None and not asking.done() and self._loop is asyncio.get_running_loop():
            asking.cancel()
            await asyncio.wait({asking})

    def _enter(self) -> None:
        """A question belongs to the loop that it was asked in."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._asking = loop, None

    def _usable(self, names: Collection[str], now: float) -> bool:
        if self._asking is None or not self._asked.issuperset(names):
            return False
        return not self._asking.done() or (not self._asking.cancelled() and now - self._answered_at < FRESH)

    async def _show(self, names: Sequence[str]) -> Answer:
        real = [name for name in names if is_name(name)]
        found = {name: missing(name) for name in names}
        if real:
            said = await self._run(["show", f"--property={PROPERTIES}", "--", *real], LONGEST)
            self._answered_at = monotonic()
            if isinstance(said, Problem):
                return said
            readings = parse_show(said)
            if len(readings) != len(real):
                reason = f"systemctl was asked about {len(real)} units and told of {len(readings)}"
                return Problem(ProblemKind.UNREADABLE, reason)
            # By place and not by Id: a unit may be asked for by its other name.
            found |= dict(zip(real, readings, strict=True))
        return found

    async def _run(self, words: Sequence[str], timeout: float) -> str | Problem:
        ran = await self._ran(["systemctl", "--no-pager", *words], timeout)
        if isinstance(ran, Problem):
            return ran
        return understand_failure(ran[0], ran[2]) if ran[0] else ran[1]

    async def _ran(self, words: Sequence[str], timeout: float) -> tuple[int, str, str] | Problem:
        """The exit code of a command, what it printed, what it complained."""
        command = [*self._prefix, *words]
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                # Words and times as `parse_show` reads them, whatever a person has set
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0"},
            )
        except FileNotFoundError:
            return Problem(ProblemKind.NO_TOOL, f"{command[0]} is not installed here, so units cannot be seen")
        except OSError as fault:
            return Problem(ProblemKind.NO_TOOL, one_line(f"{command[0]} cannot be started: {fault.strerror}"))
        try:
            async with asyncio.timeout(timeout):
                out, complaint = await process.communicate()
        except TimeoutError:
            return _silent(timeout)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return process.returncode or 0, out.decode(errors="replace"), complaint.decode(errors="replace")


def _silent(timeout: float) -> Problem:
    return Problem(ProblemKind.NO_TOOL, f"systemd did not answer within {duration(timeout)}")
