"""Random faults, random failures of delivery, kills at the worst moment: no change is lost, and none arrives twice."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from opsconsole.model.alerts import Failed, Item, News, Sent
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts import post
from opsconsole.watch.alerts.state import State
from tests.watch.alerts.rounds import OK, Story, check, seen

WAYS = ("chat", "hook")
LEVELS = st.sampled_from([OK, OK, OK, Level.UNKNOWN, Level.DEGRADED, Level.DOWN])
ENDINGS = st.sampled_from(
    ["taken", "taken", "refused", "lost on the way", "lost on the way back", "killed", "killed late"]
)


class Rounds(RuleBasedStateMachine):
    """A watch of four checks and two ways to tell; the state goes through its file's form after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(
            check("db"),
            check("web", rounds=2, needs=("db",)),
            check("queue", needs=("web",)),
            check("disk"),
            remind=7200.0,
            flapping=(1000, 3600.0),  # what it hides is another test's
        )
        self.arrived: dict[str, list[Item]] = {way: [] for way in WAYS}
        self.doubt: set[tuple[str, str]] = set()
        self.made: list[Item] = []

    @initialize()
    def begin(self) -> None:
        self.story.state = post.with_ways(self.story.state, WAYS, self.story.at)

    @rule(db=LEVELS, web=LEVELS, queue=LEVELS, disk=LEVELS, chat=ENDINGS, hook=ENDINGS)
    def round(self, chat: str, hook: str, **levels: Level) -> None:
        blocked = {}
        if levels["db"] > Level.DEGRADED or levels["db"] is Level.UNKNOWN:
            blocked["web"] = "db"
        if "web" in blocked or levels["web"] in (Level.DOWN, Level.UNKNOWN):
            blocked["queue"] = "web"
        self.look(levels, blocked)
        for way, ending in (("chat", chat), ("hook", hook)):
            self.deliver(way, ending)

    def look(self, levels: dict[str, Level], blocked: dict[str, str]) -> None:
        story = self.story
        story.look({n: seen(story.checks[n], level, story.at, blocked.get(n)) for n, level in levels.items()})
        self.made += story.last.items
        self.through_the_file()

    def deliver(self, way: str, ending: str) -> None:
        story = self.story
        if not post.due(story.state.outboxes[way], story.at):
            return
        story.state = post.begun(story.state, way)
        self.through_the_file()
        items = post.digest(story.state, way, "shop", "box", story.at).items
        for item in items:
            assert item.again == ((way, item.id) in self.doubt), "what may have arrived says so, and nothing else does"
        if ending not in ("refused", "lost on the way", "killed"):
            self.arrived[way] += items
        if ending in ("taken", "refused"):
            outcome = Sent() if ending == "taken" else Failed("refused")
            story.state = post.settled(story.state, way, outcome, story.at)
        else:
            self.doubt |= {(way, item.id) for item in items}
            if ending.startswith("killed"):
                story.state = post.with_ways(story.state, WAYS, story.at)  # the next process finds it being sent
            else:
                story.state = post.settled(story.state, way, Failed("no answer", unsure=True), story.at)
        self.through_the_file()

    def through_the_file(self) -> None:
        self.story.state = msgspec.json.decode(msgspec.json.encode(self.story.state), type=State)

    @invariant()
    def nothing_arrives_twice_but_what_we_had_to_doubt(self) -> None:
        for way, items in self.arrived.items():
            for id, times in Counter(item.id for item in items).items():
                assert times == 1 or (way, id) in self.doubt

    @invariant()
    def what_arrives_is_an_unbroken_story(self) -> None:
        """Each change begins where the one before it ended, by each way by itself."""
        for items in self.arrived.values():
            told: dict[str, Level] = {}
            known = set()
            for item in sorted(items, key=lambda item: int(item.id.partition("-")[2])):
                if item.id in known or item.news is News.HAPPENED:
                    continue
                known.add(item.id)
                assert item.was is told.get(item.check, OK), item
                assert (item.news is News.REMINDER) == (item.level is item.was), item
                told[item.check] = item.level

    def teardown(self) -> None:
        """Quiet at last: three rounds in which nothing changes, and every way takes what it is given."""
        if not self.story.state.outboxes:
            return
        for _ in range(3):
            self.look(dict.fromkeys(self.story.checks, Level.DOWN), {})
        for _ in range(3):
            self.story.at += 3600
            for way in WAYS:
                while post.due(self.story.state.outboxes[way], self.story.at):
                    self.deliver(way, "taken")
        for items in self.arrived.values():
            ids = {item.id for item in items}
            missing = [item for item in self.made if item.id not in ids and item.news is not News.REMINDER]
            assert not missing
            newest = {item.check: item for item in sorted(items, key=lambda item: int(item.id.partition("-")[2]))}
            assert {name: newest[name].level for name in self.story.checks} == dict.fromkeys(
                self.story.checks, Level.DOWN
            )
        assert self.story.state.news == {}


Rounds.TestCase.settings = settings(
    max_examples=30, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAThousandRounds = Rounds.TestCase


def test_a_thousand_rounds_of_one_watch():
    """One long life, in which nearly everything goes wrong again and again."""
    chance = random.Random(20260107)
    watch = Rounds()
    watch.begin()
    levels, endings = (
        [OK, OK, OK, *Level],
        ["taken", "taken", "refused", "lost on the way", "lost on the way back", "killed"],
    )
    for _ in range(1000):
        seen = {name: chance.choice(levels) for name in watch.story.checks}
        watch.round(chance.choice(endings), chance.choice(endings), **seen)
    watch.what_arrives_is_an_unbroken_story()
    watch.nothing_arrives_twice_but_what_we_had_to_doubt()
    assert len(watch.made) > 300
    watch.teardown()
