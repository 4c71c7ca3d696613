"""A run as the fold of its journal: what comes next, whatever has happened."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from opsconsole.model.run import Entry, Progress, RunState
from opsconsole.model.runbook import Risk, Runbook, Step
from opsconsole.run import moves
from opsconsole.run.core import apply, begin, fold, parts_of
from opsconsole.run.kinds import Kind
from opsconsole.run.moves import next_move
from opsconsole.runbook.markdown import parse
from tests.run.books import begun, book, command, step

LOOK = command("uptime")
CHANGE = command("systemctl restart web", Risk.CHANGE)
OPS_CHECK = {"label": "at the start", "level": "OK", "levels": {"web.health": "OK"}, "findings": [], "problem": ""}


class Story:
    """A run told entry by entry."""

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.entries = [begun()]

    def then(self, kind: Kind, **data: Any) -> Story:
        self.entries.append(Entry(len(self.entries) + 1, self.entries[-1].at + 1, kind, data))
        return self

    def looked(self) -> Story:
        return self.then(Kind.OPS_CHECK, **OPS_CHECK)

    def started(self, place: int, part: int = 0, attempt: int = 1) -> Story:
        said = {"attempt": attempt, "text": "x", "output": "x.log", "name": self.state.steps[place].step.name}
        return self.then(Kind.STARTED, step=place, part=part, **said)

    def ended(self, place: int, part: int = 0, code: int = 0) -> Story:
        return self.then(Kind.ENDED, step=place, part=part, exit=code, seconds=1.5)

    def judged(self, place: int, part: int = 0, ok: bool = True) -> Story:
        return self.then(Kind.JUDGED, step=place, part=part, ok=ok, reason="" if ok else "exit code 1")

    def done(self, place: int, part: int = 0) -> Story:
        return self.started(place, part).ended(place, part).judged(place, part)

    @property
    def state(self) -> RunState:
        return fold(self.entries, self.runbook)

    @property
    def next(self) -> moves.Move:
        return next_move(self.state)


def test_a_block_that_changes_something_is_done_command_by_command() -> None:
    assert parts_of(step("mixed", LOOK, CHANGE)) == (LOOK, CHANGE)


def test_a_block_that_only_looks_is_run_whole() -> None:
    [whole] = parts_of(step("looks", LOOK, command("free -m")))
    assert whole.text == "uptime\nfree -m"
    assert whole.risk is Risk.READ


def test_a_risk_that_its_author_raised_holds_for_each_command() -> None:
    parts = parts_of(step("raised", LOOK, CHANGE, risk=Risk.DESTROY))
    assert [part.risk for part in parts] == [Risk.DESTROY, Risk.DESTROY]


def test_an_unknown_command_that_its_author_calls_a_look_is_run_whole_as_one() -> None:
    (vouched,) = parse("```bash {risk=read}\nourtool\ndocker ps\n```", "book").steps
    [whole] = parts_of(vouched)
    assert (whole.text, whole.risk) == ("ourtool\ndocker ps", Risk.READ)


def test_a_run_begins_with_an_ops_check_and_goes_from_step_to_step() -> None:
    story = Story(book(step("look", LOOK), step("note", kind="tick")))
    assert story.next == moves.TakeOpsCheck("at the start")
    assert story.looked().next == moves.Confirm(0, 0)
    assert story.started(0).next == moves.Follow(0, 0, 1)
    assert story.ended(0).next == moves.Judge(0, 0, 1)
    assert story.judged(0).next == moves.Tick(1)
    assert story.then(Kind.TICKED, step=1, part=0, note="").next == moves.TakeOpsCheck("at the end")
    assert story.looked().next == moves.End()
    assert story.then(Kind.CLOSED, how="done", reason="").next == moves.Over()


def test_there_is_an_ops_check_before_the_first_change_and_after_each() -> None:
    story = Story(book(step("look", LOOK), step("mend", CHANGE), step("mend more", CHANGE))).looked().done(0)
    assert story.next == moves.TakeOpsCheck("before the first change")
    assert story.looked().done(1).next == moves.TakeOpsCheck("after mend")
    assert story.looked().next == moves.Confirm(2, 0)
    assert story.done(2).next == moves.TakeOpsCheck("after mend more")
    assert story.looked().next == moves.End()


def test_a_failed_change_is_looked_at_as_well_before_anybody_is_asked() -> None:
    story = Story(book(step("mend", CHANGE))).looked().started(0).ended(0, code=1).judged(0, ok=False)
    assert story.next == moves.TakeOpsCheck("after mend")
    assert story.looked().next == moves.Failed(0, 0)


def test_a_runbook_may_do_without_ops_checks() -> None:
    story = Story(book(step("mend", CHANGE), ops_check="off"))
    assert story.next == moves.Confirm(0, 0)
    assert story.done(0).next == moves.End()


def test_after_a_failure_the_part_can_be_run_again_or_left_out() -> None:
    story = Story(book(step("look", LOOK), step("more", LOOK))).looked().started(0).ended(0, code=1).judged(0, ok=False)
    assert story.next == moves.Failed(0, 0)
    assert story.then(Kind.RETRIED, step=0, part=0).next == moves.Confirm(0, 0)
    story.started(0, attempt=2).ended(0, code=1).judged(0, ok=False)
    assert story.then(Kind.SKIPPED, step=0, part=0, reason="known").next == moves.Confirm(1, 0)
    assert story.state.steps[0].parts[0].note == "known"


def test_what_a_failure_leads_to_can_be_written_in_the_runbook() -> None:
    def failed(on_failure: str) -> moves.Move:
        runbook = book(step("look", LOOK, on_failure=on_failure), step("more", LOOK))
        return Story(runbook).looked().started(0).ended(0, code=1).judged(0, ok=False).next

    assert failed("ask") == moves.Failed(0, 0)
    assert failed("stop") == moves.GiveUp(0, 0)
    assert failed("continue") == moves.PassOver(0, 0)
    assert failed("#no-such-section") == moves.Failed(0, 0)


def test_a_step_that_takes_another_back_is_only_done_on_demand_and_then_the_run_returns() -> None:
    runbook = book(step("mend", CHANGE, undo="put back"), step("look", LOOK), step("put back", CHANGE), ops_check="off")
    story = Story(runbook).started(0).ended(0, code=1).judged(0, ok=False)
    story.then(Kind.WENT, step=2, back_to=0, why="the operator")
    assert story.next == moves.Confirm(2, 0)
    assert story.done(2).next == moves.Failed(0, 0)
    story.then(Kind.SKIPPED, step=0, part=0, reason="taken back")
    assert story.done(1).next == moves.End()
    assert story.state.steps[2].progress is Progress.DONE


def test_an_undo_that_was_not_needed_is_left_to_do_and_the_run_can_end() -> None:
    story = Story(book(step("put back", CHANGE), step("mend", CHANGE, undo="put back"), ops_check="off"))
    assert story.next == moves.Confirm(1, 0)
    assert story.done(1).next == moves.End()


def test_going_back_has_the_step_done_anew_and_no_other() -> None:
    story = Story(book(step("one", LOOK), step("two", LOOK), step("three", LOOK), ops_check="off")).done(0).done(1)
    assert story.then(Kind.WENT, step=0, back_to=None).next == moves.Confirm(0, 0)
    assert story.done(0).next == moves.Confirm(2, 0)


def test_a_lost_part_is_of_unknown_outcome_until_somebody_says_what_it_is() -> None:
    story = Story(book(step("mend", CHANGE))).looked().started(0).then(Kind.LOST, step=0, part=0, reason="gone")
    assert story.state.steps[0].progress is Progress.OUTCOME_UNKNOWN
    assert story.next == moves.TakeOpsCheck("after mend")
    assert story.looked().next == moves.Unknown(0, 0)
    assert story.then(Kind.MARKED, step=0, part=0, note="looked").next == moves.End()


def test_an_edited_command_is_asked_about_with_its_own_risk() -> None:
    story = Story(book(step("look", LOOK))).looked()
    story.then(Kind.EDITED, step=0, part=0, text="rm x", before="uptime", risk=int(Risk.DESTROY), why="deletes files")
    now = story.state.steps[0].parts[0]
    assert (now.command.text, now.command.risk, now.edited) == ("rm x", Risk.DESTROY, True)
    assert story.looked().next == moves.Confirm(0, 0)


def test_a_secret_is_not_among_the_inputs() -> None:
    story = Story(book(step("look", LOOK)))
    story.then(Kind.INPUT, name="tag", value="v1").then(Kind.INPUT, name="pw", secret=True)
    assert story.state.inputs == {"tag": "v1"}


def test_an_entry_about_a_step_that_is_not_there_changes_nothing_but_the_count() -> None:
    state = Story(book(step("look", LOOK))).looked().state
    after = apply(state, Entry(9, 0.0, Kind.JUDGED, {"step": 7, "part": 0, "ok": True}))
    assert after.steps == state.steps
    assert after.seq == 9


RISKS = st.sampled_from(list(Risk))
COMMANDS = st.lists(RISKS, min_size=1, max_size=3).map(
    lambda risks: tuple(command(f"do {number}", risk) for number, risk in enumerate(risks))
)
STEPS = st.lists(
    st.tuples(COMMANDS, st.booleans(), st.sampled_from([None, "stop", "continue"])), min_size=1, max_size=4
)


SETTLED = moves.Failed | moves.Unknown | moves.Tick | moves.PassOver


class AnyRun(RuleBasedStateMachine):
    """Whatever happens to a run: nothing runs unasked or twice, and no change goes without a look after it."""

    @initialize(steps=STEPS, undo=st.booleans())
    def begin_it(self, steps: list[tuple[tuple[Any, ...], bool, str | None]], undo: bool) -> None:
        made: list[Step] = []
        for number, (commands, tick, on_failure) in enumerate(steps):
            kind = "tick" if tick else "command"
            undo_of = f"step {len(steps) - 1}" if undo and not number and len(steps) > 1 else None
            made.append(step(f"step {number}", *commands, kind=kind, on_failure=on_failure, undo=undo_of))
        self.runbook = book(*made)
        self.entries = [begun()]
        self.state = begin(self.entries[0], self.runbook)
        self.unlooked_change = False
        self.runs: dict[tuple[int, int], int] = {}
        self.asked: dict[tuple[int, int], int] = {}

    def write(self, kind: Kind, **data: Any) -> None:
        entry = Entry(len(self.entries) + 1, self.entries[-1].at + 1, kind, data)
        self.entries.append(entry)
        self.state = apply(self.state, entry)

    @precondition(lambda self: isinstance(next_move(self.state), moves.TakeOpsCheck))
    @rule()
    def look(self) -> None:
        self.write(Kind.OPS_CHECK, **OPS_CHECK)
        self.unlooked_change = False

    @precondition(lambda self: isinstance(next_move(self.state), moves.Confirm))
    @rule(answer=st.sampled_from(["yes", "yes", "yes", "skip", "edit"]), risk=RISKS)
    def confirm(self, answer: str, risk: Risk) -> None:
        move = next_move(self.state)
        assert isinstance(move, moves.Confirm)
        where = {"step": move.step, "part": move.part, "name": "x"}
        part = self.state.steps[move.step].parts[move.part]
        assert not self.unlooked_change, "asked to go on before the last change was looked at"
        if answer == "skip":
            self.write(Kind.SKIPPED, **where, reason="no")
        elif answer == "edit":
            self.write(Kind.EDITED, **where, text="other", before=part.command.text, risk=int(risk), why="")
        else:
            self.asked[(move.step, move.part)] = self.asked.get((move.step, move.part), 0) + 1
            self.unlooked_change = part.command.risk.changes
            self.write(Kind.STARTED, **where, attempt=part.attempt + 1, text="x", output="x.log")

    @precondition(lambda self: isinstance(next_move(self.state), moves.Follow))
    @rule(code=st.sampled_from([0, 0, 1, -15]), crash=st.booleans())
    def end_it(self, code: int, crash: bool) -> None:
        move = next_move(self.state)
        assert isinstance(move, moves.Follow)
        self.runs[(move.step, move.part)] = self.runs.get((move.step, move.part), 0) + 1
        if crash:
            self.write(Kind.LOST, step=move.step, part=move.part, reason="gone")
        else:
            self.write(Kind.ENDED, step=move.step, part=move.part, exit=code, seconds=1.0)

    @precondition(lambda self: isinstance(next_move(self.state), moves.Judge))
    @rule()
    def judge(self) -> None:
        move = next_move(self.state)
        assert isinstance(move, moves.Judge)
        ok = self.state.steps[move.step].parts[move.part].exit == 0
        self.write(Kind.JUDGED, step=move.step, part=move.part, ok=ok, reason="")

    @precondition(
        lambda self: isinstance(next_move(self.state), moves.Failed | moves.Unknown | moves.Tick | moves.PassOver)
    )
    @rule(answer=st.sampled_from([Kind.SKIPPED, Kind.RETRIED, Kind.MARKED]))
    def settle(self, answer: Kind) -> None:
        move = next_move(self.state)
        assert isinstance(move, SETTLED)
        if isinstance(move, moves.Tick):
            answer = Kind.TICKED
        elif isinstance(move, moves.PassOver):
            answer = Kind.SKIPPED
        self.write(answer, step=move.step, part=getattr(move, "part", 0), reason="", note="")

    @precondition(
        lambda self: self.state.ended is None and not isinstance(next_move(self.state), moves.Follow | moves.Judge)
    )
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        target = data.draw(st.integers(0, len(self.state.steps) - 1))
        self.write(Kind.WENT, step=target, back_to=data.draw(st.none() | st.integers(0, len(self.state.steps) - 1)))

    @precondition(lambda self: isinstance(next_move(self.state), moves.End | moves.GiveUp))
    @rule()
    def close(self) -> None:
        self.write(Kind.CLOSED, how="done", reason="")

    @precondition(lambda self: next_move(self.state) == moves.Over())
    @rule(kind=st.sampled_from([Kind.CONSOLE, Kind.INPUT]))
    def somebody_looks_in(self, kind: Kind) -> None:
        self.write(kind, name="tag", value="v1")

    def teardown(self) -> None:
        if hasattr(self, "entries"):
            assert fold(self.entries, self.runbook) == self.state

    @invariant()
    def nothing_runs_that_was_not_asked_about(self) -> None:
        for place, times in self.runs.items():
            assert times <= self.asked[place]

    @invariant()
    def at_most_one_part_runs_and_then_nothing_else_is_done(self) -> None:
        running = [
            (step, part)
            for step, here in enumerate(self.state.steps)
            for part, now in enumerate(here.parts)
            if now.progress is Progress.RUNNING
        ]
        assert len(running) <= 1
        move = next_move(self.state)
        if running:
            assert isinstance(move, moves.Follow)
            assert (move.step, move.part) == running[0]

    @invariant()
    def over_is_over(self) -> None:
        assert (self.state.ended is not None) == (next_move(self.state) == moves.Over())


TestAnyRun = AnyRun.TestCase
TestAnyRun.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
