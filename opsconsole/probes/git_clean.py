"""A git work tree: what is checked out, and what of it differs. Nothing is written, not even git's own index."""

from __future__ import annotations

from typing import Final

from opsconsole.model.programs import GitOf, GitReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.running import Ran, run

_GIT: Final = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
"""Without the index being refreshed on disk, and without a daemon being started to watch the tree."""

_MOST_NAMED: Final = 200


class WorkTrees:
    """Targets of kind `git-clean`, each with a `GitOf`."""

    async def look(self, of: GitOf, timeout: float) -> GitReading | Problem:
        """A `GitReading`; GONE where there is no work tree, DENIED where git does not trust its owner."""
        status = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=none"]
        said = await self._ask(of, status, timeout)
        if isinstance(said, Problem):
            return said
        reading = parsed(said.stdout.decode(errors="surrogateescape"), cut=said.cut)
        tags = await self._ask(of, ["tag", "--points-at", "HEAD"], timeout) if reading.commit else None
        if isinstance(tags, Problem):
            return tags
        names = tags.stdout.decode(errors="replace").split() if tags else []
        return GitReading(
            reading.commit, reading.branch, tuple(names), reading.changed, reading.untracked,
            reading.changed_count, reading.untracked_count,
        )  # fmt: skip

    async def _ask(self, of: GitOf, words: list[str], timeout: float) -> Ran | Problem:
        ran = await run([*_GIT, "-C", of.root, *words], timeout, env={"LC_ALL": "C"}, user=of.user)
        if isinstance(ran, Problem) or ran.exit_code == 0:
            return ran
        return _why(of, ran.stderr.decode(errors="replace"))


def _why(of: GitOf, said: str) -> Problem:
    if "dubious ownership" in said:
        reason = f"git does not trust {of.root}, which belongs to somebody else; say user = its owner"
        return Problem(ProblemKind.DENIED, reason)
    if "not a git repository" in said or "cannot change to" in said:
        if "Permission denied" in said:
            return Problem(ProblemKind.DENIED, f"no permission to look at {of.root}")
        return Problem(ProblemKind.GONE, f"{of.root} is no git work tree")
    return Problem(ProblemKind.UNREADABLE, f"git says of {of.root}: {one_line(said, 120)}")


def parsed(porcelain: str, *, cut: bool = False) -> GitReading:
    """What `git status --porcelain=v2 --branch -z` printed, without tags."""
    commit, branch = "", None
    changed: list[str] = []
    untracked: list[str] = []
    fields = iter(porcelain.split("\0"))
    for field in fields:
        if field.startswith("# branch.oid "):
            commit = field.removeprefix("# branch.oid ").removeprefix("(initial)")
        elif field.startswith("# branch.head "):
            head = field.removeprefix("# branch.head ")
            branch = None if head == "(detached)" else head
        elif field.startswith("1 "):
            changed.append(field.split(" ", 8)[8])
        elif field.startswith("2 "):
            changed.append(field.split(" ", 9)[9])
            next(fields, None)  # where it was renamed from
        elif field.startswith("u "):
            changed.append(field.split(" ", 10)[10])
        elif field.startswith("? "):
            untracked.append(field[2:])
    named = [tuple(one_line(path, 120) for path in paths[:_MOST_NAMED]) for paths in (changed, untracked)]
    return GitReading(commit, branch, (), named[0], named[1], len(changed), len(untracked))


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, WorkTrees().look, timed=True)
