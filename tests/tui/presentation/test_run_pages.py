"""What a run says beside the command: expected lines, the clock, whom to call, why nothing is proven."""

from __future__ import annotations

from dataclasses import replace

from opsconsole.model.questions import AskConfirm, AskEnd, AskFailed
from opsconsole.model.run import Carried, OpsCheck, PartState, Progress
from opsconsole.model.runbook import Command, Risk
from opsconsole.model.verdict import Level
from opsconsole.run.met import Met
from opsconsole.tui.presentation import reading, runs, steps, transcript
from opsconsole.tui.presentation.holding import holding
from opsconsole.tui.presentation.spans import Line, text
from tests.support.snapshots import NOW
from tests.tui.fakes import a_runbook, a_state


def words(lines: object) -> str:
    return "\n".join(text(each) for each in lines)  # type: ignore[attr-defined]


def head(line: Line) -> str:
    return text(line)


def test_an_expected_line_is_ticked_as_soon_as_it_was_printed_however_it_came() -> None:
    state = a_state()
    met = Met(state.steps[0].step.expected)
    page = steps.page(state, 0, None, steps.Beside(met=met.seen), (80, 30))
    assert "expected    celery" in words(page.lines)
    met.feed("4120  cel")
    met.feed("ery   worker\r\n")
    page = steps.page(state, 0, None, steps.Beside(met=met.seen), (80, 30))
    assert "expected  ✓ celery" in words(page.lines)
    assert words(transcript.expected(state.steps[0], met.seen)) == "✓ expected  celery"
    assert words(transcript.expected(state.steps[0], ())) == "? not seen word for word  celery"


def test_of_several_commands_the_one_in_question_has_the_mark_and_all_about_it_stands_under_it() -> None:
    commands = tuple(Command(f"touch file-{number}", Risk.CHANGE, "makes a file") for number in range(3))
    book = a_runbook()
    state = a_state(1, book)
    parts = (PartState(commands[0], Progress.DONE, judged=True), PartState(commands[1]), PartState(commands[2]))
    state = replace(state, steps=(state.steps[0], replace(state.steps[1], parts=parts), *state.steps[2:]))
    asked = AskConfirm(1, 1, commands[1].text, "yes", "in /opt on prod-1", commands[1])
    said = [text(each) for each in steps.page(state, 1, asked, steps.Beside(), (60, 30)).lines]
    assert [each for each in said if "$" in each] == ["✓ $ touch file-0", "▸ $ touch file-1", "  $ touch file-2"]
    assert said[said.index("▸ $ touch file-1") + 2].startswith("CHANGE  makes a file")
    page = steps.page(state, 1, asked, steps.Beside(), (60, 6))  # too little room for all of it: what is asked is first
    assert text(page.lines[0]) == "▸ $ touch file-1"
    assert page.vital == 3


def test_blanks_and_colours_do_not_hide_an_expected_line() -> None:
    met = Met(("Up 3 minutes", "", "never"))
    met.feed("web   \x1b[32mUp\x1b[0m   3  minutes\r\n")
    assert met.seen == {"Up 3 minutes"}


def test_the_clock_says_in_a_word_that_the_time_is_over() -> None:
    state = a_state()
    at = runs.Head("Title", "", state)
    assert "1:12 of 5:00" in head(runs.header(at, None, 80, NOW))
    assert "over" not in head(runs.header(at, None, 80, NOW))
    assert "6:12 of 5:00, over" in head(runs.header(at, None, 80, NOW + 300))


def test_read_only_and_the_clock_stay_in_the_header_at_40_columns() -> None:
    said = head(runs.header(runs.Head("Worker runs the wrong process", "a reason", a_state(), True), None, 40, NOW))
    assert len(said) <= 40
    assert "READ-ONLY · 1:12 of 5:00" in said


def test_whom_to_call_stands_there_when_something_failed_and_when_something_is_still_wrong() -> None:
    from opsconsole.model.check import Finding

    book = replace(a_runbook(), escalate="lead")
    state = a_state(1, book)
    around = reading.Around(contacts={"lead": "Anna, +49 170 123"})
    failed = AskFailed(1, 0, "exit code 1, expected 0")
    assert "escalate  lead  Anna, +49 170 123" in words(
        reading.of_run(book, state, failed, around, (80, 30)).page.lines
    )
    wrong = AskEnd((Finding("celery.depth", Level.DOWN, "too deep", 0.0),))
    assert "escalate" in words(reading.of_run(book, state, wrong, around, (80, 30)).page.lines)
    assert "escalate" not in words(reading.of_run(book, state, AskEnd(), around, (80, 30)).page.lines)


def test_where_nothing_is_proven_it_says_why() -> None:
    state = a_state(4)
    before = OpsCheck(1.0, "before", Level.OK, {"a": Level.OK})
    broken = OpsCheck(2.0, "after", Level.UNKNOWN, {}, problem="no OPS-check: the engine does not answer")
    said = words(steps.difference(replace(state, ops_checks=(before, broken)), 80))
    assert "not verified: no OPS-check: the engine does not answer" in said
    off = replace(state, runbook=replace(a_runbook(), ops_check="off: the box has no engine"), ops_checks=())
    assert "not verified: the box has no engine" in words(steps.difference(off, 80))


def test_what_a_run_holds_is_listed_and_secrets_are_not() -> None:
    carried = (Carried("TAG", "v1.4.1", exported=True), Carried("TOKEN", "", secret=True))
    state = replace(a_state(), inputs={"service": "worker"}, cwd="/opt/shop", carried=carried)
    said = words(holding(state, "/var/lib/runs/x", 80))
    for each in ("service = worker", "folder = /opt/shop", "export TAG = v1.4.1", "TOKEN = (secret, not shown)"):
        assert each in said
    assert "/var/lib/runs/x" in said
    empty = words(holding(a_state(), "", 40))
    assert "none were asked for yet" in empty
