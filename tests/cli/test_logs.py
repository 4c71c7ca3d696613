"""`opsconsole logs`, as somebody types it who has no console open."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.__main__ import main
from tests.tui.log_stage import at

STACK = """
name = "shop"
[[check]]
name = "{name}"
kind = "log"
file = "{folder}/{name}.log"
never = ["PANIC"]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack with two logs."""
    checks = [STACK.format(name=name, folder=tmp_path) for name in ("web", "worker")]
    (tmp_path / "stack.toml").write_text(checks[0] + checks[1].partition("\n[[")[1] + checks[1].partition("\n[[")[2])
    (tmp_path / "web.log").write_text("\n".join([at(9, "INFO one"), at(5, "ERROR three"), "  more of three", ""]))
    (tmp_path / "worker.log").write_text("\n".join([at(7, "INFO two"), at(3, "INFO \x1b[31mpassword=x four"), ""]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("shop")
def test_all_logs_come_merged_by_time_clean_and_with_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == ["one", "two", "three", "three", "four"]
    assert "web: " in lines[0]
    assert "worker: " in lines[1]
    assert lines[4].endswith("INFO password=*** four")


@pytest.mark.usefixtures("shop")
def test_one_log_its_last_lines_and_what_holds_an_expression(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "web", "-n", "1"]) == 0
    assert capsys.readouterr().out == "  more of three\n"
    assert main(["logs", "web", "--grep", "more of thr[e]+"]) == 0
    assert [line.partition("Z ")[2] or line for line in capsys.readouterr().out.splitlines()][1:] == ["  more of three"]
    assert main(["logs", "web", "--grep", "nothing like it"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("shop")
def test_what_is_not_known_or_not_understood_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["logs", "wob"], "no log is known of 'wob'; there are: web, worker"),
        (["logs", "--since", "when it broke"], "--since: 'when it broke' is no time like 03:12"),
        (["logs", "--grep", "("], "--grep: no expression"),
    ):
        assert main(words) == 3
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert said in shown.err


def test_a_log_that_cannot_be_read_says_why_and_nothing_at_all_is_no_success(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "web.log").unlink()
    assert main(["logs"]) == 0
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 2
    assert "web.log" in shown.err
    assert main(["logs", "web"]) == 3
