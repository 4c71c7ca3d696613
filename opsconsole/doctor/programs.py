"""Programs of the box that checks and steps of this stack start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

from opsconsole.doctor.found import Found, State
from opsconsole.model.service import ContainerRef
from opsconsole.model.stack import Stack

_PACKAGES: Final = {
    "bash": "bash",
    "docker": "docker.io",
    "git": "git",
    "psql": "postgresql-client",
    "ssh": "openssh-client",
    "sudo": "sudo",
}
"""Program -> the package of Debian and Ubuntu that has it."""

_OF_KINDS: Final = {"git-clean": "git", "image-tag": "git", "postgres": "psql"}
"""Kind of target -> what its probe starts."""


def programs(stack: Stack) -> list[Found]:
    """One line for all that are there, and one for each that is missing."""
    wanted = dict.fromkeys(_wanted(stack))
    found = [name for name in wanted if shutil.which(name)]
    missing = [name for name in wanted if name not in found]
    there = [Found("programs", State.GOOD, ", ".join(found))] if found else []
    return there + [
        Found(
            "programs",
            State.MISSING,
            f"{name} is not on PATH; {_for_what(name)}",
            f"sudo apt-get install {_PACKAGES[name]}",
        )
        for name in missing
    ]


def _wanted(stack: Stack) -> Iterator[str]:
    yield "bash"
    if any(isinstance(service.ref, ContainerRef) for service in stack.services):
        yield "docker"
    if (stack.engine.host or "").startswith("ssh://"):
        yield "ssh"
    for target in stack.watched:
        if target.kind in _OF_KINDS:
            yield _OF_KINDS[target.kind]


def _for_what(name: str) -> str:
    match name:
        case "bash":
            return "it runs the steps of runbooks"
        case "docker":
            return "steps in containers are run by it"
        case "ssh":
            return "the engine is reached by it"
        case _:
            return "checks of this stack start it"
