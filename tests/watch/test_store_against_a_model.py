"""The store against a slow and simple reading of its rules, which works everything out anew from all it was given."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opsconsole import checks
from opsconsole.model.sample import ProblemKind, Sample
from opsconsole.model.verdict import Level
from opsconsole.watch.store import Store
from tests.watch.told import KIND, check, fails, says, stack_of, target

A, B, C = target("a"), target("b"), target("c")
STACK = stack_of(
    check("late", A, needs=("base", "middle")),
    check("base", B, rounds=2),
    check("middle", C, needs=("base",)),
    check("second", C, rounds=3),
    check("alone", A, rounds=2),
)
NEEDS_FIRST = ("base", "middle", "late", "second", "alone")  # by hand: what is needed before what needs it
SPEAKER = {A: "late", B: "base", C: "middle"}
BY_NAME = {c.name: c for c in STACK.checks}


def level_after(verdicts: list[Level], rounds: int) -> Level:
    """What counts after these verdicts, the newest last."""
    if not verdicts or verdicts[-1] is Level.OK:
        return Level.OK
    if len(verdicts) >= rounds and Level.OK not in verdicts[-rounds:]:
        return verdicts[-1]
    return level_after(verdicts[:-1], rounds)


class Model:
    """One check: the verdicts that counted with their times, and what is in its way."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.counted: list[tuple[Level, float]] = []
        self.seen: Level | None = None
        self.blocked_by: str | None = None

    @property
    def level(self) -> Level:
        return Level.UNKNOWN if self.blocked_by else level_after([v for v, _ in self.counted], self.rounds)

    @property
    def since(self) -> float:
        """Only for what is not blocked: no later than any look since the level changed for the last time."""
        levels = [level_after([v for v, _ in self.counted[: n + 1]], self.rounds) for n in range(len(self.counted))]
        begin = max((n for n in range(1, len(levels)) if levels[n] is not levels[n - 1]), default=0)
        return min(at for _, at in self.counted[begin:])

    @property
    def in_the_way(self) -> bool:
        bad = (Level.DOWN, Level.UNKNOWN)
        return self.seen is not None and (bool(self.blocked_by) or self.level in bad or self.seen in bad)


class StoreMachine(RuleBasedStateMachine):
    """Rounds of any targets in any order, with problems, and with a clock that jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(STACK, lambda: self.now)
        self.now = 10_000.0
        self.models = {name: Model(BY_NAME[name].rounds) for name in BY_NAME}
        self.given: dict[object, list[Sample]] = {A: [], B: [], C: []}

    @rule(step=st.sampled_from([0.0, 1.0, 1.0, 2.0, 60.0, 899.0, 901.0, 40_000.0, -0.5, -3.0, -4_000.0]))
    def time_passes(self, step: float) -> None:
        self.now += step

    @rule(
        seen=st.dictionaries(
            st.sampled_from([A, B, C]),
            st.sampled_from([*Level, *Level, ProblemKind.GONE, ProblemKind.DENIED]),
            min_size=1,
        )
    )
    def a_round(self, seen) -> None:
        samples = [
            says(on, what, self.now) if isinstance(what, Level) else fails(on, self.now, what)
            for on, what in seen.items()
        ]
        before = {name: (model.level, model.blocked_by, model.seen is None) for name, model in self.models.items()}
        changed = self.store.put(samples)
        for sample in samples:
            self.given[sample.target].append(sample)
        for name in NEEDS_FIRST:
            sample = next((s for s in samples if s.target == BY_NAME[name].target), None)
            if sample:
                self._model_looks(name, sample)
        for name in NEEDS_FIRST:
            model = self.models[name]
            if BY_NAME[name].target not in seen and model.seen is not None and not model.blocked_by:
                model.blocked_by = next((n for n in BY_NAME[name].needs if self.models[n].in_the_way), None)
        now = {name: (model.level, model.blocked_by, model.seen is None) for name, model in self.models.items()}
        assert changed == {name for name in now if now[name] != before[name]}

    def _model_looks(self, name: str, sample: Sample) -> None:
        model, needs = self.models[name], BY_NAME[name].needs
        model.seen = sample.problem.kind.level if sample.problem else sample.value
        model.blocked_by = next((n for n in needs if self.models[n].in_the_way), None)
        if model.blocked_by is None and model.seen is not Level.OK:
            model.blocked_by = next((n for n in needs if self.models[n].seen is None), None)
        if model.blocked_by is None and sample.problem and SPEAKER[sample.target] != name:
            model.blocked_by = SPEAKER[sample.target]
        if model.blocked_by is None:
            model.counted.append((model.seen, sample.at))

    @invariant()
    def they_agree(self) -> None:
        snapshot = self.store.snapshot()
        for name, model in self.models.items():
            standing = snapshot.standings.get(name)
            if model.seen is None:
                assert standing is None
                continue
            assert standing is not None
            assert (standing.level, standing.blocked_by) == (model.level, model.blocked_by), name
            assert standing.verdict.level is model.seen
            assert standing.since <= max(s.at for s in self.given[BY_NAME[name].target] + self.given[B] + self.given[C])
            if not model.blocked_by:
                assert standing.since == model.since

    @invariant()
    def the_past_is_the_last_quarter_of_an_hour(self) -> None:
        snapshot = self.store.snapshot()
        for on, given in self.given.items():
            expected: list[Sample] = []
            for sample in given:
                expected = [s for s in [*expected, sample] if sample.at - 900 <= s.at <= sample.at]
            past = snapshot.past.get(on, [])
            assert list(past) == expected
            assert list(past[-2:]) == expected[-2:]
            assert list(reversed(past)) == expected[::-1]


@pytest.fixture(autouse=True, scope="module")
def told_checks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(checks.MODULES, KIND, "tests.watch.told")
        yield


TestStoreAgainstAModel = StoreMachine.TestCase
TestStoreAgainstAModel.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
