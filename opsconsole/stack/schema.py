"""The tables of a stack file. Expectations are open tables here: their form is that of the check (`checks/`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from opsconsole.checks.quantities import Span
from opsconsole.model.targets import QueueKind


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every table is: closed, so that a slip of the pen is found."""


class DockerTable(Table, frozen=True):
    """`project` is a compose project; `host` another engine, as in DOCKER_HOST."""

    project: str | None = None
    host: str | None = None


class ForbidTable(Table, frozen=True):
    """A command with all of `words` is refused, unless it has all of `unless`."""

    words: tuple[str, ...]
    because: str
    unless: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(word.strip() for word in self.words):
            raise ValueError("no words would forbid everything")


class GuardTable(Table, frozen=True):
    """What the stack refuses to run."""

    forbid: tuple[ForbidTable, ...] = ()


class LatelyTable(Table, frozen=True):
    """Patterns of files and folders (`*`, `**`) that tell of a change, besides those that checks name."""

    files: tuple[str, ...] = ()


class FileTable(Table, frozen=True):
    """The whole file. What has a form of its own below is taken as it is, so that each entry is looked at by itself."""

    name: str
    home: str | None = None
    state: str | None = None
    docker: DockerTable = DockerTable()
    service: tuple[dict[str, Any], ...] = ()
    queue: tuple[dict[str, Any], ...] = ()
    health: tuple[dict[str, Any], ...] = ()
    check: tuple[dict[str, Any], ...] = ()
    invariant: tuple[dict[str, Any], ...] = ()
    matrix: tuple[dict[str, Any], ...] = ()
    box: dict[str, Any] | None = None
    alerts: dict[str, Any] | None = None
    guard: GuardTable = GuardTable()
    contacts: dict[str, str] = {}
    lately: LatelyTable = LatelyTable()


class Terms(Table, frozen=True, rename={"for_": "for"}):
    """What may be said of any check, beside what it expects. See `model.check.Check`."""

    for_: Annotated[int, msgspec.Meta(ge=1)] | None = None
    severity: Literal["degraded", "down"] = "down"
    runbooks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    every: Span | None = None
    timeout: Span | None = None
    optional: bool = False


class ProcessesTable(Table, frozen=True):
    """Plain processes: all whose command line holds `argv`."""

    argv: str
    user: str | None = None
    cwd: str | None = None


class ServiceTable(Table, frozen=True):
    """One service. Exactly one of `container`, `unit` and `processes`; the expectations are tables."""

    name: str
    container: str | None = None
    unit: str | None = None
    processes: ProcessesTable | None = None
    state: dict[str, Any] | None = None
    process: dict[str, Any] | None = None
    memory: dict[str, Any] | None = None
    restarts: dict[str, Any] | None = None
    env: dict[str, Any] | None = None
    runbooks: dict[str, str] = {}


class QueueTable(Table, frozen=True):
    """The queues behind one broker."""

    name: str
    broker: str
    kind: QueueKind | None = None
    queues: tuple[str, ...] = ()
    password: str | None = None
    prefix: str = ""
    separator: str | None = None
    depth: dict[str, Any] | None = None
    oldest: dict[str, Any] | None = None


class NamedTable(Table, frozen=True):
    """An entry that has a name."""

    name: str


class EndpointTable(Table, frozen=True):
    """Where an endpoint is and how it is asked."""

    url: str
    headers: dict[str, str] = {}
    method: str = "GET"
    follow_redirects: bool = False
    verify: bool = True
    password: str | None = None


class CheckTable(Table, frozen=True):
    """The beginning of a `[[check]]`; its kind says what else belongs to it."""

    name: str
    kind: str


class BoxTable(Table, frozen=True):
    """`enabled = false`: the box is shown, but nothing is expected of it."""

    enabled: bool = True
    mounts: tuple[str, ...] = ()
