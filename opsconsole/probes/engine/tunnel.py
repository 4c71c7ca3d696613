"""An engine on another machine: its socket, brought here by the system's own ssh."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from opsconsole.model.sample import ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.engine.endpoint import Endpoint, EngineError

PATIENCE: Final = 10
"""Seconds for ssh to connect and sign in."""

_DEEPEST: Final = 70
"""Bytes of a folder's name, so that there is room for the socket's and for what ssh puts behind that meanwhile."""

READY: Final = b"opsconsole-tunnel"


def ssh_words(endpoint: Endpoint, socket: Path) -> list[str]:
    """The command that brings the engine's socket to `socket`.

    BatchMode: nothing may ask for a password behind the screen. The far side prints a word once the forwarding
    stands, and then waits for the end of its input: however we end, even by kill -9, the tunnel ends too.
    """
    words = ["ssh", "-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", f"ConnectTimeout={PATIENCE}"]
    words += ["-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3", "-o", "ControlPath=none"]
    words += ["-L", f"{socket}:{endpoint.path}"]
    if endpoint.port:
        words += ["-p", str(endpoint.port)]
    if endpoint.user:
        words += ["-l", endpoint.user]
    return [*words, "--", endpoint.host, f"echo {READY.decode()}; exec cat"]


def _new_folder() -> Path:
    """One for a socket, for us alone. Not deep: the kernel takes no longer name than 107 bytes (unix(7))."""
    folder = Path(tempfile.mkdtemp(prefix="opsconsole-"))
    if len(os.fsencode(folder)) <= _DEEPEST:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="opsconsole-", dir="/tmp"))


class Tunnel:
    """One ssh, started when first needed and again when it has ended."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._folder: Path | None = None
        self._ssh: asyncio.subprocess.Process | None = None
        self._number = 0

    async def open(self) -> str:
        """The path of the socket here, with a tunnel behind it. EngineError where there is none to be had."""
        if self._ssh is not None and self._ssh.returncode is None:
            return str(self._socket)
        if not shutil.which("ssh"):
            raise EngineError(ProblemKind.NO_TOOL, f"no ssh command here to reach {self._endpoint}")
        if self._folder is None:
            self._folder = _new_folder()
        with contextlib.suppress(FileNotFoundError):
            self._socket.unlink()
        pipe = asyncio.subprocess.PIPE
        ssh = await asyncio.create_subprocess_exec(
            *ssh_words(self._endpoint, self._socket), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        self._ssh = ssh
        try:
            async with asyncio.timeout(PATIENCE + 2):
                await self._ready(ssh)
        except TimeoutError:
            await self._end()
            raise EngineError(ProblemKind.TIMEOUT, f"ssh to {self._endpoint} gave no answer") from None
        except BaseException:
            await self._end()
            raise
        return str(self._socket)

    async def close(self) -> None:
        """End ssh and remove the socket's folder."""
        await self._end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def _socket(self) -> Path:
        assert self._folder is not None
        return self._folder / "engine.sock"

    async def _ready(self, ssh: asyncio.subprocess.Process) -> None:
        assert ssh.stdout is not None and ssh.stderr is not None
        while line := await ssh.stdout.readline():
            if line.strip() == READY:
                return
        said = (await ssh.stderr.read(4096)).decode(errors="replace").strip().splitlines()
        reason = one_line(said[-1]) if said else f"it ended with {await ssh.wait()}"
        raise EngineError(_kind(reason), f"ssh to {self._endpoint} fails: {reason}")

    async def _end(self) -> None:
        ssh, self._ssh = self._ssh, None
        if ssh is None:
            return
        with contextlib.suppress(ProcessLookupError):
            ssh.terminate()
        await ssh.wait()


def _kind(reason: str) -> ProblemKind:
    """What ssh's last word means."""
    told = reason.lower()
    if "permission denied" in told or "verification failed" in told:
        return ProblemKind.DENIED
    if "timed out" in told:
        return ProblemKind.TIMEOUT
    return ProblemKind.GONE if "resolve" in told else ProblemKind.REFUSED
