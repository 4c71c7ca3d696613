"""A run as the fold of its journal: what comes next, whatever has happened."""

from __future__ import annotations

from typing import Any

import pytest

from opsconsole.model.run import Entry, Progress, RunState
from opsconsole.model.runbook import Risk, Runbook
from opsconsole.run import moves
from opsconsole.run.core import apply, fold
from opsconsole.run.kinds import Kind
from opsconsole.run.moves import next_move
from opsconsole.run.parting import parts_of
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


@pytest.mark.parametrize("wish", ["off", "off:", "around-changes"])
def test_a_runbook_that_does_not_say_why_does_not_do_without_ops_checks(wish: str) -> None:
    assert Story(book(step("mend", CHANGE), ops_check=wish)).next == moves.TakeOpsCheck("at the start")


def test_a_runbook_may_do_without_ops_checks() -> None:
    story = Story(book(step("mend", CHANGE), ops_check="off: so told"))
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
    runbook = book(
        step("mend", CHANGE, undo="put back"), step("look", LOOK), step("put back", CHANGE), ops_check="off: so told"
    )
    story = Story(runbook).started(0).ended(0, code=1).judged(0, ok=False)
    story.then(Kind.WENT, step=2, back_to=0, why="the operator")
    assert story.next == moves.Confirm(2, 0)
    assert story.done(2).next == moves.Failed(0, 0)
    story.then(Kind.SKIPPED, step=0, part=0, reason="taken back")
    assert story.done(1).next == moves.End()
    assert story.state.steps[2].progress is Progress.DONE


def test_an_undo_that_was_not_needed_is_left_to_do_and_the_run_can_end() -> None:
    story = Story(book(step("put back", CHANGE), step("mend", CHANGE, undo="put back"), ops_check="off: so told"))
    assert story.next == moves.Confirm(1, 0)
    assert story.done(1).next == moves.End()


def test_going_back_has_the_step_done_anew_and_no_other() -> None:
    story = (
        Story(book(step("one", LOOK), step("two", LOOK), step("three", LOOK), ops_check="off: so told")).done(0).done(1)
    )
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
