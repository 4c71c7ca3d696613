"""What goes by which way, what is on its way, and what came of it. Pure: no news is lost, and none is sent twice.

Of a digest it is written down that it is about to be sent, then it is sent, then what came of it is written down. Who
is killed between the last two cannot know whether it arrived: the same items are sent once more, marked `again`. So
each piece of news arrives at least once, and more than once only where we were cut off, or an answer was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from opsconsole.model.alerts import Digest, Failed, Item, News, Outcome, Sent
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts.rounds import news_of
from opsconsole.watch.alerts.state import Outbox, State

MOST: Final = 200
"""Items that wait in an outbox; of what is older only the number is told."""

AT_ONCE: Final = 50
"""Items of one digest: the rest waits for the next."""

_FIRST: Final = 2.0
_LONGEST: Final = 240.0
"""Seconds until a way that failed is tried again: at first, doubled each time, and at most, which is less than rounds
are usually apart. Where only a person can mend it, it is the longest at once."""

_COMPLAINT: Final = 3
"""Failures in a row after which the other ways are told of it."""


def with_ways(state: State, names: Collection[str], now: float) -> State:
    """The state with an outbox for each of the ways that there are now, and for no other.

    A new one is told of all that people know of already: who was added in the night must not wait for the next change.
    What one was sending when we were cut off waits again, and may have arrived.
    """
    fresh = [name for name in names if name not in state.outboxes]
    outboxes = {name: _cut_off(state.outboxes.get(name, Outbox())) for name in names}
    state = _tidied(replace(state, outboxes=outboxes))
    known = [(name, track) for name, track in state.tracks.items() if track.told is not Level.OK]
    if not fresh or not known:
        return state
    items = []
    for place, (name, track) in enumerate(known, state.count + 1):
        items.append(
            Item(
                id=f"{state.mark}-{place}",
                news=news_of(Level.OK, track.told),
                check=name,
                service=name.partition(".")[0],
                level=track.told,
                reason="it was so before this way of telling was set up",
                since=track.since,
                at=now,
            )
        )
    return posted(replace(state, count=state.count + len(items)), items, fresh)


def posted(state: State, items: Iterable[Item], names: Collection[str] | None = None) -> State:
    """The state with the items in the outboxes called `names`, or in all. Where there is none, nobody is told."""
    items = tuple(items)
    if not items:
        return state
    outboxes = dict(state.outboxes)
    for name in outboxes if names is None else names:
        outboxes[name] = _filled(outboxes[name], items, state)
    news = {**state.news, **{item.id: item for item in items}}
    return _tidied(replace(state, outboxes=outboxes, news=news))


def due(outbox: Outbox, now: float, gap: float = 0.0) -> bool:
    """Whether something is to be sent by this way now, at least `gap` seconds after the last time.

    A time to wait that lies further ahead than we ever set one was made by a clock that has been set back.
    """
    waits = now < outbox.not_before <= now + 86400
    return bool(outbox.pending) and not outbox.sending and not waits and not 0 <= now - outbox.sent_at < gap


def next_due(state: State, now: float, gap: float = 0.0) -> float | None:
    """Seconds until something is to be sent by any way; None where nothing waits."""
    waits = [
        max(0.0, outbox.not_before - now, outbox.sent_at + gap - now if outbox.sent_at <= now else 0.0)
        for outbox in state.outboxes.values()
        if outbox.pending and not outbox.sending
    ]
    return min(waits, default=None)


def begun(state: State, name: str) -> State:
    """The state in which this way is sending what waits for it."""
    outbox = state.outboxes[name]
    first, rest = outbox.pending[:AT_ONCE], outbox.pending[AT_ONCE:]
    return _with(state, name, replace(outbox, sending=first, pending=rest))


def digest(state: State, name: str, stack: str, host: str, now: float) -> Digest:
    """What this way is sending."""
    outbox = state.outboxes[name]
    ids = outbox.sending
    items = [replace(state.news[id], again=id in outbox.unsure) for id in ids if id in state.news]
    if outbox.dropped:
        items.append(_left_out(state, outbox.dropped, now))
    items.sort(key=lambda item: (-item.level, item.since, item.check))
    mark = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]
    return Digest(mark, stack, host, now, tuple(items))


def settled(state: State, name: str, outcome: Outcome, now: float) -> State:
    """The state after what was sent by this way has had that outcome."""
    outbox = state.outboxes.get(name)
    if outbox is None:
        return state
    if isinstance(outcome, Sent):
        unsure = tuple(id for id in outbox.unsure if id not in outbox.sending)
        fine = Outbox(outbox.pending, unsure=unsure, sent_at=now)
        state = _with(state, name, fine)
        if outbox.complained:
            state = _complaint(state, name, Level.OK, f"{name} can be told again", outbox.failing_since or now, now)
        return _tidied(state)
    failures = outbox.failures + 1
    unsure = outbox.unsure if not outcome.unsure else tuple(dict.fromkeys((*outbox.unsure, *outbox.sending)))
    loud = (outcome.for_good or failures >= _COMPLAINT) and not outbox.complained
    since = outbox.failing_since if outbox.failing_since is not None else now
    why = one_line(outcome.why)
    failed = replace(
        outbox,
        pending=(*outbox.sending, *outbox.pending),
        sending=(),
        unsure=unsure,
        not_before=now + _pause(outcome, failures),
        failures=failures,
        failing_since=since,
        why=why,
        complained=outbox.complained or loud,
    )
    state = _with(state, name, failed)
    return _complaint(state, name, Level.DEGRADED, f"{name} cannot be told: {why}", since, now) if loud else state


def _pause(outcome: Failed, failures: int) -> float:
    own = _LONGEST if outcome.for_good else min(_LONGEST, _FIRST * 2 ** min(failures - 1, 10))
    return min(max(own, outcome.retry_after or 0.0), 86400.0)


def _cut_off(outbox: Outbox) -> Outbox:
    if not outbox.sending:
        return outbox
    unsure = tuple(dict.fromkeys((*outbox.unsure, *outbox.sending)))
    return replace(outbox, pending=(*outbox.sending, *outbox.pending), sending=(), unsure=unsure)


def _filled(outbox: Outbox, items: Iterable[Item], state: State) -> Outbox:
    waiting = {state.news[id].check for id in outbox.pending if id in state.news}
    added = [item.id for item in items if item.news is not News.REMINDER or item.check not in waiting]
    pending = (*outbox.pending, *added)
    over = max(len(pending) - MOST, 0)
    return replace(outbox, pending=pending[over:], dropped=outbox.dropped + over)


def _left_out(state: State, number: int, now: float) -> Item:
    reason = f"{number} older pieces of news were left out: this could not be sent for too long"
    return Item(f"{state.mark}-left-out-{number}", News.HAPPENED, "watch", "watch", Level.DEGRADED, reason, now, now)


def _complaint(state: State, name: str, level: Level, reason: str, since: float, now: float) -> State:
    """Let the other ways tell of it: an alert that cannot be sent is the one thing nobody would hear of."""
    others = [other for other in state.outboxes if other != name]
    if not others:
        return state
    state = replace(state, count=state.count + 1)
    item = Item(f"{state.mark}-{state.count}", News.HAPPENED, f"watch.{name}", "watch", level, reason, since, now)
    return posted(state, [item], others)


def _with(state: State, name: str, outbox: Outbox) -> State:
    return replace(state, outboxes={**state.outboxes, name: outbox})


def _tidied(state: State) -> State:
    """Without the items that no outbox holds any more."""
    held = {id for outbox in state.outboxes.values() for id in (*outbox.pending, *outbox.sending)}
    if held.issuperset(state.news):
        return state
    return replace(state, news={id: item for id, item in state.news.items() if id in held})
