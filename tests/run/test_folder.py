"""Where runs are kept, and what can be read of them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from opsconsole.model.questions import Leave
from opsconsole.model.trouble import TroubleError
from opsconsole.run import journal
from opsconsole.run.folder import create, default_state_folder, list_runs, read_run, run_folder
from tests.run.lab import kill_holder
from tests.run.shop import Shop

BEGUN = {"title": "T", "stack": "shop", "user": "anna", "reason": "", "runbook": "book", "digest": "0"}


def test_state_goes_where_xdg_says() -> None:
    assert default_state_folder({"XDG_STATE_HOME": "/var/s", "HOME": "/home/a"}) == Path("/var/s/opsconsole")
    assert default_state_folder({"HOME": "/home/a"}) == Path("/home/a/.local/state/opsconsole")
    assert default_state_folder({"XDG_STATE_HOME": "relative", "HOME": "/home/a"}).is_relative_to("/home/a")


def test_a_run_is_for_its_user_only_and_two_in_one_second_have_two_folders(tmp_path: Path) -> None:
    folders = [create(tmp_path / "state", "Wrong Process!", b"text", BEGUN) for _ in range(3)]
    assert len(set(folders)) == 3
    for folder in folders:
        assert folder.name[15:].startswith("-wrong-process")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / "runbook.md").read_bytes() == b"text"
        assert stat.S_IMODE((folder / "runbook.md").stat().st_mode) == 0o600


def test_a_run_is_found_by_the_beginning_of_its_id_and_by_last(tmp_path: Path) -> None:
    one = create(tmp_path, "one", b"", BEGUN)
    other = create(tmp_path, "two", b"", BEGUN)
    assert run_folder(tmp_path, one.name[:-1]) == one
    assert run_folder(tmp_path, "last") == max(one, other)
    with pytest.raises(TroubleError, match="2 runs begin with 2"):
        run_folder(tmp_path, "2")
    for wrong in ("", "../..", "nonsense"):
        with pytest.raises(TroubleError, match="there is no run"):
            run_folder(tmp_path, wrong)


def test_no_runs_are_no_trouble(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "nowhere") == []


def test_a_folder_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(TroubleError) as caught:
        create(tmp_path / "state", "x", b"", BEGUN)
    assert str(tmp_path / "state") in str(caught.value)
    assert "XDG_STATE_HOME" in str(caught.value)


async def test_a_damaged_journal_is_said_to_be_damaged_and_is_not_played(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    session, _ = await shop.begin("- [ ] a\n", [Leave()], reason="before")
    await session.play()
    await session.close()
    kill_holder(session.folder)
    path = session.folder / journal.FILE
    path.write_bytes(path.read_bytes().replace(b"before", b"after!"))
    [run] = list_runs(shop.state_folder)
    assert run.fault == "line 2 does not follow the line before it"
    with pytest.raises(TroubleError, match=r"journal\.jsonl: line 2 does not follow"):
        read_run(shop.state_folder, "last")
    with pytest.raises(TroubleError, match="line 2"):
        await shop.resume()
