"""What was deployed: where the stack's work trees have been, and since when its images bear their tags here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.lately.asking import Asked, Told
from opsconsole.lately.belongings import containers_of
from opsconsole.model.lately import Change
from opsconsole.model.programs import GitOf
from opsconsole.model.runtime import ImageOf
from opsconsole.model.sample import Problem
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.probes.aside import aside

if TYPE_CHECKING:
    from opsconsole.probes.engine.describe import Image

_LONGEST: Final = 256 << 10
"""Bytes from the end of a reflog that are looked at."""

_IN_A_ROW: Final = 60
"""Seconds within which one move follows another as part of the same doing: a rebase makes many."""

_LINE: Final = re.compile(r"[0-9a-f]+ ([0-9a-f]{7,64}) .*> (\d+) [+-]\d{4}\t?(.*)")


async def read(asked: Asked) -> Told:
    """A change for each move of HEAD, and for each image that was built or tagged here."""
    told = Told()
    trees = await aside(lambda: _trees(asked.stack), asked.patience)
    for tree in trees:
        try:
            told.changes += await aside(lambda tree=tree: list(_moves(tree)), asked.patience)  # type: ignore[misc]
        except OSError as fault:
            told.unseen.append(f"{tree} cannot be read: {fault.strerror}")
    images = await _images(asked)
    if isinstance(images, Problem):
        told.unseen.append(f"images: {images.reason}")
    else:
        told.changes += images
        if not trees and not images:
            told.unseen.append(f"neither git nor images tell of them: {asked.stack.home} is no work tree of git")
    return told


def _trees(stack: Stack) -> list[Path]:
    """The work trees that the stack knows: around its home, and those that its checks look at."""
    named = [stack.home]
    for target in stack.watched:
        if isinstance(target.of, GitOf):
            named.append(Path(target.of.root))
        elif isinstance(target.of, ImageOf):
            named.append(Path(target.of.repository))
    found = (next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None) for folder in named)
    return list(dict.fromkeys(tree for tree in found if tree is not None))


def _moves(tree: Path) -> Iterator[Change]:
    git = tree / ".git"
    if git.is_file():  # a further work tree of a repository elsewhere
        git = tree / git.read_text(errors="replace").partition("gitdir:")[2].strip()
    try:
        with (git / "logs" / "HEAD").open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _LONGEST, 0))
            text = file.read(_LONGEST).decode(errors="replace")
    except FileNotFoundError:  # nothing was ever committed or checked out
        return
    yield from parsed(text, tree.name)


def parsed(reflog: str, name: str) -> Iterator[Change]:
    """The moves in the reflog of HEAD of the work tree called `name`; of several in a row the last one. Pure."""
    moves = [match.groups() for line in reflog.splitlines() if (match := _LINE.fullmatch(line))]
    for (commit, at, message), (_, then, _) in zip(moves, [*moves[1:], ("", "inf", "")], strict=True):
        if float(then) - float(at) > _IN_A_ROW:
            what = f"at {commit[:7]}: {one_line(message, 100) or 'moved'}"
            yield Change(float(at), "deploy", (one_line(name, 60),), what)


async def _images(asked: Asked) -> list[Change] | Problem:
    containers = await containers_of(asked)
    if isinstance(containers, Problem):
        return containers
    changes = []
    for id, name in {found.image_id: found.image for _, found in containers}.items():
        image = await asked.world.engine.image(id, asked.patience)
        if image is None or isinstance(image, Problem):
            continue
        shown = one_line(name.partition("@")[0].rpartition("/")[2], 60)
        services = tuple(service for service, found in containers if service and found.image_id == id)
        changes += [Change(at, "deploy", (shown,), f"(image) {what}", services) for at, what in _times(image)]
    return changes


def _times(image: Image) -> Iterator[tuple[float, str]]:
    """When it was built, and when it got its tag here, where that was not by being built."""
    built, tagged = image.created_at, image.tagged_at
    if built is not None and built > 0:
        yield built, "was built"
    if tagged is not None and (built is None or abs(tagged - built) > _IN_A_ROW):
        yield tagged, "got its tag here"
