"""What is read of one service or one queue when somebody looks at it closely: on demand, and not kept.

Only screens that show it load this. Nothing here is a secret: what may be one was taken out where it was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that something was started with. Without a `value` it is hidden, and `hidden` says why."""

    name: str
    value: str | None
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that became of a service, at epoch seconds: what, and why as far as that is known.

    `bad` where it ended otherwise than somebody wanted.
    """

    at: float
    what: str
    why: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What became of a service, oldest first. `known_since` says in words how far back that is known, and by whom."""

    happenings: tuple[Happening, ...]
    known_since: str = ""


@dataclass(frozen=True, slots=True)
class HealthLook:
    """One look of an engine's own health check: when it ended, how long it took, its exit code, what it said."""

    at: float
    took: float
    exit_code: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """A port that is listened on, and where it is published on the box; `by` is the process where that is known."""

    port: int
    protocol: str = "tcp"
    address: str = ""
    published: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a service is made of, as pairs of name and value, in the order in which they are worth reading.

    `ports` is a reason in words where they could not be read. `health` are the last looks of its engine's own check.
    """

    facts: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...] | str = ()
    health: tuple[HealthLook, ...] = ()
    health_check: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What lies in a queue, by the headers of a sample: (name of task, how many of the sample), the most first.

    `waiting` is how many there were, `looked_at` how many were looked at, `unnamed` of how many no name could be told,
    and `fields` which names of fields those have. `bytes_each` is the mean size of one, None where nothing was read.
    """

    waiting: int
    looked_at: int
    names: tuple[tuple[str, int], ...] = ()
    unnamed: int = 0
    fields: tuple[str, ...] = ()
    bytes_each: float | None = None
    retried: int = 0
    whence: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be read: its place from the next to be taken on, its task's name, its text, masked and cut."""

    place: int
    name: str
    text: str
    size: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Messages:
    """A few messages. `masked` is how many values were hidden for their names."""

    waiting: int
    shown: tuple[Message, ...] = field(default=())
    masked: int = 0
