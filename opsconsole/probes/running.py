"""A program that is started to look: bounded in time and output, and killed with its children when its time is over."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.costs import note

MOST: Final = 1 << 20
"""Bytes that are kept of an output: half from its beginning, half from its end."""

_LINGERING: Final = 0.2
"""Seconds for which an output is still read after the program has ended: a child that it left behind may hold it."""

QUIET: Final = MappingProxyType({"PAGER": "cat", "GIT_PAGER": "cat", "SYSTEMD_PAGER": "cat", "GIT_OPTIONAL_LOCKS": "0"})
"""What programs are told, so that none waits for a key and git writes no index."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended and what it printed; `cut` where the middle of an output was not kept."""

    exit_code: int
    stdout: bytes
    stderr: bytes = b""
    cut: bool = False


async def run(
    argv: Sequence[str],
    timeout: float,
    *,
    cwd: str | None = None,
    env: Mapping[str, str] = MappingProxyType({}),
    user: str | None = None,
    merged: bool = False,
    most: int = MOST,
) -> Ran | Problem:
    """Run `argv` on this box, as `user` where one is named, without a terminal; `merged` puts stderr into stdout.

    TIMEOUT: it and all its children are killed. NO_TOOL: there is no such program. GONE: there is no such folder.
    """
    began = perf_counter()
    ran = await _run(argv, timeout, cwd, env, user, merged, most)
    note(argv, perf_counter() - began, ran.exit_code if isinstance(ran, Ran) else None)
    return ran


async def _run(
    argv: Sequence[str],
    timeout: float,
    cwd: str | None,
    env: Mapping[str, str],
    user: str | None,
    merged: bool,
    most: int,
) -> Ran | Problem:
    try:
        become = _become(user, argv, env, timeout)
    except KeyError:
        return Problem(ProblemKind.GONE, f"there is no user called {user} on this box")
    if cwd is not None and not os.path.isdir(cwd):  # noqa: PTH112, ASYNC240 - where it starts is looked at anyway
        return Problem(ProblemKind.GONE, f"there is no folder {cwd} to run {one_line(argv[0], 60)} in")
    loop = asyncio.get_running_loop()
    heard = _Heard(most, loop.create_future(), loop.create_future())
    try:
        transport, _ = await loop.subprocess_exec(
            lambda: heard,
            *become.argv,
            cwd=cwd,
            env={**os.environ, **QUIET, **become.env, **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT if merged else asyncio.subprocess.PIPE,
            start_new_session=True,
            **become.ids,
        )
    except OSError as fault:
        return _not_started(argv[0], fault)
    try:
        async with asyncio.timeout(timeout):
            code = await heard.exited
            await asyncio.wait((heard.silent,), timeout=_LINGERING)
    except TimeoutError:
        return Problem(ProblemKind.TIMEOUT, f"{_called(argv)} took longer than {duration(timeout)}")
    finally:
        try:
            if not heard.silent.done():
                await _end(transport, heard)
        finally:
            transport.close()
    if refused := become.refusal(code, heard.err.content() or heard.out.content()):
        return refused
    return Ran(code, heard.out.content(), heard.err.content(), heard.out.cut or heard.err.cut)


class _Heard(asyncio.SubprocessProtocol):
    """What comes from a program. `exited` is its code; `silent` is done when nobody holds its output any more.

    asyncio's own `Process.wait` would wait for the latter: for a child that was left behind, as long as it lives.
    """

    def __init__(self, most: int, exited: asyncio.Future[int], silent: asyncio.Future[None]) -> None:
        self.out, self.err = _Kept(most), _Kept(most)
        self.exited, self.silent = exited, silent
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It has been started."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """It has printed something."""
        (self.err if fd == 2 else self.out).feed(data)

    def process_exited(self) -> None:
        """It has ended: as a shell tells it, with 128 and the signal that ended it."""
        code = self._transport.get_returncode() if self._transport is not None else None
        if not self.exited.done():
            self.exited.set_result(0 if code is None else code if code >= 0 else 128 - code)

    def connection_lost(self, fault: Exception | None) -> None:
        """It has ended, and its output too."""
        if not self.silent.done():
            self.silent.set_result(None)


async def _end(transport: asyncio.SubprocessTransport, heard: _Heard) -> None:
    """Nothing of it is left: neither the program nor what it started in its own session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(transport.get_pid(), signal.SIGKILL)
    await asyncio.wait((heard.silent,), timeout=1)  # one that hangs in the kernel cannot be killed


def _called(argv: Sequence[str]) -> str:
    from opsconsole.probes.hush import hush

    return one_line(" ".join(hush(argv)), 80)


def _not_started(program: str, fault: OSError) -> Problem:
    name = one_line(program, 80)
    if isinstance(fault, FileNotFoundError):
        return Problem(ProblemKind.NO_TOOL, f"there is no program {name} here")
    if isinstance(fault, PermissionError):
        return Problem(ProblemKind.DENIED, f"{name} may not be run by us")
    return Problem(ProblemKind.NO_TOOL, f"{name} cannot be started: {fault.strerror or type(fault).__name__}")


class _Kept:
    """The beginning and the end of an output, however long it is."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._head = bytearray()
        self._tail = bytearray()
        self.cut = False

    def feed(self, piece: bytes) -> None:
        room = max(0, self._half - len(self._head))
        self._head += piece[:room]
        self._tail += piece[room:]
        if len(self._tail) > 2 * self._half:
            del self._tail[: len(self._tail) - self._half]
            self.cut = True

    def content(self) -> bytes:
        if len(self._tail) > self._half:
            self.cut = True
            del self._tail[: len(self._tail) - self._half]
        return bytes(self._head + (b"\n" if self.cut else b"") + self._tail)


@dataclass(frozen=True, slots=True)
class Become:
    """How a program is started as somebody else: by the kernel where we may, else by sudo, which asks nothing."""

    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    by_sudo: str | None = None

    def refusal(self, code: int, said: bytes) -> Problem | None:
        """sudo's own word, which is not that of the program."""
        text = said.decode(errors="replace")
        if self.by_sudo and code == 1 and text.startswith("sudo: "):
            reason = f"sudo does not let us be {self.by_sudo}: {one_line(text.removeprefix('sudo: '), 80)}"
            return Problem(ProblemKind.DENIED, reason)
        return None


def _become(user: str | None, argv: Sequence[str], env: Mapping[str, str], timeout: float) -> Become:
    if user is None:
        return Become(tuple(argv))
    entry = pwd.getpwnam(user)
    if entry.pw_uid == os.geteuid():
        return Become(tuple(argv))
    if os.geteuid() == 0:
        ids: dict[str, Any] = {"user": entry.pw_uid, "group": entry.pw_gid}
        ids["extra_groups"] = os.getgrouplist(user, entry.pw_gid)
        own = {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user}
        return Become(tuple(argv), own, ids)
    # Whoever is not root cannot kill what sudo started, so that ends by itself. Values do not go into the arguments.
    names = f"--preserve-env={','.join((*QUIET, *env))}"
    return Become(("sudo", "-n", names, "-u", user, "--", "timeout", "-k", "1", f"{timeout:.0f}", *argv), by_sudo=user)
