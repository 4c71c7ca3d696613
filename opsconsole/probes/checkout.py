"""Which version of a repository is checked out, by git's own word. Nothing of it is run, refreshed or written."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line

_GIT: Final = (
    "git", "--no-optional-locks",
    "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
)  # fmt: skip
"""As whoever looks need not be who owns the folder; and what its own settings would start is not started."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The commit at HEAD and all tags that point at it, the newest first."""

    commit: str
    tags: tuple[str, ...]


async def checked_out(folder: str) -> Checkout | Problem:
    """What is checked out in `folder`. May be cancelled; git is ended then."""
    if not os.path.isdir(folder):  # noqa: ASYNC240, PTH112  the folder of the stack, looked at by every step
        return Problem(ProblemKind.GONE, f"there is no folder {one_line(folder, 120)}")
    told = await _git(folder, "rev-parse", "--verify", "HEAD^{commit}")
    if isinstance(told, Problem):
        return told
    tags = await _git(
        folder, "for-each-ref", "--points-at=HEAD", "--sort=-version:refname", "--format=%(refname:short)", "refs/tags"
    )
    if isinstance(tags, Problem):
        return tags
    return Checkout(told.strip(), tuple(one_line(tag, 100) for tag in tags.split()))


async def _git(folder: str, *words: str) -> str | Problem:
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": "/",
    }
    try:
        process = await asyncio.create_subprocess_exec(
            *_GIT, "-C", folder, *words, env=environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError:
        return Problem(ProblemKind.NO_TOOL, "there is no git here to ask what is checked out")
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 0:
        return out.decode(errors="replace")
    said = err.decode(errors="replace").strip().splitlines()
    why = one_line(said[0].removeprefix("fatal: "), 120) if said else f"git ended with {process.returncode}"
    return Problem(ProblemKind.UNREADABLE, f"what is checked out in {one_line(folder, 100)} cannot be told: {why}")
