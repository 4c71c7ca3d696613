"""The image that a container runs, beside the version that is checked out."""

from __future__ import annotations

from collections.abc import Iterable

from opsconsole.model.runtime import ImageOf, ImageReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.base import World
from opsconsole.probes.checkout import checked_out
from opsconsole.probes.each import Each

REVISION = "org.opencontainers.image.revision"


def open_probe(world: World) -> Each:
    """Targets of kind `image-tag`, each with an `ImageOf`."""

    async def look(of: ImageOf, timeout: float) -> ImageReading | Problem:
        found = await world.engine.find(of.container, timeout)
        if isinstance(found, Problem):
            return found
        here = await checked_out(of.repository, timeout)
        if isinstance(here, Problem):
            return here
        own = await world.engine.image(found.image_id, timeout)
        if isinstance(own, Problem):
            return own
        named = await world.engine.image(found.image, timeout)
        if isinstance(named, Problem):
            return named
        wanted = []
        for name in candidates(found.image, (*here.tags, here.commit, here.commit[:7])):
            one = await world.engine.image(name, timeout)
            if one is not None and not isinstance(one, Problem):
                wanted.append((name, one.id))
        revision = found.labels.get(REVISION, "") or (own.labels.get(REVISION, "") if own else "")
        return ImageReading(
            found.image, found.image_id, here.commit, here.tags, revision,
            named.id if named else None, tuple(wanted),
        )  # fmt: skip

    return Each(world, look, late=ProblemKind.UNREADABLE)


def candidates(image: str, versions: Iterable[str]) -> list[str]:
    """The names that `image` would have as each of `versions`. Pure."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    bare = f"{head}{slash}{last.partition(':')[0]}"
    if bare.startswith("sha256") or not last:
        return []
    return [f"{bare}:{one}" for version in versions for one in dict.fromkeys((version, version.removeprefix("v")))]
