"""Looking in turn: every group at its own pace, none held up by another, at once after an event."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import asynccontextmanager, suppress

import pytest

from opsconsole.model.sample import ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.watch.collector import Collector
from opsconsole.watch.store import Store
from tests.support.waiting import wait_for
from tests.watch.told import check, says, stack_of, told
from tests.watch.toys import toys, world

pytestmark = pytest.mark.usefixtures("told")
__all__ = ["told", "toys", "world"]

MEMORY = Target("memory", "web", ContainerRef("web"))
STATE = Target("container", "web", ContainerRef("web"))
SITE, OTHER = Target("health", "site"), Target("health", "other")


class Watched:
    """A collector at work, and what it has told."""

    def __init__(self, collector: Collector, store: Store, task: asyncio.Task[None]) -> None:
        self.collector, self.store, self.task = collector, store, task
        self.told: list[tuple[float, Snapshot]] = []

    @property
    def now(self) -> Snapshot:
        return self.store.snapshot()

    def problem(self, target: Target):
        sample = self.now.latest.get(target)
        return sample.problem if sample else None


@asynccontextmanager
async def watching(world, *checks):
    stack = stack_of(*checks)
    store = Store(stack, world.clock)
    heard: list[tuple[float, Snapshot]] = []
    collector = Collector(stack, world, store, lambda snapshot: heard.append((time.monotonic(), snapshot)))
    task = asyncio.create_task(collector.run())
    watched = Watched(collector, store, task)
    watched.told = heard
    try:
        yield watched
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def forever(targets=()):
    await asyncio.Event().wait()


async def test_each_group_is_looked_at_again_at_its_own_pace(toys, world):
    for kind in ("memory", "health"):
        toys[kind]
    async with watching(world, check("m", MEMORY, every=0.2), check("h", SITE)):
        await wait_for("five looks at memory", lambda: len(toys["memory"].reads) >= 5)
        assert len(toys["health"].reads) <= 2, "health has five seconds, of which one may be up meanwhile"
    gaps = [b - a for a, b in zip(toys["memory"].times[1:], toys["memory"].times[2:], strict=False)]
    assert all(gap > 0.1 for gap in gaps)


async def test_a_look_that_is_still_busy_is_not_queued_again(toys, world):
    gate = asyncio.Event()
    toys["memory"].behave = lambda targets: _answer_after(gate)
    async with watching(world, check("m", MEMORY, every=0.2, timeout=30), check("b", Target("box", "box"), every=0.2)):
        toys["box"].behave = lambda targets: Level.OK
        await wait_for("many rounds of the others", lambda: len(toys["box"].reads) >= 5)
        assert len(toys["memory"].reads) == 1
        gate.set()
        await wait_for("the next round", lambda: len(toys["memory"].reads) == 2)
        seen = len(toys["box"].reads)
        await wait_for("one more of the others", lambda: len(toys["box"].reads) > seen)
        assert len(toys["memory"].reads) <= 4, "what was missed is not made up for"


async def _answer_after(gate: asyncio.Event) -> Level:
    await gate.wait()
    return Level.OK


async def test_a_probe_that_raises_is_our_fault_and_the_rest_goes_on(toys, world):
    def burst(targets):
        raise KeyError("pid\n[/b]")

    toys["memory"].behave = burst
    toys["container"]
    async with watching(world, check("m", MEMORY, every=0.2), check("c", STATE, every=0.2)) as watched:
        problem = await wait_for("a problem", lambda: watched.problem(MEMORY))
        assert problem.kind is ProblemKind.UNREADABLE
        assert "memory probe" in problem.reason and "KeyError" in problem.reason and "\n" not in problem.reason
        await wait_for("the others go on", lambda: len(toys["container"].reads) > 2)
        toys["memory"].behave = lambda targets: Level.OK
        await wait_for("it is read again", lambda: watched.now.latest[MEMORY].value is Level.OK)


async def test_a_kind_that_cannot_be_opened_says_so(world):
    mystery = Target("crystal-ball", "future")
    async with watching(world, check("future", mystery)) as watched:
        problem = await wait_for("a problem", lambda: watched.problem(mystery))
        assert "crystal-ball" in problem.reason


async def test_a_probe_that_forgets_a_target_is_found_out(toys, world):
    toys["memory"].behave = lambda targets: [says(targets[0], Level.OK, time.time())]
    second = Target("memory", "second", ContainerRef("second"))
    async with watching(world, check("m", MEMORY), check("n", second)) as watched:
        problem = await wait_for("a problem", lambda: watched.problem(second))
        assert "left it out" in problem.reason
        assert watched.now.latest[MEMORY].value is Level.OK


async def test_a_probe_that_hangs_is_timed_out_from_outside(toys, world):
    toys["health"].behave = forever
    async with watching(world, check("h", SITE, every=0.2, timeout=0.1)) as watched:
        problem = await wait_for("a problem", lambda: watched.problem(SITE))
        assert (problem.kind, problem.reason) == (ProblemKind.TIMEOUT, "no answer within 100 ms")
        toys["health"].behave = lambda targets: Level.OK
        await wait_for("it is looked at again", lambda: watched.now.latest[SITE].value is Level.OK)


async def test_a_probe_that_cannot_even_be_cancelled_is_left_alone_and_stays_timed_out(toys, world):
    release = asyncio.Event()

    async def stubborn(targets):
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()
        return Level.OK

    toys["health"].behave = stubborn
    async with watching(world, check("h", SITE, every=0.2, timeout=0.1)) as watched:
        first = await wait_for("a problem", lambda: watched.problem(SITE) and watched.now.latest[SITE].at)
        await wait_for("a newer one", lambda: watched.now.latest[SITE].at > first)
        assert watched.problem(SITE).kind is ProblemKind.TIMEOUT
        assert len(toys["health"].reads) == 1
        release.set()
        await wait_for("it is looked at again", lambda: watched.now.latest[SITE].value is Level.OK)


async def test_one_endpoint_that_hangs_does_not_hold_up_another(toys, world):
    toys["health"].behave = lambda targets: forever() if SITE in targets else Level.OK
    async with watching(world, check("h", SITE, every=0.2), check("o", OTHER, every=0.2)) as watched:
        await wait_for("three looks at the other", lambda: sum(OTHER in read for read in toys["health"].reads) >= 3)
        assert watched.now.latest[OTHER].value is Level.OK
        assert SITE not in watched.now.latest


async def test_after_an_engine_event_the_containers_are_looked_at_at_once(toys, world):
    for kind in ("memory", "container", "health"):
        toys[kind]
    slow = {"every": 60}
    checks = check("m", MEMORY, **slow), check("c", STATE, **slow), check("h", SITE, **slow)
    async with watching(world, *checks):
        await wait_for("a first look", lambda: all(toys[kind].reads for kind in ("memory", "container", "health")))
        await wait_for("the stream", lambda: world.engine.following)
        world.engine.event()
        await wait_for("a second look", lambda: all(len(toys[kind].reads) == 2 for kind in ("memory", "container")))
        assert len(toys["health"].reads) == 1


async def test_events_of_containers_that_nobody_watches_cost_nothing(toys, world):
    toys["container"], toys["box"]
    async with watching(world, check("c", STATE, every=60), check("b", Target("box", "box"), every=0.2)):
        await wait_for("a first look", lambda: toys["container"].reads and world.engine.callbacks)
        world.engine.event("stranger")
        seen = len(toys["box"].reads)
        await wait_for("two rounds of others", lambda: len(toys["box"].reads) >= seen + 2)
        assert len(toys["container"].reads) == 1


async def test_an_event_may_be_of_a_compose_service_whatever_its_container_is_called(toys, world):
    toys["container"]
    target = Target("container", "web", ContainerRef("shop/web"))
    async with watching(world, check("c", target, every=60)):
        await wait_for("a first look", lambda: toys["container"].reads and world.engine.callbacks)
        world.engine.event("shop_web_1")
        await wait_for("a second look", lambda: len(toys["container"].reads) == 2)


async def test_a_storm_of_events_is_a_few_looks(toys, world):
    toys["container"]
    async with watching(world, check("c", STATE, every=60)):
        await wait_for("a first look", lambda: toys["container"].reads and world.engine.callbacks)
        began = time.monotonic()
        while time.monotonic() < began + 0.5:
            world.engine.event()
            await asyncio.sleep(0)
        assert len(toys["container"].reads) <= 8


async def test_a_box_without_containers_does_not_bother_the_engine(toys, world):
    toys["box"]
    async with watching(world, check("box", Target("box", "box"))) as watched:
        await wait_for("the box", lambda: watched.told)
        assert not world.engine.following


async def test_news_of_a_new_kind_do_not_wait_for_the_others(toys, world):
    gate = asyncio.Event()
    toys["memory"]
    toys["container"].behave = lambda targets: _answer_after(gate)
    async with watching(world, check("m", MEMORY), check("c", STATE, timeout=30)) as watched:
        await wait_for("the first rows", lambda: watched.told and MEMORY in watched.told[0][1].latest)
        assert STATE not in watched.told[-1][1].latest
        gate.set()
        await wait_for("the others", lambda: STATE in watched.told[-1][1].latest)


async def test_what_changes_all_the_time_is_never_told_twice_within_a_fifth_of_a_second(toys, world):
    for kind in ("memory", "container", "box"):
        toys[kind]
    flips = itertools.cycle([Level.DOWN, Level.OK])
    toys["health"].behave = lambda targets: next(flips)  # urgent news at every round
    checks = [check(t.kind, t, every=0.2) for t in (MEMORY, STATE, Target("box", "box"), SITE)]
    async with watching(world, *checks) as watched:
        await wait_for("all kinds told", lambda: watched.told and len(watched.told[-1][1].latest) == 4)
        known = len(watched.told)
        await wait_for("some news", lambda: len(watched.told) >= known + 5)
    times = [at for at, _ in watched.told[known - 1 :]]
    assert min(b - a for a, b in itertools.pairwise(times)) > 0.19


async def test_without_urgent_news_it_tells_about_once_a_second(toys, world):
    toys["memory"]
    async with watching(world, check("m", MEMORY, every=0.2)) as watched:
        await wait_for("three news", lambda: len(watched.told) >= 3)
    times = [at for at, _ in watched.told]
    assert all(b - a > 0.85 for a, b in itertools.pairwise(times))


async def test_what_is_needed_is_looked_at_as_soon_as_what_needs_it_fails(toys, world):
    engine = Target("engine", "engine")
    toys["engine"]
    toys["container"].behave = lambda targets: Level.OK
    checks = check("engine", engine, every=60), check("state", STATE, needs=("engine",), every=0.2)
    async with watching(world, *checks) as watched:
        await wait_for("both seen", lambda: len(watched.now.standings) == 2)
        toys["engine"].behave = toys["container"].behave = lambda targets: Level.DOWN
        await wait_for("the engine is found out", lambda: watched.now.standings["engine"].level is Level.DOWN)
        assert [found.check for found in watched.now.findings] == ["engine"]
        toys["engine"].behave = toys["container"].behave = lambda targets: Level.OK
        watched.collector.look_now({"engine"})
        await wait_for(
            "all is well", lambda: not watched.now.findings and not watched.now.standings["state"].blocked_by
        )


async def test_what_on_change_raises_ends_it(toys, world):
    def refuse(snapshot):
        raise ValueError("no screen")

    toys["memory"]
    stack = stack_of(check("m", MEMORY))
    with pytest.raises(ValueError, match="no screen"):
        await asyncio.wait_for(Collector(stack, world, Store(stack, world.clock), refuse).run(), 5)


async def test_when_it_ends_its_probes_are_closed_and_it_hears_no_more_events(toys, world):
    toys["memory"]
    async with watching(world, check("m", MEMORY)):
        await wait_for("a look", lambda: toys["memory"].reads and world.engine.callbacks)
    assert toys["memory"].closed == 1
    assert not world.engine.callbacks
