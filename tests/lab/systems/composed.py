"""What the systems under Docker Compose have in common: a checkout with a remote beside it, and containers."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, Self

from tests.lab.systems import compose
from tests.lab.systems.system import ROOT, on_the_box, own_environment, replaced
from tests.support.parts import lack

NOT_THE_BOX: Final = "\n[box]\nenabled = false\n"
"""How busy and how full the machine of the tests happens to be is no fault of the lab's system."""


def shipped(name: str) -> Path:
    """The folder of a system's stack file and runbooks."""
    return ROOT / "opsconsole" / "shipped" / "runbooks" / name


class Composed(ABC):
    """Such a system. `home` is the server's checkout, `developer` somebody else's of the same repository."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self.project = compose.project_name(self.name)
        self.folder = Path(tempfile.gettempdir()) / self.project
        self.base = f"{self.project}-base"
        self.home = self.folder / self.project
        self.developer = self.folder / "developer"
        self.backups = self.folder / "backups"
        self.environment: Mapping[str, str] = {}

    @property
    def stack_file(self) -> Path:
        """The shipped one, with the lab's places in it."""
        return self.folder / "ops" / "stack.toml"

    @property
    @abstractmethod
    def places(self) -> Sequence[tuple[str, str]]:
        """What stands in the shipped files, and what of the lab takes its place."""

    @abstractmethod
    def build_up(self) -> None:
        """Lay it out, make its images and start it; healthy when this returns."""

    def open(self) -> Self:
        """Build it; what was begun goes where that fails."""
        compose.need_compose()
        postgres()
        compose.remove_left_overs()
        try:
            self.build_up()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Every trace of it goes."""
        compose.remove(self.project)

    def traces(self) -> Iterable[str]:
        """Containers, networks, volumes, images and folders of ours."""
        return compose.left_of(self.project)

    def lay_ground(self, **environment: str) -> None:
        """Its folder, the environment of whoever works there, and the stack file with its runbooks."""
        self.folder.mkdir()
        self.environment = {
            **own_environment(self.folder),
            "DOCKER_CONFIG": str(compose.give_plugin(self.folder)),
            "DOCKER_BUILDKIT": "0",
            **environment,
        }
        self.fill(shipped(self.name), self.stack_file.parent)
        with self.stack_file.open("a") as stack:
            stack.write(NOT_THE_BOX)

    def fill(self, source: Path, target: Path) -> None:
        """The files of a folder, with the lab's places in them."""
        target.mkdir(parents=True)
        for file in source.iterdir():
            if file.is_file():
                (target / file.name).write_text(replaced(file.read_text(), self.places))

    def found_repository(self) -> Path:
        """A remote that everybody pushes to, and the developer's checkout of it with nothing committed yet."""
        remote = self.folder / "remote.git"
        on_the_box(self, "git", "init", "--quiet", "--bare", "--initial-branch=main", remote, cwd=self.folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(remote))
        return remote

    def git(self, *words: str) -> str:
        """`git WORDS` in the developer's checkout."""
        return on_the_box(self, "git", *words, cwd=self.developer)

    def container(self, service: str) -> str:
        """What the container of a service is called."""
        return f"{self.project}-{service}"

    def docker(self, *words: str) -> str:
        """`docker WORDS`."""
        return on_the_box(self, "docker", *words, cwd=self.folder)


def postgres() -> Path:
    """Where Debian keeps the programs of the newest Postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        lack("postgres", "there is no Postgres under /usr/lib/postgresql")
    return found[-1].parent
