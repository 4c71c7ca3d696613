"""Logs on the screen: followed, searched, narrowed, merged, saved; the story of looking for what happened at 03:12."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from opsconsole.logs.ring import MOST_LINES, Ring
from opsconsole.tui.screens.logs import LogScreen
from opsconsole.tui.screens.tell import Tell
from tests.support.snapshots import NOW
from tests.support.waiting import wait_for
from tests.tui.fakes import console, painted
from tests.tui.log_stage import LogParts, at, logs_of

QUIET = [at(600 - number, f"INFO request {number} handled") for number in range(100)]
FAILS = [
    at(300.5, "ERROR Task meals.recognise failed"),
    "Traceback (most recent call last):",
    '  File "tasks.py", line 7, in recognise',
    "    raise TimeoutError()",
    "TimeoutError",
    at(290, "INFO next task"),
]


async def test_l_on_a_row_opens_the_log_of_its_service_and_says_why_nothing_comes(tmp_path: Path) -> None:
    parts = LogParts(tmp_path, {})
    app = console(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("1", "g", "l")
        await wait_for("its logs", lambda: isinstance(app.screen, LogScreen))
        await wait_for("the reason", lambda: "no container engine" in painted(app))
        await pilot.press("escape")
        await wait_for("the overview", lambda: app.screen is app.overview)


async def test_marked_services_are_merged(tmp_path: Path) -> None:
    parts = LogParts(tmp_path, {})
    app = console(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("2", "g", "space", "j", "space")
        await wait_for("two marks", lambda: len(app.overview.marks) == 2)
        await pilot.press("l")
        await wait_for("both logs", lambda: ", ".join(app.overview.marks.names) in painted(app))


async def test_a_row_that_has_no_log_says_so(tmp_path: Path) -> None:
    parts = LogParts(tmp_path, {})
    app = console(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("3", "g", "l")
        await wait_for("a word", lambda: "no log is known of" in painted(app))


async def test_it_follows_until_somebody_scrolls_up_and_again_from_the_end(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET}) as logs:
        await logs.sees("request 99", "following")
        logs.parts.write("api.log", at(1, "INFO just now"))
        await logs.sees("just now")
        await logs.press("k", "k")
        await logs.sees("paused, 2 below")
        logs.parts.write("api.log", at(0, "INFO while nobody looks"))
        await logs.sees("paused, 3 below")
        assert "while nobody looks" not in logs.text()
        await logs.press("g")
        await logs.sees("request 0 ")
        await logs.press("G")
        await logs.sees("while nobody looks", "following")
        await logs.press("f")
        await logs.sees("paused")


async def test_searching_goes_along_with_what_is_typed_and_counts(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": [*QUIET, *FAILS]}) as logs:
        await logs.press("slash")
        await logs.type("request 1")
        await logs.sees("“request 1” 11 of 11", "paused")
        await logs.press("enter", "n")
        await logs.sees("“request 1” 1 of 11", "round the end")
        assert "▸ " in next(line for line in logs.text().splitlines() if "request 1 " in line)
        await logs.press("n")
        await logs.sees("“request 1” 2 of 11")
        await logs.press("N", "N")
        await logs.sees("“request 1” 11 of 11", "round the beginning")
        logs.parts.write("api.log", at(0, "INFO request 1 once more"))
        await logs.sees("“request 1” 11 of 12")


async def test_escape_while_typing_leaves_all_as_it_was(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET}) as logs:
        await logs.press("slash")
        await logs.type("request 3")
        await logs.sees("of 11")
        await logs.press("escape")
        await logs.sees("following", "request 99")
        assert logs.screen.book.search is None
        assert isinstance(logs.app.screen, LogScreen)


async def test_words_or_an_expression(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": [*QUIET, at(1, "INFO request 1. ended")]}) as logs:
        await logs.press("slash")
        await logs.type("t 1.")
        await logs.sees("“t 1.” 1 of 1")
        await logs.press("ctrl+r")
        await logs.sees("/t 1./ 12 of 12")
        await logs.type("(")
        await logs.sees("no expression")


async def test_an_expression_that_never_ends_is_given_up_and_the_console_goes_on(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": [*QUIET, at(1, "INFO " + "a" * 400 + "!")]}) as logs:
        await logs.press("ampersand", "ctrl+r")
        await logs.type("(a+)+b")
        await logs.sees("this expression takes too long")
        await logs.press("escape")
        await logs.sees("following", "request 99")
        assert logs.screen.book.filter is None


async def test_only_what_holds_keeps_tracebacks_whole(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": [*QUIET, *FAILS]}) as logs:
        await logs.press("ampersand")
        await logs.type("TimeoutError")
        await logs.press("enter")
        text = await logs.sees("only “TimeoutError”", "5 of 106 lines", "Task meals.recognise failed", "tasks.py")
        assert "next task" not in text
        logs.parts.write("api.log", at(0, "ERROR TimeoutError again"), at(0, "INFO other"))
        await logs.sees("TimeoutError again", "6 of 108 lines")
        await logs.press("ampersand", "ctrl+u", "enter")
        await logs.sees("INFO other")


async def test_going_to_a_time(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET}, (120, 20)) as logs:
        await logs.press("at")
        await logs.type("-9m40s")
        await logs.press("enter")
        text = await logs.sees("paused", "request 20 ")
        assert "request 20 " in text.splitlines()[3]
        await logs.press("at")
        await logs.type("@ 13:53")
        await logs.press("enter")
        await wait_for("the line of 13:53", lambda: "request 49 " in logs.text().splitlines()[3])
        await logs.press("at")
        await logs.type("when it broke")
        await logs.press("enter")
        await logs.sees("is no time like 03:12")


async def test_a_time_before_what_is_held_is_read_from_the_file(tmp_path: Path) -> None:
    long = [at(40_000 - number, f"INFO request {number} handled") for number in range(30_000)]
    async with logs_of(tmp_path, {"api.log": long}) as logs:
        assert len(logs.screen.book.ring) == 10_000
        await logs.press("at")
        await logs.type("-39900s")
        await logs.press("enter")
        await wait_for("the line of that time on top", lambda: "request 100 " in logs.text().splitlines()[3])
        await logs.press("G")
        await logs.sees("request 29999 ")


async def test_older_lines_are_read_and_the_same_ones_stay_in_sight(tmp_path: Path) -> None:
    long = [at(40_000 - number, f"INFO request {number} handled") for number in range(12_000)]
    async with logs_of(tmp_path, {"api.log": long}) as logs:
        await logs.press("g")
        await wait_for("the oldest on top", lambda: "request 2000 " in logs.text().splitlines()[3])
        await logs.press("o")
        await wait_for("all to be read", lambda: len(logs.screen.book.ring) == 12_000)
        await wait_for("the same on top", lambda: "request 2000 " in logs.text().splitlines()[3])
        assert "older lines" not in logs.text().splitlines()[-1], "there is nothing older"
        await logs.press("g")
        await logs.sees("request 0 ")


async def test_several_logs_are_one_by_time_with_their_names(tmp_path: Path) -> None:
    files = {
        "a.log": [at(9, "ERROR a fails"), "  because of this", at(5, "INFO a2")],
        "b.log": [at(8, "INFO b1"), at(4, "INFO b2")],
    }
    async with logs_of(tmp_path, files) as logs:
        text = await logs.sees("a2", "b2")
        order = ["a fails", "because", "b1", "a2", "b2"]
        assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
        lines = text.splitlines()
        assert "a.log" in next(line for line in lines if "a fails" in line)
        assert "b.log" in next(line for line in lines if "b1" in line)
        logs.parts.write("b.log", at(2, "INFO b3"))
        logs.parts.write("a.log", at(1, "INFO a3"))
        await logs.sees("a3", "b3")


async def test_long_lines_are_wrapped_or_moved_sideways(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": [at(1, "INFO " + "x" * 100 + " THE END")]}, (80, 24)) as logs:
        assert "END" not in logs.text()
        await logs.press("w")
        await logs.sees("END")
        await logs.press("w")
        await logs.misses("END")
        await logs.press("right", "right", "right", "right", "right", "right", "right", "right", "right", "right")
        await logs.sees("END", "from column 81")
        await logs.press(*["left"] * 10)
        await logs.misses("END")


async def test_times_can_be_left_out(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET[:3]}) as logs:
        await logs.sees(" 13:52:11.000 ")
        await logs.press("t")
        await logs.misses(" 13:52:11.000 ")


async def test_saving_makes_a_new_file_and_never_writes_over_one(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET[:3]}) as logs:
        await logs.press("s")
        await logs.sees("Save 3 lines as")
        await logs.press("enter")
        await logs.sees("3 lines are saved in")
        (saved,) = (tmp_path / "state" / "logs").iterdir()
        assert saved.read_text().splitlines()[0] == "2026-01-07 13:52:11.000Z " + QUIET[0]
        assert saved.stat().st_mode & 0o777 == 0o600
        await logs.press("enter", "s", "enter")
        await logs.sees("nothing is written over")
        assert isinstance(logs.app.screen, Tell)


async def test_what_is_in_sight_is_copied_or_the_match_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with logs_of(tmp_path, {"api.log": [*QUIET, *FAILS]}) as logs:
        excerpt = logs.screen.to_copy()
        assert excerpt is not None
        assert excerpt.text.endswith("INFO next task")
        await logs.press("slash")
        await logs.type("TimeoutError()")
        await logs.press("enter")
        await logs.sees("1 of 1")
        excerpt = logs.screen.to_copy()
        assert excerpt is not None
        assert [line.partition("Z ")[2] for line in excerpt.text.splitlines()] == FAILS[:5]
        await logs.press("y")
        await logs.sees("copied 5 lines")


async def test_text_of_a_log_is_no_markup_and_no_escape(tmp_path: Path) -> None:
    hostile = ["[/red] [0] [b x", "\x1b[2Jgone \x1b]52;c;aGk=\x07", "\u202egnp.exe", "[@click=app.bell]", "\x9b31m"]
    async with logs_of(tmp_path, {"api.log": [at(1, each) for each in hostile]}) as logs:
        text = await logs.sees("[/red] [0] [b x", "gone", "gnp.exe", "[@click=app.bell]")
        assert "\x1b" not in text
        assert "\u202e" not in text
        await logs.press("slash")
        await logs.type("[")
        await logs.sees("“[” 2 of 2")


async def test_of_two_hundred_thousand_lines_only_those_in_sight_are_drawn(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": []}) as logs:
        book, pane = logs.screen.book, logs.screen.pane
        for number in range(MOST_LINES):
            book.ring.append(f"INFO number {number}", NOW)
        book.revision += 1
        await logs.sees("200 000 lines", "number 199999")
        for key in ("g", "G", "pageup", "k", "pagedown", "w"):
            before = pane.drawn
            await logs.press(key)
            await logs.pilot.pause()
            assert pane.drawn - before <= 8 * logs.app.size.height, f"{key} draws what is not in sight"
        await logs.press("slash")
        await logs.type("number 77777")
        await logs.sees("“number 77777” 1 of 1")


async def test_lines_that_had_to_make_way_are_counted_and_who_reads_them_is_not_lost(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": []}) as logs:
        ring = logs.screen.book.ring = Ring(320)
        for number in range(300):
            ring.append(f"INFO number {number}", NOW)
        logs.screen.book.revision += 1
        await logs.sees("number 299")
        await logs.press("g")
        await logs.sees("number 0 ", "paused")
        for number in range(300, 500):
            ring.append(f"INFO number {number}", NOW)
        logs.screen.book.revision += 1
        await logs.sees(f"{ring.first} older ones dropped", f"number {ring.first} ")
        assert f"number {ring.first - 1} " not in logs.text()


async def test_nothing_reads_on_when_the_screen_is_closed(tmp_path: Path) -> None:
    async with logs_of(tmp_path, {"api.log": QUIET}) as logs:
        before = asyncio.all_tasks()
        book = logs.screen.book
        assert book._tasks
        await logs.press("q")
        await wait_for("the overview", lambda: logs.app.screen is logs.app.overview)
        await wait_for("the readers to end", lambda: not book._tasks)
        assert not [task for task in asyncio.all_tasks() & before if "Book" in repr(task.get_coro())]


async def test_seconds_of_the_console_tell_days_apart(tmp_path: Path) -> None:
    days = [at(90_000, "INFO the day before"), at(3, "INFO today")]
    async with logs_of(tmp_path, {"api.log": days}) as logs:
        await logs.sees("01-06 13:02", "01-07 14:02", "on 2026-01-06")
