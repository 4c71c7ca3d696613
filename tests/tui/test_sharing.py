"""What is given to others: pictures and words, in files that nobody else reads and that write nothing over."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from opsconsole.model.trouble import TroubleError
from opsconsole.tui.sharing import written
from tests.support.snapshots import NOW, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, console, painted


def test_a_file_is_its_users_own_and_nothing_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "state/shared"
    files = [written(f"{number}", "Eat Fit/../24", ".md", NOW, folder) for number in range(3)]
    assert [file.name for file in files] == [
        "20260107-140211-eat-fit-24.md", "20260107-140211-eat-fit-24-2.md", "20260107-140211-eat-fit-24-3.md",
    ]  # fmt: skip
    assert [file.read_text() for file in files] == ["0", "1", "2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_that_lies_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "20260107-140211-x.md").symlink_to(tmp_path / "precious")
    assert written("y", "x", ".md", NOW, tmp_path).name == "20260107-140211-x-2.md"
    assert not (tmp_path / "precious").exists()


def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TroubleError, match=r"cannot be written: .*; make room, or set XDG_STATE_HOME"):
        written("y", "x", ".md", NOW, tmp_path / "file")


async def test_a_picture_is_of_the_screen_below_the_list_and_needs_no_other_host() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("p")
        await wait_for("the list", lambda: "picture to a file" in painted(app))
        await pilot.press("enter")
        await wait_for("where it is", lambda: "Written, readable by you alone:" in painted(app))
        (file,) = (Path.home() / ".local/state/opsconsole/shared").iterdir()
        assert file.name == "20260107-140211-eatfit24.svg"
        picture = file.read_text()
        parseString(picture)
        assert "celery-worker.process" in picture
        assert "picture to a file" not in picture
        assert "://" not in picture.replace("http://www.w3.org/2000/svg", "").replace("https://www.textualize.io", "")


@pytest.mark.parametrize(
    ("keys", "begins"), [("j", "eatfit24 on prod-1: DOWN"), ("jj", "**eatfit24 on prod-1: DOWN**")]
)
async def test_how_the_stack_is_goes_to_the_clipboard(keys: str, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = console(ToldParts(everything_wrong()))
    sent: list[str] = []
    monkeypatch.setattr(app, "send", sent.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("p")
        await wait_for("the list", lambda: "picture to a file" in painted(app))
        await pilot.press(*keys, "enter")
        await wait_for("the word about it", lambda: "copied how the stack is" in painted(app))
        assert base64.b64decode(sent[0].split(";")[2].rstrip("\x07")).decode().startswith(begins)


async def test_a_small_list_says_each_choice_whole_and_so_does_what_is_empty_on_a_small_terminal() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=(40, 12)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("p")
        await wait_for("the last choice", lambda: "Markdown to a file: how the stack" in painted(app))
        assert "…" not in painted(app).partition("take it")[0].partition("Share")[2]
        await pilot.press("escape", "L")
        await wait_for("the commands", lambda: "nothing has been run from this" in painted(app))
        assert "console" in painted(app).partition("nothing has been run from this")[2]
