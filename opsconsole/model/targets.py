"""Where probes look: the `of` of each kind of target that is more than a service reference.

A target of kind memory, process, container or unit carries a service reference (model/service.py) in `of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef

QueueKind = Literal["celery", "dramatiq", "rq", "list", "stream"]


@dataclass(frozen=True, slots=True)
class QueueOf:
    """Queues behind one broker: `broker` is a URL (`redis://`, `rediss://`, `unix://`, `redis://container:NAME/0`).

    With `kind` None it is found out; with `queues` empty all queues of that kind are read. `password` is a
    reference (`env:NAME`, `file:/path`), never the secret itself. `prefix` is kombu's global key prefix, or
    dramatiq's namespace; `separator` is what kombu puts between a queue's name and a priority.
    """

    broker: str
    kind: QueueKind | None = None
    queues: tuple[str, ...] = ()
    password: str | None = None
    prefix: str = ""
    separator: str = "\x06\x16"


@dataclass(frozen=True, slots=True)
class HealthOf:
    """An endpoint: `url` is `http(s)://…`, or a broker's URL, which is asked to PING. Headers as pairs.

    A header's value may be a reference (`env:NAME`, `file:/path`); `password` is one, for a broker.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    follow_redirects: bool = False
    verify: bool = True
    password: str | None = None


@dataclass(frozen=True, slots=True)
class BoxOf:
    """The box: which mounts to read; empty means every real file system."""

    mounts: tuple[str, ...] = ()


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

    `units`, `containers` and `others` are where they may belong to.
    """

    argv: str = ""
    program: str | None = None
    user: str | None = None
    cwd: str | None = None
    units: tuple[str, ...] = ()
    containers: tuple[ContainerRef, ...] = ()
    others: tuple[ProcessesRef, ...] = ()
