"""What each pane says, as rows of text: from hand-made snapshots, at a width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsconsole.model.questions import AskConfirm, AskFailed, Question
from opsconsole.model.readings import MemoryReading
from opsconsole.model.runbook import Risk
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.tui.panes import PANES
from opsconsole.tui.presentation import header, question, steps
from opsconsole.tui.presentation.footer import KeyHint, footer
from opsconsole.tui.presentation.library import rows as library_rows
from opsconsole.tui.presentation.spans import text, width
from opsconsole.tui.presentation.unread import title_reason
from opsconsole.tui.presentation.view import OpenRun, View
from tests.support.snapshots import NOW, G, M, Maker, all_well, everything_wrong, unreadable
from tests.tui.fakes import CHANGE, LOOK, a_runbook, a_state


def rows(pane: str, snapshot: Snapshot, size: int = 56, **more: object) -> list[str]:
    kind = next(kind for kind in PANES if kind.name == pane)
    view = replace(View.of(snapshot), **more)  # type: ignore[arg-type]
    return [text(line).rstrip() for row in kind.rows(view, size) for line in row.lines]


@pytest.mark.parametrize("pane", [kind.name for kind in PANES])
@pytest.mark.parametrize(
    "snapshot", [everything_wrong(), all_well(), unreadable()], ids=["wrong", "well", "unreadable"]
)
@pytest.mark.parametrize("size", [12, 38, 56, 78, 200])
def test_no_row_is_wider_than_its_pane(pane: str, snapshot: Snapshot, size: int) -> None:
    kind = next(kind for kind in PANES if kind.name == pane)
    for row in kind.rows(View.of(snapshot), size):
        for line in row.lines:
            assert width(line) <= max(size, 24)


def test_memory_shows_value_bar_limit_growth_and_course_the_worst_first() -> None:
    assert rows("memory", everything_wrong()) == [
        "! celery-worker 861 M ▕██▏███┊ ▏   1 G +4 M/min ▇▇▇▇▇▇▇▇",
        "  backend       312 M ▕█▋▏  ┊  ▏ 1.5 G   steady ▂▂▂▂▂▂▂▂",
        "  celery-beat   268 M ▕████▏ ┊ ▏ 512 M   steady ▅▅▅▅▅▅▅▅",
        "  redis          12 M no limit           steady ▅▅▅▅▅▅▅▅",
    ]


def test_a_wrong_process_says_what_it_should_be_and_shows_the_argv_that_betrays_it() -> None:
    assert rows("processes", everything_wrong())[:3] == [
        "✗ celery-worker gunicorn, want celery   pid 9931  up 2 m",
        "    argv: gunicorn config.wsgi -b :8000",
        "  backend       gunicorn ×3             pid 4120  up 6 d",
    ]


def test_a_queue_shows_depth_rate_age_and_who_works_on_it() -> None:
    shown = rows("queues", everything_wrong(), 76)
    assert shown[0] == "✗ ai      1 204 ▁▁▁▁▁▁▁▁▆█  +12/s ≥4 m 02 s 0 workers · 2 in flight"
    assert shown[2] == "  billing     0 ▁▁▁▁▁▁▁▁▁▁            empty"


def test_an_endpoint_that_cannot_be_read_says_why_and_what_it_said_last() -> None:
    assert rows("health", everything_wrong())[:3] == [
        "? external /health/ unknown                   for 3 m",
        "    no route to api.example.com · last 200 3 m ago",
        "  backend  /health/ 200      14 ms ▁▁▁▁▁▂▂▁▁▁ for 6 d",
    ]


def test_findings_name_their_runbook_by_its_title_where_there_is_room() -> None:
    titles = {"wrong-process": "Worker runs the wrong process"}
    assert rows("findings", everything_wrong(), 116, titles=titles)[0] == (
        "✗ DOWN     celery-worker.process runs gunicorn, expected celery               2 m "
        "→ Worker runs the wrong process"
    )
    assert rows("findings", everything_wrong(), 38)[:3] == [
        "✗ DOWN celery-worker.process 2 m",
        "  runs gunicorn, expected celery",
        "  → wrong-process",
    ]


def test_a_long_reason_takes_more_lines_rather_than_losing_its_end() -> None:
    make = Maker()
    target = make.read(Target("memory", "web"), MemoryReading(G))
    make.check("web.memory", target, Level.DOWN, "word " * 30 + "end")
    shown = rows("findings", make.snapshot(), 90)
    assert len(shown) == 3
    assert shown[-1].endswith("end")


def test_an_open_run_stands_above_the_findings() -> None:
    runs = (OpenRun("7", "Wrong process", "recreate is running · by anna"),)
    shown = rows("findings", all_well(), 100, runs=runs)
    assert shown == ["▸ OPEN RUN  Wrong process  recreate is running · by anna  o takes it up"]


def test_what_cannot_be_read_keeps_its_last_value_with_its_age() -> None:
    assert rows("memory", unreadable())[0] == "✗ backend 300 M ▕███▏▊       ┊   ▏ 1 G 40 s ago"
    assert rows("queues", unreadable())[0].startswith(
        "✗ celery          redis://127.0.0.1:6379 refuses connections"[:50]
    )


def test_a_pane_says_in_its_title_why_it_cannot_be_read_only_when_that_is_so_for_all_of_it() -> None:
    def reason(snapshot: Snapshot, kind: str) -> str:
        return title_reason(snapshot, [target for target in snapshot.stack.watched if target.kind == kind])

    assert reason(unreadable(), "memory") == "the engine does not answer: /var/run/docker.sock refused"
    assert reason(everything_wrong(), "health") == ""


def test_a_target_that_was_not_looked_at_yet_is_no_zero() -> None:
    make = Maker()
    make.targets.append(Target("memory", "web"))
    assert rows("memory", make.snapshot()) == ["  web             looking…"]


def test_names_with_brackets_and_escapes_stand_there_as_they_are() -> None:
    make = Maker()
    target = Target("memory", "[b]x[/] \x1b[31mred")
    make.read(target, MemoryReading(G), [])
    make.check("[0].memory", target, Level.DOWN, "[/] over \x1b[2J")
    assert rows("memory", make.snapshot())[0].startswith("✗ [b]x[/] red")
    assert "[/] over" in rows("findings", make.snapshot(), 100)[0]


# --- header and footer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "begins", "ends"),
    [
        (120, " eatfit24 @ prod-1 ·  DOWN  · 4 findings", "read-only off · 14:02:11 UTC · round 40 ms "),
        (80, " eatfit24 @ prod-1 ·  DOWN  · 4 findings", "14:02:11 UTC "),
        (40, "  DOWN  · 4 findings", "14:02:11 UTC "),
        (20, "  DOWN  · 4 findi…", ""),
    ],
)
def test_the_header_keeps_the_verdict_longest(size: int, begins: str, ends: str) -> None:
    first = text(header.lines(everything_wrong(), "eatfit24", size, 24, "prod-1", NOW, read_only=False)[0])
    assert first.startswith(begins)
    assert first.endswith(ends)
    assert len(first) <= size


def test_read_only_is_said_at_every_width_that_has_room_for_it() -> None:
    first = text(header.lines(all_well(), "calm", 60, 24, "prod-1", NOW, read_only=True)[0])
    assert "READ-ONLY" in first


def test_the_box_has_its_line_when_there_is_room_or_when_it_is_not_well() -> None:
    wrong = everything_wrong()
    assert len(header.lines(wrong, "x", 120, 24, "h", NOW, read_only=False)) == 1
    assert "disk 70 % /var" in text(header.lines(wrong, "x", 120, 40, "h", NOW, read_only=False)[1])
    box = wrong.standings["box"]
    full = replace(wrong, standings={**wrong.standings, "box": replace(box, level=Level.DEGRADED)})
    assert len(header.lines(full, "x", 120, 24, "h", NOW, read_only=False)) == 2


def test_before_the_first_snapshot_the_header_claims_nothing() -> None:
    assert "looking…" in text(header.lines(None, "calm", 80, 24, "h", NOW, read_only=False)[0])


def test_a_narrow_footer_keeps_what_ranks_first() -> None:
    hints = [KeyHint("⏎", "open", 0), KeyHint("tab", "next pane", 6), KeyHint("q", "quit", 1)]
    assert text(footer(hints, 40)).rstrip() == " ⏎ open  tab next pane  q quit"
    assert text(footer(hints, 20)).rstrip() == " ⏎ open  q quit"
    assert text(footer(hints, 40, "gone")).endswith(" gone ")


# --- runs ---------------------------------------------------------------------------------------------------


def test_enter_alone_is_offered_for_looks_only() -> None:
    look = AskConfirm(0, 0, "ls", "no", "here", LOOK)
    assert "enter" in question.choices(look)[0].keys
    for mode in ("yes", "type"):
        asked: Question = replace(look, mode=mode, command=CHANGE, target="x")
        assert all("enter" not in choice.keys for choice in question.choices(asked))


def test_no_key_has_two_answers() -> None:
    look = AskConfirm(0, 0, "ls", "no", "here", LOOK)
    for asked in (look, replace(look, refused="no"), AskFailed(0, 0, "exit 1", "undo it", 2)):
        keys = [key for choice in question.choices(asked) for key in choice.keys]
        assert len(keys) == len(set(keys))


def test_a_command_is_shown_in_full_however_narrow_the_page() -> None:
    long = "docker compose --project-name eatfit24 exec -T celery-worker python -m celery inspect active --timeout 5"
    state = a_state()
    asked = AskConfirm(0, 0, long, "no", "here", LOOK)
    page = steps.page(state, 0, asked, steps.Beside(), (40, 30)).lines
    assert long in "".join(text(each)[4:] for each in page if any(span.style == "command" for span in each))


def test_the_outline_says_how_far_each_step_is() -> None:
    shown = [text(line).rstrip() for row in steps.outline(a_state(1).steps, 1, 30) for line in row.lines]
    assert shown == [
        "Diagnosis",
        "✓  1 What runs",
        "Recovery",
        "▸  2 Recreate",
        "   3 Empty queue",
        "Record",
        "   4 Tell the team how long i…",
    ]


def test_the_library_says_what_each_runbook_can_do_to_the_box() -> None:
    [row] = library_rows([a_runbook()], 100)
    assert text(row.lines[0]).split("  ")[:3] == ["Worker runs the wrong process", "4 steps", "destroys"]


def test_an_unknown_risk_is_shown_as_a_change_that_is_only_feared() -> None:
    assert text(steps.risk_line(Risk.UNKNOWN, "unknown program")) == "CHANGE?  unknown program"


def test_a_past_of_thousands_is_drawn_without_going_through_it() -> None:
    class Counted(list[Sample]):
        looks = 0

        def __getitem__(self, place):  # type: ignore[no-untyped-def, override]
            Counted.looks += 1
            return super().__getitem__(place)

    snapshot = all_well(1)
    target = next(target for target in snapshot.stack.watched if target.kind == "memory")
    past = Counted(Sample(target, NOW - 900 + n / 10, MemoryReading(100 * M)) for n in range(9000))
    view = View.of(replace(snapshot, past={target: past}))
    next(kind for kind in PANES if kind.name == "memory").rows(view, 56)
    Counted.looks = 0
    next(kind for kind in PANES if kind.name == "memory").rows(view, 56)
    assert Counted.looks < 500
