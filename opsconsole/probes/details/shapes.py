"""What lies in a queue: the names of tasks in a bounded sample, and a few messages where somebody wants to read them.

Plans, as in `brokers/exchange.py`: they do no I/O, and send only commands that read. Redis cannot give a part of an
element, so what is fetched grows step by step until enough bytes have come; where elements are huge none is fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from opsconsole.model.detail import Message, Messages, Shape
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.brokers.celery import PRIORITIES
from opsconsole.probes.brokers.exchange import Command, Plan, Reply, content, items, number
from opsconsole.probes.brokers.stream import first_after, groups_of, moment
from opsconsole.probes.details.headers import Headers, headers_of
from opsconsole.probes.details.payload import readable

STEPS: Final = (2, 8, 40)
"""Messages that are fetched from each end of a list, one step after the other."""

ENOUGH: Final = 512 << 10
"""Bytes after which no further step is made."""

Place: TypeAlias = Callable[[bytes], tuple[str | bytes, str | bytes]]
"""From an id to the hash and the field where its message is."""

HUGE: Final = 1 << 20
"""Bytes of one message from which none is fetched, as far as that can be known beforehand."""

FEW: Final = 5
"""Messages that are shown to be read."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """Messages of a queue, the next to be taken first; `huge` is the mean size where that forbade to fetch any."""

    waiting: int
    bodies: Sequence[bytes]
    huge: float | None = None


def shape(of: QueueOf, kind: QueueKind, queue: str) -> Plan[Shape]:
    """The names of tasks in a sample from both ends of the queue."""
    sample = yield from _sample(of, kind, queue, STEPS, both=True)
    if sample.huge is not None:
        return Shape(sample.waiting, 0, bytes_each=sample.huge, whence="one is too large to be fetched")
    found = [headers_of(kind, body) for body in sample.bodies]
    names = Counter(one.name for one in found if one.name)
    fields = Counter(field for one in found if not one.name for field in one.fields)
    seen = len(found)
    return Shape(
        sample.waiting,
        seen,
        tuple(names.most_common()),
        sum(not one.name for one in found),
        tuple(field for field, _ in fields.most_common(8)),
        sum(map(len, sample.bodies)) / seen if seen else None,
        sum(one.retried for one in found),
        "all of them" if seen >= sample.waiting else "the oldest and the newest",
    )


def messages(of: QueueOf, kind: QueueKind, queue: str) -> Plan[Messages]:
    """The next few that will be taken, as text."""
    sample = yield from _sample(of, kind, queue, (FEW,), both=False)
    if sample.huge is not None:
        return Messages(sample.waiting)
    shown, masked = [], 0
    for place, body in enumerate(sample.bodies[:FEW]):
        text, hidden, cut = readable(kind, body)
        masked += hidden
        shown.append(Message(place + 1, _named(headers_of(kind, body)), text, len(body), cut))
    return Messages(sample.waiting, tuple(shown), masked)


def _named(found: Headers) -> str:
    return found.name or "no name"


def _sample(of: QueueOf, kind: QueueKind, queue: str, steps: Sequence[int], *, both: bool) -> Plan[_Sample]:
    match kind:
        case "celery":
            own = f"{of.prefix}{queue}"
            # kombu takes from the right, and the list of the highest priority (the lowest number) first.
            keys = [own, *(f"{own}{of.separator}{priority}" for priority in PRIORITIES)]
            return (yield from _of_lists(keys, steps, from_right=True, both=both))
        case "dramatiq":
            key = f"{of.prefix or 'dramatiq'}:{queue}"
            return (yield from _by_ids(key, lambda id: (f"{key}.msgs", id), steps, both=both))
        case "rq":
            key = f"rq:queue:{queue}"
            return (yield from _by_ids(key, lambda id: (b"rq:job:" + id, b"description"), steps, both=both))
        case "stream":
            return (yield from _of_stream(queue, sum(steps)))
        case _:
            return (yield from _of_lists([queue], steps, from_right=False, both=both))


def _of_lists(keys: Sequence[str], steps: Sequence[int], *, from_right: bool, both: bool) -> Plan[_Sample]:
    commands: list[Command] = []
    for key in keys:
        commands += [("LLEN", key), ("MEMORY", "USAGE", key, "SAMPLES", 5)]
    replies = yield commands
    lengths = {key: number(reply, key) for key, reply in zip(keys, replies[::2], strict=True)}
    waiting = sum(lengths.values())
    for key, used in zip(keys, replies[1::2], strict=True):  # refused, or an old server: then nothing is known
        if isinstance(used, int) and lengths[key] and used / lengths[key] > HUGE:
            return _Sample(waiting, (), used / lengths[key])
    near: list[bytes] = []
    far: list[bytes] = []
    done = 0
    for step in steps:
        asked = list(_ends(lengths, done, step, from_right=from_right, both=both))
        if not asked:
            break
        for (key, is_near, backwards, _), reply in zip(asked, (yield [command for *_, command in asked]), strict=True):
            bodies = [one for one in items(reply, key) if isinstance(one, bytes)]
            (near if is_near else far).extend(reversed(bodies) if backwards else bodies)
        done += step
        if sum(map(len, near)) + sum(map(len, far)) > ENOUGH:
            break
    return _Sample(waiting, [*near, *far])


def _ends(
    lengths: dict[str, int], done: int, step: int, *, from_right: bool, both: bool
) -> Iterator[tuple[str, bool, bool, Command]]:
    """The next `step` elements after `done` at each end: (key, is it taken there, read backwards, command)."""
    for key, length in lengths.items():
        half = (length + 1) // 2 if both else length
        until = min(done + step, half)
        if until > done:
            right = ("LRANGE", key, -until, -done - 1)
            left = ("LRANGE", key, done, until - 1)
            yield key, True, from_right, right if from_right else left
        until = min(done + step, length - half)
        if both and until > done:
            right = ("LRANGE", key, -until, -done - 1)
            left = ("LRANGE", key, done, until - 1)
            yield key, False, not from_right, left if from_right else right


def _by_ids(key: str, place: Place, steps: Sequence[int], *, both: bool) -> Plan[_Sample]:
    """Of lists of ids, whose messages are fields of hashes: these tell their length, so that huge ones are left out."""
    ids = yield from _of_lists([key], [sum(steps)], from_right=False, both=both)
    if not ids.bodies:
        return ids
    places = [place(id) for id in ids.bodies]
    lengths = yield [("HSTRLEN", *one) for one in places]
    wanted: list[tuple[str | bytes, str | bytes]] = []
    room = ENOUGH
    for one, reply in zip(places, lengths, strict=True):
        length = number(reply, str(key))
        if 0 < length <= room and length <= HUGE:
            wanted.append(one)
            room -= length
    if not wanted:
        return _Sample(ids.waiting, ())
    bodies = yield [("HGET", *one) for one in wanted]
    return _Sample(ids.waiting, [body for reply in bodies if (body := content(reply, str(key))) is not None])


def _of_stream(key: str, most: int) -> Plan[_Sample]:
    length, told, used = yield [("XLEN", key), ("XINFO", "GROUPS", key), ("MEMORY", "USAGE", key, "SAMPLES", 5)]
    count = number(length, key)
    if isinstance(used, int) and count and used / count > HUGE:
        return _Sample(count, (), used / count)
    groups = groups_of(told, key)
    slowest = min(groups, key=lambda group: moment(group.delivered), default=None)
    (entries,) = yield [first_after(key, slowest, most)]
    waiting = slowest.lag if slowest is not None and slowest.lag is not None else count
    return _Sample(waiting, [_entry(one) for one in items(entries, key)])


def _entry(entry: Reply) -> bytes:
    """An entry's fields as JSON, so that it is read like any other message."""
    import json

    flat = entry[1] if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], list) else []
    words = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in flat]
    return json.dumps(dict(zip(words[::2], words[1::2], strict=False))).encode()
