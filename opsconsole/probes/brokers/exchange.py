"""Questions and answers of a Redis server, apart from how they travel.

What a kind of queue wants to know is a *plan*: a generator that yields batches of commands, gets their replies and
returns what it made of them. It does no I/O, so it is the same over a socket, through `redis-cli` and in a test.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from opsconsole.model.sample import Problem, ProblemKind

Command: TypeAlias = tuple[str | bytes | int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the server sent as its reply: `WRONGTYPE …`, `NOAUTH …`, with its code in front."""

    text: str


Reply: TypeAlias = "bytes | int | list[Reply] | Refusal | None"

T = TypeVar("T")
Plan: TypeAlias = Generator[Sequence[Command], Sequence[Reply], T]


class Link(Protocol):
    """A way to one server: a socket, or `redis-cli` where the server itself stands."""

    async def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """The replies to all commands, in one round trip. UnreachedError when it breaks; it is of no use then."""
        ...

    async def close(self) -> None:
        """Let go of it. May be called twice."""
        ...


class UnreachedError(Exception):
    """There is no answer. `on_the_way` says that it failed before a server said a word, so another way may do."""

    def __init__(self, problem: Problem, *, on_the_way: bool = False) -> None:
        super().__init__(problem.reason)
        self.problem = problem
        self.on_the_way = on_the_way


class RefusedError(Exception):
    """The server refuses a command that is needed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


class WrongTypeError(Exception):
    """`key` holds something else than the kind of queue keeps there."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NothingThereError(Exception):
    """No queue can be named; the message says why, after "at …"."""

    def problem(self, shown: str) -> Problem:
        """The same as a problem of the broker called `shown`."""
        return Problem(ProblemKind.UNREADABLE, f"{self} at {shown}; name them with queues = […]")


def number(reply: Reply, key: str) -> int:
    """A whole number, such as LLEN and ZCARD give."""
    value = _sound(reply, key)
    return value if isinstance(value, int) else 0


def content(reply: Reply, key: str) -> bytes | None:
    """A string, or None where there is none."""
    value = _sound(reply, key)
    return value if isinstance(value, bytes) else None


def items(reply: Reply, key: str) -> list[Reply]:
    """An array; a missing one is empty."""
    value = _sound(reply, key)
    return value if isinstance(value, list) else []


def names(reply: Reply, key: str) -> list[str]:
    """An array of strings as text."""
    return [text(item) for item in items(reply, key) if isinstance(item, bytes)]


def pairs(reply: Reply) -> Mapping[str, Reply]:
    """What `XINFO` sends as name, value, name, value."""
    flat = reply if isinstance(reply, list) else []
    return {text(name): value for name, value in zip(flat[::2], flat[1::2], strict=False) if isinstance(name, bytes)}


def text(data: bytes) -> str:
    """Key names and ids as text from which the same bytes can be made again."""
    return data.decode("utf-8", "surrogateescape")


def raw(argument: str | bytes | int) -> bytes:
    """An argument of a command as the server gets it; the way back from `text`."""
    if isinstance(argument, bytes):
        return argument
    return str(argument).encode("utf-8", "surrogateescape")


def _sound(reply: Reply, key: str) -> Reply:
    if isinstance(reply, Refusal):
        if reply.text.startswith("WRONGTYPE"):
            raise WrongTypeError(key)
        raise RefusedError(reply)
    return reply
