"""Looking at everything in turn: each group at its own pace, at once after an event, never queued."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Iterable
from typing import Final

from opsconsole.model.sample import Sample, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.verdict import Level
from opsconsole.probes.base import World
from opsconsole.watch.groups import STARTED, Group, only, rounds, single_look
from opsconsole.watch.looking import Probes
from opsconsole.watch.store import Store
from opsconsole.watch.threads import wait_for_no_thread

_WAVES: Final = (("fault", "container", "engine"), ("memory", "process", "unit", "box"), ("queue",), STARTED)
"""Which kinds begin first; all others after them. The first rows must not wait for what others import or
start, nor may that be counted as the latency of an endpoint."""

_WAVE: Final = 0.3  # seconds that a wave waits for the one before it
_TELL: Final = 0.9  # seconds between two plain news: about one a second, and back in step after urgent ones
_TELL_URGENT: Final = 0.2  # the same for changed levels
_TELL_FIRST: Final = 0.05  # the same for the first samples of a kind: there are few kinds, and somebody waits for rows
_SETTLE: Final = 0.05  # seconds for groups that are due together to come in together
_GAP: Final = 0.1  # seconds between two looks of one group, however fast events come
_FOLLOW_AGAIN: Final = 5.0  # seconds until the events are followed again after a fault of ours

_ON_EVENT: Final = ("container", "memory", "process", "replicas", "container-user", "env", "clock", "image-tag")


async def look_once(
    stack: Stack,
    world: World,
    checks: Collection[str] | None = None,
    timeout: float = 10.0,
    waiting: dict[Target, None] | None = None,
) -> Snapshot:
    """One look at everything, or at `checks` and what they need, all kinds at the same time.

    No look takes longer than `timeout` seconds, but for what a check starts and gives more time. `for` is not applied;
    nothing stays open that was opened here. While it goes on, `waiting` holds the targets that have not been seen yet.
    """
    wait_for_no_thread()
    chosen = stack if checks is None else only(stack, checks)
    store = Store(chosen, world.clock, damped=False)
    probes = Probes(world)
    began = asyncio.get_running_loop().time()
    try:
        groups = single_look(chosen, timeout)
        looks = await asyncio.gather(*(_noted(probes, group, {} if waiting is None else waiting) for group in groups))
    finally:
        await probes.close()
    took = asyncio.get_running_loop().time() - began
    # All at once, so that what is needed is judged before what needs it.
    store.put((sample for look in looks for sample in look), took)
    return store.snapshot()


async def _noted(probes: Probes, group: Group, waiting: dict[Target, None]) -> list[Sample]:
    """A look at a group, whose targets are among those that are waited for meanwhile."""
    waiting.update(dict.fromkeys(group.targets))
    found = await probes.look(group)
    for target in group.targets:
        waiting.pop(target, None)
    return found


class Collector:
    """Keeps a store fresh, and tells `on_change` of it.

    `on_change` is called in the event loop, about once a second; at once for the first samples of a kind and
    when a check changes its level, but then never twice within 0.2 s. What it raises ends `run`.
    """

    def __init__(self, stack: Stack, world: World, store: Store, on_change: Callable[[Snapshot], None]) -> None:
        self._stack = stack
        self._world = world
        self._store = store
        self._on_change = on_change
        self._turns = [_Turn(group) for group in rounds(stack)]
        self._of_target = {target: turn for turn in self._turns for target in turn.group.targets}
        self._seen: set[str] = set()
        self._told = -math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._failed: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Look and tell until cancelled. The probes are closed then; the world stays open, it is somebody else's."""
        wait_for_no_thread()
        probes = Probes(self._world)
        self._failed = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_result(self._failed))
                if any(turn.containers for turn in self._turns):
                    tasks.create_task(self._follow_events())
                for wave in self._waves():
                    for turn in wave:
                        tasks.create_task(self._watch(turn, probes))
                    await _first_rounds(wave)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # there is only one that can fail, and whoever runs us wants to name it
        finally:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            await probes.close()

    def snapshot(self) -> Snapshot:
        """What is known at this moment, also when there was no reason yet to tell of it."""
        return self._store.snapshot()

    def look_now(self, kinds: Collection[str] | None = None) -> None:
        """Look at targets of `kinds` (None: all) without waiting for their turn, as after a step of a run."""
        for turn in self._turns:
            if kinds is None or turn.group.kind in kinds:
                turn.call()

    def _waves(self) -> Iterable[list[_Turn]]:
        left = list(self._turns)
        for kinds in _WAVES:
            yield [turn for turn in left if turn.group.kind in kinds]
            left = [turn for turn in left if turn.group.kind not in kinds]
        yield left

    async def _watch(self, turn: _Turn, probes: Probes) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            samples = await probes.look(turn.group)
            changed = self._store.put(samples, loop.time() - began)
            self._look_further(changed)
            first = turn.group.kind not in self._seen
            self._seen.add(turn.group.kind)
            self._news(_TELL_FIRST if first else _TELL_URGENT if changed else _TELL)
            turn.looked.set()
            await turn.come()

    def _look_further(self, changed: Collection[str]) -> None:
        """What just failed may fail for want of something else, and what came back may free others: look there."""
        if not changed:
            return
        standings = self._store.standings
        for check in self._stack.checks:
            own = standings.get(check.name)
            if own is None:
                continue
            failed = check.name in changed and own.level in (Level.DOWN, Level.UNKNOWN) and not own.blocked_by
            for needed in check.needs:
                other = standings.get(needed)
                freed = own.blocked_by == needed and needed in changed and other is not None and not _bad(other.level)
                if failed and other is not None:
                    self._of_target[other.check.target].call()
                if freed:
                    self._of_target[check.target].call()

    async def _follow_events(self) -> None:
        engine = self._world.engine
        hear_no_more = engine.on_change(self._engine_event)
        try:
            while True:
                try:
                    await engine.follow()
                    return
                except Exception:  # without events the same is read by asking, only later and at a higher price
                    await asyncio.sleep(_FOLLOW_AGAIN)
        finally:
            hear_no_more()

    def _engine_event(self, name: str) -> None:
        """Something became of the container `name`, which need not be one of ours."""
        for turn in self._turns:
            if turn.group.kind in _ON_EVENT and any(_may_be(ref, name) for ref in turn.containers):
                turn.call()

    def _news(self, apart: float) -> None:
        """Tell of what is new, at least `apart` seconds after the last time."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = max(now if apart < _TELL else now + _SETTLE, self._told + apart)
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._told = asyncio.get_running_loop().time()
        try:
            self._on_change(self._store.snapshot())
        except Exception as fault:
            if self._failed is not None and not self._failed.done():
                self._failed.set_exception(fault)


class _Turn:
    """When one group is looked at: at whole multiples of its pace, so that groups wake together, and when called."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.containers = tuple(ref for target in group.targets if (ref := _container(target.of)) is not None)
        self.looked = asyncio.Event()
        self._called = asyncio.Event()
        self._last = -math.inf

    def call(self) -> None:
        """Look again as soon as the look under way, if any, is over: it may have begun too early."""
        self._called.set()

    async def come(self) -> None:
        """Wait for the turn. One that came while the group was still busy is dropped."""
        loop = asyncio.get_running_loop()
        # A millisecond on: a timer may ring a trifle early, and the turn just taken must not come again.
        due = (math.floor((loop.time() + 0.001) / self.group.pace) + 1) * self.group.pace
        timer = loop.call_at(due, self._called.set)
        try:
            await self._called.wait()
        finally:
            timer.cancel()
        early = self._last + _GAP - loop.time()
        if early > 0:
            await asyncio.sleep(early)
        self._called.clear()
        self._last = loop.time()


async def _first_rounds(wave: Collection[_Turn]) -> None:
    """Wait until every group of the wave was looked at once, but not for long."""
    try:
        async with asyncio.timeout(_WAVE):
            for turn in wave:
                await turn.looked.wait()
    except TimeoutError:
        return


async def _result(future: asyncio.Future[None]) -> None:
    await future


def _container(of: object) -> ContainerRef | None:
    """The container that a target looks at, itself or by what it names."""
    for one in (of, getattr(of, "ref", None), getattr(of, "container", None)):
        if isinstance(one, ContainerRef):
            return one
    return None


def _may_be(ref: ContainerRef, name: str) -> bool:
    """Whether `ref` can mean the container `name`; of "project/service" only the engine knows the name."""
    return ref.name == name or "/" in ref.name


def _bad(level: Level) -> bool:
    return level in (Level.DOWN, Level.UNKNOWN)
