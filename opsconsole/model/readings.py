"""The values that samples carry, one class for each kind of probe. Sizes in bytes, times in seconds.

Those of the less usual kinds are in `model/runtime.py`, so that who does not look at such things need not load them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from opsconsole.model.targets import QueueKind


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """Working memory of one service, as `docker stats` counts it. `limit` is None where none is set."""

    used: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `program` is what it really runs, with interpreters and wrappers taken off.

    `supporting`: it only starts, waits for or serves others (`tini`, `sudo`, a resource tracker). Secrets that stood
    in the command line are masked in `argv`; a program may also have written one title over all of it.
    """

    pid: int
    ppid: int
    argv: tuple[str, ...]
    program: str
    started_at: float
    user: str = ""
    supporting: bool = False


@dataclass(frozen=True, slots=True)
class ProcessReading:
    """All processes of one service, parents before children. `main` is the first that is no mere wrapper."""

    main: Process
    processes: tuple[Process, ...]

    @property
    def same_program(self) -> int:
        """How many processes run what the main one runs, wrappers around it not counted."""
        return sum(one.program == self.main.program and not one.supporting for one in self.processes) or 1


@dataclass(frozen=True, slots=True)
class ContainerReading:
    """A container as its engine describes it.

    `state` is the engine's word (created, running, paused, restarting, removing, exited, dead); `health` is
    healthy, unhealthy, starting or None without a health check; `restarts` counts policy restarts only;
    `oom_killed` is any process of it, since its last start or in the last ten minutes, and `oom_at` when that was
    (only known while the engine's events are followed). `exit_code` is None while it runs. `addresses` are its
    own on its networks. `memory_limit` is None where none is set.
    """

    id: str
    name: str
    state: str
    image: str
    image_id: str = ""
    pid: int | None = None
    started_at: float | None = None
    finished_at: float | None = None
    exit_code: int | None = None
    restarts: int = 0
    oom_killed: bool = False
    health: str | None = None
    labels: dict[str, str] = field(default_factory=dict, hash=False)
    addresses: tuple[str, ...] = ()
    memory_limit: int | None = None
    oom_at: float | None = None
    created_at: float | None = None


@dataclass(frozen=True, slots=True)
class EngineReading:
    """A container engine that answers: its own version and that of the API it speaks."""

    version: str
    api: str


@dataclass(frozen=True, slots=True)
class UnitReading:
    """A systemd unit as `systemctl show` describes it; `load_state` is `not-found` where there is none.

    `need_reload`: its file changed on disk since systemd read it. `exec_start` is the command line of its ExecStart as
    systemd has it now, `argv` that of its main process; both are empty where they cannot be told. `argv` has secrets
    masked, `as_started` says whether the two agree, by the words that are not. `invocation` is another
    one after each start.
    """

    name: str
    load_state: str
    active_state: str
    sub_state: str
    result: str = ""
    main_pid: int | None = None
    control_group: str = ""
    started_at: float | None = None
    restarts: int = 0
    exit_code: int | None = None
    description: str = ""
    need_reload: bool = False
    exec_start: str = ""
    argv: tuple[str, ...] = ()
    as_started: bool | None = None
    invocation: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue. `oldest` is the age of its first message; with `oldest_at_least` it is a lower bound only.

    Of queues that store no time the first look knows no age (None); 0 at least means that the queue has moved since
    the last look. With `waiting_at_least` more may be waiting than were counted.

    `added` and `taken` are all messages that came and went since the probe began to look, None where that cannot be
    told. `unsure` is at how many looks they may have missed some: where it differs between two, the differences of
    `added` and `taken` between them are lower bounds.
    """

    name: str
    waiting: int
    oldest: float | None = None
    oldest_at_least: bool = False
    delayed: int | None = None
    dead: int | None = None
    waiting_at_least: bool = False
    added: int | None = None
    taken: int | None = None
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class BrokerReading:
    """The queues of one entry of the stack file. `in_flight` and `workers` are None where nobody can tell."""

    kind: QueueKind
    queues: tuple[Queue, ...]
    in_flight: int | None = None
    workers: int | None = None
    ping: float = 0.0


@dataclass(frozen=True, slots=True)
class HealthReading:
    """One answer of an endpoint. `body` is its beginning, already free of control characters.

    For `redis://` endpoints `status` is 200 where it answered PONG.
    """

    status: int
    latency: float
    body: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system; inodes are None where it has none to count.

    `total` is what is used and what may still be used, without the reserve that is root's: `used / total` is what
    `df` calls Use%.
    """

    path: str
    used: int
    total: int
    inodes_used: int | None = None
    inodes_total: int | None = None


@dataclass(frozen=True, slots=True)
class BoxReading:
    """The box itself. `pressure_*` is the share of time (0-100) in which some task stalled, over ten seconds.

    `unread` are the mounts that could not be read, each with the reason in one line.
    """

    mounts: tuple[Mount, ...]
    memory_available: int
    memory_total: int
    swap_used: int
    swap_total: int
    load1: float
    load5: float
    cpus: int
    files_open: int | None = None
    files_limit: int | None = None
    pressure_cpu: float | None = None
    pressure_memory: float | None = None
    pressure_io: float | None = None
    booted_at: float | None = None
    unread: tuple[tuple[str, str], ...] = ()
