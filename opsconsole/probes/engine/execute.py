"""One command inside a container, for what can only be seen from there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.engine.client import Client
from opsconsole.probes.engine.describe import Frames
from opsconsole.probes.engine.endpoint import EngineError

NOT_FOUND: Final = (126, 127)
"""Exit codes for a program that cannot be started, by the engine as by a shell."""


@dataclass(frozen=True, slots=True)
class Executed:
    """How a command ended and what it printed; `cut` where that was more than was kept."""

    exit_code: int
    stdout: bytes
    stderr: bytes = b""
    cut: bool = False


async def execute(
    client: Client,
    container: str,
    argv: Sequence[str],
    most: int,
    env: Mapping[str, str],
    user: str | None = None,
    cwd: str | None = None,
) -> Executed | Problem:
    """Run `argv` in a running container, without a terminal and without input. May raise EngineError.

    GONE where the container is not there or not running, NO_TOOL where it has no such program. When this is
    cancelled the command is left to itself: the engine has no way to end it.
    """
    variables = [f"{name}={value}" for name, value in env.items()]
    wanted = {"AttachStdout": True, "AttachStderr": True, "Cmd": list(argv), "Env": variables}
    wanted |= {name: value for name, value in (("User", user), ("WorkingDir", cwd)) if value is not None}
    made = await client.post(f"/containers/{quote(container, safe='')}/exec", wanted)
    if made is None:
        return Problem(ProblemKind.GONE, f"no container called {container}")
    frames = Frames(most)
    cannot = f"cannot run {one_line(argv[0], 60)} in {container}"
    start = json.dumps({"Detach": False, "Tty": False}).encode()
    try:
        async with client.stream("POST", f"/exec/{made['Id']}/start", body=start) as response:
            async for piece in response.aiter_stream():
                frames.feed(piece)
    except EngineError as fault:
        if (
            fault.answered and fault.problem.kind is ProblemKind.UNREADABLE
        ):  # newer engines answer 400 for a program that is not there
            return Problem(ProblemKind.NO_TOOL, f"{cannot}: {fault.problem.reason}")
        raise
    code = await _exit_code(client, made["Id"])
    if code in NOT_FOUND and b"exec failed" in frames.stdout + frames.stderr:
        return Problem(ProblemKind.NO_TOOL, f"{cannot}: it has no such program")
    return Executed(code, frames.stdout, frames.stderr, frames.cut)


async def _exit_code(client: Client, id: str) -> int:
    """The stream may end a moment before the engine has noted the exit code."""
    while True:
        told = await client.get(f"/exec/{id}/json")
        if told is None:
            reason = "the container went away while a command ran in it"
            raise EngineError(ProblemKind.GONE, reason, answered=True)
        if not told.get("Running") and told.get("ExitCode") is not None:
            return int(told["ExitCode"])
        await asyncio.sleep(0.01)
