"""What is known: the newest sample of every target, its past, and where every check stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from opsconsole.checks import judge
from opsconsole.model.check import Check, Standing
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict
from opsconsole.watch import rules
from opsconsole.watch.past import Past

if TYPE_CHECKING:
    from opsconsole.model.course import Course


class Store:
    """Takes samples in, judges the checks on their targets, and gives it all out as one value.

    With `damped` False `for` is not applied: that is how a single look is judged. `clock` gives epoch seconds
    and only dates the snapshots; everything else goes by the samples' own times. Used from one thread. What `earlier`
    knew of the past of targets that are still watched goes on.
    """

    def __init__(
        self, stack: Stack, clock: Callable[[], float], *, damped: bool = True, earlier: Snapshot | None = None
    ) -> None:
        self.stack = stack
        self._clock = clock
        self._damped = damped
        order = rules.in_order(stack.checks)
        self._places = {check.name: place for place, check in enumerate(order)}
        self._on: dict[Target, list[Check]] = {}
        for check in order:
            self._on.setdefault(check.target, []).append(check)
        self._dependent = tuple(check for check in order if check.needs)
        self._latest: dict[Target, Sample] = {}
        self._last_good: dict[Target, Sample] = {}
        self._past: dict[Target, Past] = {}
        self._courses: dict[Target, Mapping[str, Course]] = {}
        self._lives: dict[Target, Sequence[Sample]] = {}
        self._counts: dict[str, rules.Count] = {}
        self._standings: dict[str, Standing] = {}
        self._took: dict[str, float] = {}
        self._rounds = 0
        if earlier is not None:
            self._go_on(earlier)

    def _go_on(self, earlier: Snapshot) -> None:
        """Take over what was read before: a corrected stack file is no reason to forget what the memory did."""
        for target in self.stack.watched:
            past = earlier.past.get(target)
            if isinstance(past, Past):
                self._past[target] = past
            if target in earlier.courses:
                self._courses[target] = earlier.courses[target]
            if target in earlier.lives:
                self._lives[target] = earlier.lives[target]

    @property
    def standings(self) -> Mapping[str, Standing]:
        """Where every check that was judged stands now, by name. Live: copy it to keep it."""
        return self._standings

    def put(self, samples: Iterable[Sample], took: float | None = None) -> frozenset[str]:
        """Take in the samples of one round, which cost `took` seconds.

        Returns the names of the checks that stand differently now: at another level, or blocked or no longer.
        """
        changed: set[str] = set()
        batch: dict[Target, Sample] = {}
        for sample in samples:
            if sample.target in batch:  # two looks at one thing are two rounds of its checks
                changed |= self._put_batch(batch)
                batch = {}
            batch[sample.target] = sample
        changed |= self._put_batch(batch)
        if took is not None and batch:
            self._took[next(iter(batch)).kind] = took
            self._rounds += 1
        return frozenset(changed)

    def snapshot(self) -> Snapshot:
        """Everything known now. Costs a few shallow copies, whatever the length of the past."""
        return Snapshot(
            stack=self.stack,
            at=self._clock(),
            latest=self._latest.copy(),
            last_good=self._last_good.copy(),
            past=self._past.copy(),
            standings={c.name: self._standings[c.name] for c in self.stack.checks if c.name in self._standings},
            took=max(self._took.values(), default=0.0),
            rounds=self._rounds,
            courses=self._courses.copy(),
            lives=self._lives.copy(),
        )

    def _put_batch(self, batch: Mapping[Target, Sample]) -> set[str]:
        earlier: dict[Target, Past] = {}
        touched: list[Check] = []
        for target, sample in batch.items():
            before = earlier[target] = self._past.get(target) or Past()
            self._past[target] = before.followed_by(sample)
            self._latest[target] = sample
            if sample.problem is None:
                self._last_good[target] = sample
            if before:
                self._remember(before[-1], sample)
            touched += self._on.get(target, ())
        touched.sort(key=lambda check: self._places[check.name])
        changed = set()
        for check in touched:
            if self._judge(check, batch[check.target], earlier[check.target]):
                changed.add(check.name)
        if batch and self._dependent:
            now = max(sample.at for sample in batch.values())
            judged = {check.name for check in touched}
            changed |= {c.name for c in self._dependent if c.name not in judged and self._hold_up(c, now)}
        return changed

    def _remember(self, before: Sample, sample: Sample) -> None:
        """What is kept for longer than the past. It begins with the second look: who looks once does not pay for it."""
        from opsconsole.watch import courses, lives

        target = sample.target
        if target.kind in courses.KINDS:
            before_it = self._courses.get(target)
            known = courses.followed_by({}, before) if before_it is None else before_it
            self._courses[target] = courses.followed_by(known, sample)
        elif target.kind in lives.KINDS:
            turns = self._lives.get(target)
            known_turns = lives.followed_by((), before) if turns is None else turns
            self._lives[target] = lives.followed_by(known_turns, sample)

    def _judge(self, check: Check, sample: Sample, earlier: Past) -> bool:
        """Give `check` its standing after `sample`; whether that differs from where it stood."""
        # What was seen at a time that the clock has since been set back from is no past of this sample.
        past = earlier if not earlier or earlier[-1].at <= sample.at else self._past[sample.target][:-1]
        verdict = _verdict(check, sample, past, self._standings)
        before = self._standings.get(check.name)
        by = self._blocker(check, sample, verdict)
        count = self._counts.get(check.name)
        if by is not None:
            after = rules.blocked(check, verdict, before, by, sample.at, count)
        else:
            count = rules.counted(count, verdict, sample.at, check.rounds if self._damped else 1)
            self._counts[check.name] = count
            after = rules.standing(check, verdict, count, sample.at)
        self._standings[check.name] = after
        return before is None or before.level is not after.level or before.blocked_by != after.blocked_by

    def _blocker(self, check: Check, sample: Sample, verdict: Verdict) -> str | None:
        by = rules.in_the_way(check, self._standings)
        if by is None and verdict.level is not Level.OK:
            # A bad verdict waits for what it needs; it would be a finding for a moment, and the wrong one.
            by = rules.not_seen(check, self._standings, self._places)
        if by is None and sample.problem is not None:
            speaker = self._on[check.target][0]
            by = speaker.name if speaker is not check else None
        return by

    def _hold_up(self, check: Check, now: float) -> bool:
        """Block a check that was not looked at in this round, where one that it needs has just failed.

        The way back is its own next sample: what it saw while the other was down is no news of it.
        """
        before = self._standings.get(check.name)
        by = rules.in_the_way(check, self._standings)
        if before is None or by is None or before.blocked_by is not None:
            return False
        self._standings[check.name] = rules.held_up(before, by, now)
        return True


def _verdict(check: Check, sample: Sample, past: Sequence[Sample], standings: Mapping[str, Standing]) -> Verdict:
    try:
        return judge(check, sample, past, standings)
    except Exception as fault:  # a fault of ours in one check must not take the others' eyes
        return Verdict(Level.UNKNOWN, one_line(f"our own fault in judging: {type(fault).__name__}: {fault}"))
