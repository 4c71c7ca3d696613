"""What can be done to services by one key: the action, what is known of each service, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ActionName = Literal["restart", "start", "stop", "recreate", "shell"]
ACTIONS: Final[tuple[ActionName, ...]] = ("restart", "start", "stop", "recreate", "shell")
"""In the order of the menu."""

SubjectKind = Literal["container", "unit", "processes"]


@dataclass(frozen=True, slots=True)
class Compose:
    """How compose made a container, as its labels tell: the project and service, its folder, its files.

    `absent` says what of it is not on this box (any more), empty where all is.
    """

    project: str
    service: str
    folder: str
    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A service as an action finds it.

    `thing` is the container or unit, `state` how it is in words, `checks` those that tell whether it is well.
    `hindered` says why nothing at all can be done to it. `one_of_many`: its compose service has other containers.
    `user` and `folder` are those of its process, empty where they are not known; `pids` are those of its processes that
    nothing of it has started, `argv` is what their command lines hold.
    """

    name: str
    kind: SubjectKind
    thing: str = ""
    state: str = ""
    runs: bool = False
    checks: tuple[str, ...] = ()
    hindered: str = ""
    compose: Compose | None = None
    one_of_many: bool = False
    masked: bool = False
    paused: bool = False
    user: str = ""
    folder: str = ""
    pids: tuple[int, ...] = ()
    argv: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """What there is to act with, as words: `docker` and `compose` are empty where they are not here.

    `user` is whom commands run as by themselves; `root` says that this is root.
    """

    user: str
    root: bool
    docker: tuple[str, ...] = ()
    compose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A command that only looks; `exit` are the codes that are well, `within` seconds it is tried again."""

    text: str
    exit: tuple[int, ...] = (0,)
    expect: str = ""
    within: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """One command of an action, and all that goes with it.

    `names` are the services that it is about, `cwd` its folder (empty: the stack's home). `look` shows how they are;
    `proof` shows that they have stopped, else their `checks` prove it. `undo` takes it back, where something does.
    """

    names: tuple[str, ...]
    text: str
    look: Look
    cwd: str = ""
    checks: tuple[str, ...] = ()
    proof: Look | None = None
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the menu: what the action comes to now, and for which services it is not possible, and why.

    `refused` says why nothing of it may run here though it could, `rule` which rule of the stack forbids it, which can
    be broken with a reason. `by_name`: a name must be typed before it runs.
    """

    action: ActionName
    jobs: tuple[Job, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    refused: str = ""
    rule: str = ""
    by_name: bool = False

    @property
    def possible(self) -> bool:
        """Whether there is anything to run."""
        return bool(self.jobs)

    @property
    def names(self) -> tuple[str, ...]:
        """The services that it is about."""
        return tuple(name for job in self.jobs for name in job.names)
