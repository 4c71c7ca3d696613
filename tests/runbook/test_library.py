"""Runbooks beside a stack: found, read when needed, read again when changed, and clear words when they cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opsconsole.model.trouble import TroubleError
from opsconsole.runbook.library import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "wrong-process.md").write_text(
        "---\ntitle: Wrong process\ntreats: [worker.process]\n---\n```bash\nps\n```\n"
    )
    (folder / "memory-high.md").write_text("# Memory over its threshold\n\n```bash\nfree -m\n```\n")
    (folder / "README.md").write_text("# About this stack\n")
    (folder / "stack.toml").write_text("")
    return folder


def trouble(library: Library, name: str) -> str:
    with pytest.raises(TroubleError) as raised:
        library.find(name)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_all_runbooks_come_by_title(folder: Path) -> None:
    assert [runbook.title for runbook in Library((folder,)).all()] == ["Memory over its threshold", "Wrong process"]


def test_one_is_found_by_name_by_file_and_by_path(folder: Path) -> None:
    library = Library((folder,))
    for name in ("wrong-process", "wrong-process.md", str(folder / "wrong-process.md")):
        assert library.find(name).title == "Wrong process"


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(folder: Path) -> None:
    said = trouble(Library((folder,)), "wrong-proces")
    assert said == f"{folder}: no runbook is called wrong-proces; did you mean wrong-process?"


def test_an_empty_one_says_so_and_the_others_are_still_there(folder: Path) -> None:
    (folder / "empty.md").write_text("\n  \n")
    library = Library((folder,))
    assert trouble(library, "empty") == f"{folder}/empty.md: the runbook is empty; write its steps, or remove the file"
    empty, *others = library.all()
    assert [fault.message for fault in empty.faults] == ["the runbook is empty"]
    assert len(others) == 2


def test_one_that_is_not_utf_8_names_the_file_and_the_byte(folder: Path) -> None:
    (folder / "latin.md").write_bytes(b"# Caf" + b"\xe9" + b"\n")
    said = trouble(Library((folder,)), "latin")
    assert said == (
        f"{folder}/latin.md: the runbook is not text in UTF-8: byte 5 (0xe9) does not belong there; save it as UTF-8"
    )


def test_one_that_vanished_after_it_was_read_is_not_shown_from_memory(folder: Path) -> None:
    library = Library((folder,))
    path = folder / "wrong-process.md"
    library.find(str(path))
    path.unlink()
    assert trouble(library, str(path)) == f"{path}: the runbook is not there (any more); put it back, or choose another"
    assert [runbook.name for runbook in library.all()] == ["memory-high"]


def test_a_file_without_permission_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "wrong-process.md"
    if os.geteuid() == 0:
        path.unlink()
        path.mkdir()  # root may read everything; a folder is as unreadable
        assert trouble(Library((folder,)), str(path)) == f"{path}: this is a folder, not a runbook"
    else:
        path.chmod(0)
        assert "cannot be read" in trouble(Library((folder,)), str(path))


def test_a_folder_that_is_not_there_is_a_library_without_runbooks(tmp_path: Path) -> None:
    library = Library((tmp_path / "none",))
    assert library.all() == []
    assert "no runbook is called x" in trouble(library, "x")


def test_it_is_read_once_and_again_only_when_it_changed(folder: Path) -> None:
    library = Library((folder,))
    first = library.find("wrong-process")
    assert library.find("wrong-process") is first
    (folder / "wrong-process.md").write_text("# Another title\n")
    assert library.find("wrong-process").title == "Another title"


def test_a_check_gets_the_runbooks_it_names_and_those_that_say_they_treat_it(folder: Path) -> None:
    library = Library((folder,))
    assert [r.name for r in library.treating("worker.process", ())] == ["wrong-process"]
    assert [r.name for r in library.treating("worker.process", ("memory-high",))] == ["memory-high", "wrong-process"]
    assert library.treating("worker.memory", ("not-there",)) == []
