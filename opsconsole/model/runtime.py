"""What is looked at, and what is seen there, by checks on how things run and on what answers.

First the `of` of their targets, as in `model/targets.py`, then the values of their samples, as in `model/readings.py`.
Only stacks that have such checks load this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from opsconsole.model.held import Held
from opsconsole.model.readings import Process
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef


@dataclass(frozen=True, slots=True)
class Address:
    """A port of a host, a port of a container (by its own address), or a socket of this machine at `path`."""

    host: str = ""
    port: int = 0
    container: str = ""
    path: str = ""

    @property
    def shown(self) -> str:
        """As people write it."""
        if self.path:
            return self.path
        if self.container:
            return f"port {self.port} of container {self.container}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TcpOf:
    """What takes connections; with `listen` its greeting is waited for."""

    address: Address
    listen: bool = False


@dataclass(frozen=True, slots=True)
class TlsOf:
    """A certificate: shown at `address` to who asks for `server_name`, or the first in `file`."""

    address: Address | None = None
    file: str | None = None
    server_name: str | None = None


@dataclass(frozen=True, slots=True)
class ClockOf:
    """The clock of a container; None: that of the box."""

    container: ContainerRef | None = None


@dataclass(frozen=True, slots=True)
class ReplicasOf:
    """How often something runs: a service of a compose project for a container's reference, else its processes."""

    ref: ServiceRef


@dataclass(frozen=True, slots=True)
class ImageOf:
    """A container, and the folder whose checked-out version it should have been made from."""

    container: ContainerRef
    repository: str


@dataclass(frozen=True, slots=True)
class EnvOf:
    """The environment that something was started with, and the files that it should agree with.

    `files` are given to it whole (env_file, EnvironmentFile). With `compose` the environment is also worked out as
    `docker compose up` would. `example` names what must be set. Of a variable in `tell` the value may be shown, of any
    other it is not even kept.
    """

    ref: ServiceRef
    files: tuple[str, ...] = ()
    example: str | None = None
    compose: bool = False
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StrayOf:
    """Processes that look like those of the stack (`argv` in their command line, of `user`, running `program`).

    `units`, `containers`, `others` and all containers of a compose `project` are where they may belong to.
    """

    argv: str = ""
    program: str | None = None
    user: str | None = None
    cwd: str | None = None
    units: tuple[str, ...] = ()
    containers: tuple[ContainerRef, ...] = ()
    others: tuple[ProcessesRef, ...] = ()
    project: str | None = None


@dataclass(frozen=True, slots=True)
class TcpReading:
    """A connection that was taken, after `latency`; `greeting` is the first line said there, if it was waited for."""

    latency: float
    greeting: str = ""


@dataclass(frozen=True, slots=True)
class TlsReading:
    """A certificate, valid from `begins` to `ends` (epoch seconds). `trusted` is None where it was read from a file.

    `why` says, in OpenSSL's words, why it is not trusted; that it has run out is no such reason.
    """

    begins: float
    ends: float
    names: tuple[str, ...]
    subject: str = ""
    issuer: str = ""
    trusted: bool | None = None
    why: str = ""
    self_signed: bool = False


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The time zone that a clock is read in: its name, and in which place that is said.

    `rule` is the zone's rule as POSIX writes it ("MSK-3"), "" where it is not known. `synchronised` and `off` (the
    kernel's estimate of the largest error, in seconds) are of the box alone; None where they cannot be told.
    """

    zone: str
    rule: str
    source: str
    synchronised: bool | None = None
    off: float | None = None


@dataclass(frozen=True, slots=True)
class ReplicasReading:
    """What runs of one thing, by name; `asleep` are those of it that do not run."""

    what: str
    running: tuple[str, ...]
    asleep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserReading:
    """As whom the first process of a container runs, as the container numbers it, and as the box does."""

    pid: int
    uid: int
    gid: int
    uid_outside: int
    program: str = ""


@dataclass(frozen=True, slots=True)
class ImageReading:
    """The image that a container runs, and the version that is checked out.

    `image` is the name that it was started by, `image_id` what that was then, `named_id` what this name is now (None:
    nothing here). `revision` is the image's own word (its label). `wanted` are the images here that bear a version
    checked out: name and id. `commit` and `tags` are what is checked out.
    """

    image: str
    image_id: str
    commit: str
    tags: tuple[str, ...] = ()
    revision: str = ""
    named_id: str | None = None
    wanted: tuple[tuple[str, str], ...] = ()


COMPOSE_FILE: Final = "the compose file"
"""What an `EnvReading` calls the files of compose together."""


@dataclass(frozen=True, slots=True)
class EnvReading:
    """The environment that something was started with, and what the files say that it would be started with now.

    Values are held, not kept: see `model.held`. `required` are the names of the contract; `dropped` are set now, and
    would not be any more.
    """

    running: dict[str, Held] = field(default_factory=dict, hash=False)
    written: tuple[tuple[str, dict[str, Held]], ...] = field(default=(), hash=False)
    required: tuple[str, ...] = ()
    contract: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A process that belongs to nothing of the stack: what it belongs to instead, and who started it."""

    process: Process
    belongs: str = ""
    started_by: str = ""


@dataclass(frozen=True, slots=True)
class StrayReading:
    """The strays, and how many processes looked like those of the stack at all."""

    strays: tuple[Stray, ...] = ()
    matched: int = 0
