"""Whatever happens to a run, in whatever order: the core, held against what must be true of every run."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from opsconsole.model.run import Entry, PartState, Progress, RunState
from opsconsole.model.runbook import Command, Risk, Step
from opsconsole.run import moves
from opsconsole.run.core import apply, begin, fold
from opsconsole.run.kinds import Kind
from opsconsole.run.moves import next_move
from opsconsole.run.parting import stands_alone
from opsconsole.run.questions import rest_of
from tests.run.books import begun, book, command, step

OPS_CHECK = {"label": "at the start", "level": "OK", "levels": {"web.health": "OK"}, "findings": [], "problem": ""}
RISKS = st.sampled_from(list(Risk))
FLAGS = st.sampled_from([{}, {}, {}, {"conditional": True}, {"elsewhere": True}, {"inside": True}, {"endless": True}])
COMMANDS = st.lists(st.tuples(RISKS, FLAGS), min_size=1, max_size=4)
KINDS = st.sampled_from(["command", "command", "command", "tick"])
WISHES = st.sampled_from([None, None, "stop", "continue"])
LEAVES = st.sampled_from(
    [None, {"cwd": "/srv"}, {"set": [{"name": "TAG", "value": "v2", "exported": True}]}, {"unset": ["TAG"]}]
)
GOES = moves.Confirm | moves.Failed | moves.Unknown | moves.Tick | moves.Show | moves.End
Place = tuple[int, int]


def made(number: int, kind: Any, commands: list[tuple[Risk, dict[str, bool]]], wish: str | None, undo: bool) -> Step:
    each = [command(f"do {number}.{n}", risk, **flags) for n, (risk, flags) in enumerate(commands)]
    return step(f"step {number}", *each, kind=kind, on_failure=wish, undo="step 1" if undo and not number else None)


class AnyRun(RuleBasedStateMachine):
    """The events are an operator's answers and a process's fates; the model remembers what was said of each part."""

    @initialize(
        steps=st.lists(st.tuples(KINDS, COMMANDS, WISHES), min_size=2, max_size=4),
        undo=st.booleans(),
        checks=st.sampled_from(["around-changes", "around-changes", "off", "off: so told"]),
    )
    def begin_it(self, steps: list[tuple[Any, Any, str | None]], undo: bool, checks: str) -> None:
        parts = [made(n, *one, undo and len(steps) > 1) for n, one in enumerate(steps)]
        self.runbook = book(*parts, ops_check=checks)
        self.entries = [begun()]
        self.state: RunState = begin(self.entries[0], self.runbook)
        self.unlooked_change = False
        self.told: set[Place] = set()
        """Parts of which the operator has said something since they were started last, so that they may run again."""
        self.allowed_here: set[Place] = set()
        self.gone = 0

    # --- what the model knows ----------------------------------------------------------------------------------

    def write(self, kind: Kind, **data: Any) -> None:
        entry = Entry(len(self.entries) + 1, self.entries[-1].at + 1, kind, data)
        self.entries.append(entry)
        self.state = apply(self.state, entry)

    def part(self, place: Place) -> PartState:
        return self.state.steps[place[0]].parts[place[1]]

    def about(self, place: Place) -> dict[str, Any]:
        return {"step": place[0], "part": place[1], "name": "x"}

    @property
    def move(self) -> moves.Move:
        return next_move(self.state)

    @property
    def place(self) -> Place:
        return (getattr(self.move, "step", 0), getattr(self.move, "part", 0))

    def start(self, place: Place) -> None:
        now = self.part(place)
        assert now.attempt == 0 or place in self.told, "a second time without a word of the operator"
        assert not self.unlooked_change, "asked to go on before the last change was looked at"
        self.told.discard(place)
        self.unlooked_change = now.command.risk.changes and not self.runbook.unchecked_because
        self.write(Kind.STARTED, **self.about(place), attempt=now.attempt + 1, text=now.command.text, output="x.log")

    # --- an operator's answers -----------------------------------------------------------------------------------

    @precondition(lambda self: isinstance(self.move, moves.Confirm))
    @rule()
    def confirm(self) -> None:
        self.start(self.place)

    @precondition(lambda self: isinstance(self.move, moves.Confirm))
    @rule(worked=st.booleans(), code=st.sampled_from([0, 1]), leaves=LEAVES)
    def confirm_and_see_it_through(self, worked: bool, code: int, leaves: dict[str, Any] | None) -> None:
        self.start(self.place)
        self.end_it(code, False, leaves)
        self.judge(worked)
        if isinstance(self.move, moves.TakeOpsCheck):
            self.look()

    @precondition(lambda self: isinstance(self.move, moves.Confirm | moves.Show))
    @rule()
    def skip(self) -> None:
        self.write(Kind.SKIPPED, **self.about(self.place), reason="no")

    @precondition(lambda self: isinstance(self.move, moves.Confirm) and not self.part(self.place).edited)
    @rule(risk=RISKS)
    def edit(self, risk: Risk) -> None:
        place = self.place
        before = self.part(place).command.text
        self.told.add(place)
        self.write(Kind.EDITED, **self.about(place), text="other", before=before, risk=int(risk), why="")
        now = self.part(place)
        assert (now.command.text, now.command.risk, now.progress, now.override) == ("other", risk, Progress.TODO, "")
        assert not isinstance(self.move, moves.Follow | moves.Judge), (
            "an edited command runs only when it was asked about"
        )

    @precondition(lambda self: isinstance(self.move, moves.Confirm) and not self.part(self.place).override)
    @rule()
    def break_a_rule(self) -> None:
        place = self.place
        text = self.part(place).command.text
        self.write(Kind.OVERRIDDEN, **self.about(place), text=text, rule="forbidden", reason="told to")
        assert (self.part(place).override_of, self.move) == (text, moves.Confirm(*place))

    @precondition(lambda self: isinstance(self.move, moves.Confirm) and rest_of(self.state, *self.place)[0])
    @rule()
    def the_rest_as_one_script(self) -> None:
        place = self.place
        count, _ = rest_of(self.state, *place)
        commands = [part.command for part in self.state.steps[place[0]].parts[place[1] : place[1] + count]]
        assert not any(stands_alone(one) for one in commands), "swept along in silence"
        self.write(Kind.JOINED, **self.about(place), count=count)
        now = self.part(place)
        assert now.joined == tuple(commands)
        assert now.command.risk == max(one.risk for one in commands)
        assert now.command.text.split("\n") == [one.text for one in commands]
        self.moved_about(place)

    @precondition(lambda self: isinstance(self.move, moves.Confirm) and self.part(self.place).joined)
    @rule()
    def one_at_a_time(self) -> None:
        place = self.place
        commands = self.part(place).joined
        self.write(Kind.PARTED, **self.about(place))
        parts = self.state.steps[place[0]].parts[place[1] : place[1] + len(commands)]
        assert tuple(part.command for part in parts) == commands
        self.moved_about(place)

    def moved_about(self, place: Place) -> None:
        """The parts from here on have other numbers now; that was the operator's word about all of them."""
        self.told = {one for one in self.told if one < place or one[0] != place[0]}
        self.told |= {(place[0], part) for part in range(place[1], len(self.state.steps[place[0]].parts))}

    @precondition(lambda self: isinstance(self.move, moves.Show))
    @rule(done=st.booleans())
    def what_is_not_for_here(self, done: bool) -> None:
        place = self.place
        if done:
            self.write(Kind.TICKED, **self.about(place), note="there")
        elif self.part(place).command.elsewhere:
            self.allowed_here.add(place)
            self.start(place)

    @precondition(lambda self: isinstance(self.move, moves.Tick))
    @rule()
    def tick(self) -> None:
        self.write(Kind.TICKED, **self.about(self.place), note="")

    @precondition(lambda self: isinstance(self.move, moves.Failed | moves.Unknown | moves.PassOver))
    @rule(answer=st.sampled_from([Kind.SKIPPED, Kind.RETRIED, Kind.MARKED]), keep=st.booleans())
    def settle(self, answer: Kind, keep: bool) -> None:
        place, before, leaves = self.place, self.state.carried, self.part(self.place).leaves
        if isinstance(self.move, moves.PassOver):
            assert not leaves, "taken over or lost without being asked"
            assert self.state.steps[place[0]].step.options.on_failure == "continue", "nobody was asked"
        if isinstance(self.move, moves.PassOver) or (isinstance(self.move, moves.Failed) and answer is Kind.MARKED):
            answer = Kind.SKIPPED
        self.told.add(place)
        self.write(answer, **self.about(place), reason="", note="", keep=keep and answer is Kind.SKIPPED)
        if not (keep and answer is Kind.SKIPPED):
            assert self.state.carried == before, "what a failed part set holds only when the operator says so"

    @precondition(lambda self: self.gone < 3 and isinstance(self.move, GOES))
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        self.gone += 1
        places = st.integers(0, len(self.state.steps) - 1)
        target = data.draw(places)
        self.told |= {(target, part) for part in range(len(self.state.steps[target].parts))}
        self.write(Kind.WENT, step=target, back_to=data.draw(st.none() | places))
        assert self.state.current == target

    @precondition(lambda self: isinstance(self.move, moves.End | moves.GiveUp))
    @rule()
    def close(self) -> None:
        self.write(Kind.CLOSED, how="done", reason="")

    # --- what happens by itself ------------------------------------------------------------------------------------

    @precondition(lambda self: isinstance(self.move, moves.TakeOpsCheck))
    @rule()
    def look(self) -> None:
        self.write(Kind.OPS_CHECK, **OPS_CHECK)
        self.unlooked_change = False

    @precondition(lambda self: isinstance(self.move, moves.Follow))
    @rule(code=st.sampled_from([0, 0, 0, 1, -15]), crash=st.booleans(), leaves=LEAVES)
    def end_it(self, code: int, crash: bool, leaves: dict[str, Any] | None) -> None:
        place, carried = self.place, self.state.carried
        if crash and code:
            self.write(Kind.LOST, **self.about(place), reason="gone")
            asked = moves.Unknown | moves.TakeOpsCheck
            assert isinstance(self.move, asked), "nobody knows how it ended, so somebody is asked"
        else:
            session = {"session": leaves} if leaves else {}
            self.write(Kind.ENDED, **self.about(place), exit=code, seconds=1.0, **session)
            assert self.move == moves.Judge(*place, self.part(place).attempt)
        assert self.state.carried == carried, "nothing is taken over before it was judged"

    @precondition(lambda self: isinstance(self.move, moves.Judge))
    @rule(worked=st.booleans())
    def judge(self, worked: bool) -> None:
        place, before = self.place, self.state.carried
        ok = self.part(place).exit == 0 and worked
        leaves = self.part(place).leaves
        self.write(Kind.JUDGED, **self.about(place), ok=ok, reason="")
        assert set(self.state.carried) >= set(leaves.values) if ok else self.state.carried == before

    @precondition(lambda self: self.move == moves.Over())
    @rule(kind=st.sampled_from([Kind.CONSOLE, Kind.INPUT, Kind.HOLDER]))
    def somebody_looks_in(self, kind: Kind) -> None:
        before = self.state.steps
        self.write(kind, name="tag", value="v1", pid=1)
        assert (self.state.ended, self.state.steps) == ("done", before)

    # --- what must be true at every moment -------------------------------------------------------------------------

    @invariant()
    def the_journal_tells_the_same_story_from_its_beginning(self) -> None:
        assert fold(self.entries, self.runbook) == self.state

    @invariant()
    def at_most_one_part_runs_and_then_nothing_else_is_done(self) -> None:
        running = [
            (step, part)
            for step, here in enumerate(self.state.steps)
            for part, now in enumerate(here.parts)
            if now.progress is Progress.RUNNING
        ]
        assert len(running) <= 1
        assert not running or (isinstance(self.move, moves.Follow) and self.place == running[0])

    @invariant()
    def what_has_run_is_offered_again_only_after_a_word_of_the_operator(self) -> None:
        if isinstance(self.move, moves.Confirm):
            assert self.part(self.place).progress is Progress.TODO
            assert self.part(self.place).attempt == 0 or self.place in self.told

    @invariant()
    def what_is_not_for_here_is_never_offered_as_a_command(self) -> None:
        if isinstance(self.move, moves.Confirm):
            now: Command = self.part(self.place).command
            assert not (now.elsewhere or now.inside)
        if isinstance(self.move, moves.Follow):
            now = self.part(self.place).command
            assert not now.inside
            assert not now.elsewhere or self.place in self.allowed_here

    @invariant()
    def over_is_over(self) -> None:
        assert (self.state.ended is not None) == (self.move == moves.Over())


TestAnyRun = AnyRun.TestCase
TestAnyRun.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
