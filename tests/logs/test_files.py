"""Log files: their end, and what is added through rotations."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.logs.lines import Wanted
from opsconsole.logs.readers.files import read_file
from opsconsole.logs.readers.tails import begin_of_tail, begin_since
from tests.logs.reading import Heard, all_of, heard_of
from tests.support.waiting import wait_for


async def read(path: Path, wanted: Wanted) -> Heard:
    return await all_of(read_file(path, wanted, False, time.time))


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


async def test_the_last_lines_come_and_then_what_is_added(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    async with heard_of(read_file(log, Wanted(3), True, time.time)) as heard:
        assert heard.texts == ["line 97", "line 98", "line 99"]
        assert not heard.whole
        add(log, "line 100\nhal")
        await heard.line("line 100")
        add(log, "f a line\n")
        await heard.line("half a line")
        assert "hal" not in heard.texts


async def test_a_last_line_that_nothing_ends_is_shown_after_a_while(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("Killed")
    async with heard_of(read_file(log, Wanted(10), True, time.time)) as heard:
        await heard.line("Killed")


async def test_a_rotated_file_is_read_to_its_end_and_then_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("one\n")
    async with heard_of(read_file(log, Wanted(10), True, time.time)) as heard:
        with log.open("a") as writer:  # who writes it notices the rotation later
            log.rename(tmp_path / "api.log.1")
            log.write_text("three\n")
            await heard.line("three")
            writer.write("two, late\n")
            writer.flush()
            await heard.line("two, late")
        await heard.words("reads the new file")
        add(log, "four\n")
        await heard.line("four")
    assert sorted(heard.texts) == ["four", "one", "three", "two, late"]


async def test_a_file_that_is_emptied_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("a long line before\n")
    async with heard_of(read_file(log, Wanted(10), True, time.time)) as heard:
        os.truncate(log, 0)
        await heard.words("was emptied")
        add(log, "new\n")
        await heard.line("new")


async def test_a_file_that_is_gone_or_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    async with heard_of(read_file(log, Wanted(10), True, time.time)) as heard:
        await heard.words("waits for it")
        log.write_text("here\n")
        await heard.line("here")
        assert heard.said[-1] == ""
        log.unlink()
        await wait_for("word that it is gone", lambda: "waits for it" in heard.said[-1])
        log.write_text("back\n")
        await heard.line("back")


async def test_what_was_rotated_away_last_fills_up_what_a_new_file_lacks(tmp_path: Path) -> None:
    (tmp_path / "api.log.1").write_text("a\nb\nc\n")
    (tmp_path / "api.log").write_text("d\n")
    assert (await read(tmp_path / "api.log", Wanted(3))).texts == ["b", "c", "d"]


async def test_neither_a_pipe_nor_a_device_nor_a_folder_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    for path in (tmp_path / "pipe.log", Path("/dev/zero"), tmp_path):
        async with heard_of(read_file(path, Wanted(3), True, time.time)) as heard:
            await heard.words("waits for it")
        assert heard.texts == []


async def test_secrets_and_escapes_do_not_come_out_of_a_file(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_bytes(b"\x1b]0;title\x07password=hunter2 \xff\x9b31m\n")
    assert (await read(log, Wanted(3))).texts == ["password=*** ��31m"]


@given(st.lists(st.text("abc", max_size=5), max_size=30), st.integers(1, 12), st.booleans())
def test_the_last_lines_begin_where_they_begin(lines: list[str], wanted: int, ended: bool) -> None:
    text = "\n".join(lines) + ("\n" if ended and lines else "")
    whole = text.removesuffix("\n").split("\n") if text else []
    file = io.BytesIO(text.encode())
    at, count = begin_of_tail(file, wanted)
    tail = text.encode()[at:].decode()
    assert (tail.removesuffix("\n").split("\n") if tail or count else []) == whole[-wanted:]
    assert count == min(wanted, len(whole))


def stamped(seconds: int) -> str:
    return f"2026-01-07 {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} line {seconds}\n  more of it\n"


@pytest.mark.parametrize("second", [0, 1, 17, 12_345, 49_999])
async def test_reading_from_a_time_on_finds_its_place_in_a_long_file(tmp_path: Path, second: int) -> None:
    log = tmp_path / "api.log"
    log.write_text("".join(map(stamped, range(50_000))))
    since = 1767744000 + second  # 2026-01-07 00:00 UTC
    with log.open("rb") as file:
        file.seek(begin_since(file, since, time.time()))
        assert file.readline().decode() == stamped(second).partition("\n")[0] + "\n"


async def test_reading_from_a_time_on_where_no_line_has_one_reads_all(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("word\n" * 200_000)
    with log.open("rb") as file:
        assert begin_since(file, 0.0, time.time()) == 0
