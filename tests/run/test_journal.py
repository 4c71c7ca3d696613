"""A journal that can be trusted after a crash, on a full disk, and after a careless edit."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.run import journal
from opsconsole.run.journal import Journal, read, understand
from opsconsole.run.seal import beside

SAID = st.dictionaries(st.text(max_size=8), st.text() | st.integers() | st.none() | st.lists(st.text()), max_size=4)


def written(path: Path, count: int) -> bytes:
    writer = Journal(path, clock=lambda: 1767794531.25)
    for number in range(count):
        writer.append("input", {"name": "tag", "value": f"v{number}"})
    writer.close()
    return path.read_bytes()


def test_what_was_written_is_read_back_after_it_was_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 2)
    written(path, 1)
    assert [(entry.seq, entry.data["value"]) for entry in read(path).entries] == [(1, "v0"), (2, "v1"), (3, "v0")]
    assert not read(path).fault


@given(st.lists(SAID, min_size=1, max_size=5))
def test_any_text_survives_the_way_to_disk_and_back(said: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = Journal(Path(folder) / "j")
        for data in said:
            writer.append("input", data)
        writer.close()
        assert [entry.data for entry in read(Path(folder) / "j").entries] == said


def test_a_line_cut_off_by_a_crash_is_told_and_the_next_writer_puts_it_aside(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 2)
    with path.open("ab") as file:
        file.write(b'{"seq":3,"at":1767794531.25,"kind":"input","data":{"name":"tag","value":"v2"')
    assert len(read(path).entries) == 2
    assert not read(path).fault
    assert '"v2"' in read(path).torn
    writer = Journal(path)
    assert writer.torn == read(path).torn or not read(path).torn
    writer.append("torn", {"text": writer.torn})
    assert [entry.kind for entry in read(path).entries] == ["input", "input", "torn"]
    assert not read(path).torn


@given(st.data())
def test_no_byte_of_a_journal_can_be_changed_or_taken_away_unnoticed(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "j"
        content = written(path, 4)
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
            damaged = content[:at] + bytes([other]) + content[at + 1 :]
        else:
            damaged = content[:at] + content[at + 1 :]
        path.write_bytes(damaged)
        assert read(path).fault


@pytest.mark.parametrize("left", range(4))
def test_a_journal_whose_end_was_cut_off_is_found_out_and_not_written_to(tmp_path: Path, left: int) -> None:
    path = tmp_path / "journal.jsonl"
    lines = written(path, 4).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:left]))
    reading = read(path)
    assert reading.fault == f"it was cut off: 4 lines were written, {left} are there"
    assert len(reading.entries) == left, "what is left can still be read"
    with pytest.raises(ValueError, match="it was cut off"):
        Journal(path)


def test_a_last_line_that_was_written_anew_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(written(path, 3).replace(b'"v2"', b'"v7"'))
    assert not understand(path.read_bytes()).fault, "the chain alone does not see it"
    assert read(path).fault == "line 3 is not the one that was written"


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"count": 3}'])
def test_a_journal_whose_seal_is_gone_or_damaged_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 3)
    beside(path).unlink()
    if content is not None:
        beside(path).write_bytes(content)
    assert "nobody knows how far it went" in read(path).fault


def test_a_crash_between_a_line_and_its_seal_is_no_fault_and_the_next_line_seals_both(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 2)
    before = beside(path).read_bytes()
    written(path, 1)
    beside(path).write_bytes(before)
    assert not read(path).fault
    written(path, 1)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    assert read(path).fault == "it was cut off: 4 lines were written, 3 are there"


def test_a_whole_line_taken_out_is_found_and_named(tmp_path: Path) -> None:
    lines = written(tmp_path / "j", 4).splitlines(keepends=True)
    assert understand(b"".join(lines[:1] + lines[2:])).fault == "line 2 does not follow the line before it"


def test_the_room_set_aside_is_used_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full here for as long as the reserve has not given a slice back."""
    journal.set_room_aside(tmp_path)
    reserve = tmp_path / journal.RESERVE
    whole = reserve.stat()
    assert whole.st_blocks * 512 >= journal.ROOM
    writer = Journal(tmp_path / "journal.jsonl")
    writer.append("begun", {})
    really_write = os.write

    def write(descriptor: int, content: bytes) -> int:
        if reserve.stat().st_size == journal.ROOM:
            really_write(descriptor, bytes(content)[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        return really_write(descriptor, content)

    monkeypatch.setattr(os, "write", write)
    writer.append("input", {"name": "a", "value": "b"})
    assert [entry.kind for entry in read(tmp_path / "journal.jsonl").entries] == ["begun", "input"]
    assert reserve.stat().st_size < journal.ROOM


def test_with_no_room_left_at_all_the_journal_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Journal(tmp_path / "journal.jsonl")
    writer.append("begun", {})
    really_write = os.write

    def write(descriptor: int, content: bytes) -> int:
        really_write(descriptor, bytes(content)[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", write)
        with pytest.raises(OSError, match="No space left"):
            writer.append("input", {})
    writer.append("input", {"name": "later"})
    assert [entry.kind for entry in read(tmp_path / "journal.jsonl").entries] == ["begun", "input"]
    assert not read(tmp_path / "journal.jsonl").fault


def test_a_damaged_journal_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    content = written(path, 3).replace(b"v1", b"v9")
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"journal\.jsonl: line 3 does not follow"):
        Journal(path)
    assert path.read_bytes() == content
