"""Which version of a repository is checked out, by git's own word. Nothing of it is run, refreshed or written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.running import run

_GIT: Final = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_TRUSTING: Final = str(Path(__file__).parent.parent / "shipped" / "gitconfig")
"""Whoever looks need not be who owns the folder. Older versions of git take that from a file alone."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The commit at HEAD and all tags that point at it, the newest first."""

    commit: str
    tags: tuple[str, ...]


async def checked_out(folder: str, timeout: float) -> Checkout | Problem:
    """What is checked out in `folder`."""
    commit = await _git(folder, timeout, "rev-parse", "--verify", "HEAD^{commit}")
    if isinstance(commit, Problem):
        return commit
    wanted = ("--points-at=HEAD", "--sort=-version:refname", "--format=%(refname:short)", "refs/tags")
    tags = await _git(folder, timeout, "for-each-ref", *wanted)
    if isinstance(tags, Problem):
        return tags
    return Checkout(commit.strip(), tuple(one_line(tag, 100) for tag in tags.split()))


async def _git(folder: str, timeout: float, *words: str) -> str | Problem:
    ran = await run([*_GIT, "-C", folder, *words], timeout, env={"LC_ALL": "C", "GIT_CONFIG_GLOBAL": _TRUSTING})
    if isinstance(ran, Problem):
        return ran
    if ran.exit_code == 0:
        return ran.stdout.decode(errors="replace")
    said = ran.stderr.decode(errors="replace").strip().splitlines()
    why = one_line(said[0].removeprefix("fatal: "), 120) if said else f"git ended with {ran.exit_code}"
    return Problem(ProblemKind.UNREADABLE, f"what is checked out in {one_line(folder, 100)} cannot be told: {why}")
