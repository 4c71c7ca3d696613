"""A runbook may be empty, no text, or gone: who opens it is told the file, why, and what to do; all else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.program import opsconsole
from tests.e2e.bad_input_stage import Well, findings_shown, grower, stack_file
from tests.lab.redis import LabRedis
from tests.support.console import RealConsole, real_console

pytestmark = [pytest.mark.pty, pytest.mark.redis]

GOOD = "# Look around\n\n```bash\nuptime\n```\n"
NAMES = ("empty", "latin", "gone", "good")
LATIN = b"# Pr\xfcfung\n\n```bash\nuptime\n```\n"


@dataclass(frozen=True)
class Shop:
    """A stack with a fault for each bad runbook, and what is to be told of each of these files."""

    folder: Path
    well: Well

    @property
    def told(self) -> dict[str, str]:
        here = self.folder
        return {
            "empty": f"{here}/empty.md: the runbook is empty; write its steps, or remove the file",
            "latin": f"{here}/latin.md: the runbook is not text in UTF-8: byte 4 (0xfc) does not belong there; "
            "save it as UTF-8",
            "gone": f"{here}/gone.md: the runbook is not there (any more); put it back, or choose another",
        }


@pytest.fixture
def shop(redis_server: LabRedis, tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "empty.md").write_text(" \n\n")
    (tmp_path / "latin.md").write_bytes(LATIN)
    for name in ("gone", "good"):
        (tmp_path / f"{name}.md").write_text(GOOD.replace("Look around", f"The {name} one"))
    ghosts = "".join(
        f'[[service]]\nname = "{name}-ghost"\nprocesses = {{ argv = "opslab-no-such-{name}" }}\n'
        f'runbooks = {{ process = "{name}" }}\n'
        for name in NAMES
    )
    with grower() as growing:
        well = Well(redis_server, growing)
        well.put(1)
        stack_file(tmp_path, well.entries() + ghosts)
        yield Shop(tmp_path, well)


def test_show_lint_and_run_say_why_and_leave_with_3(shop):
    (shop.folder / "gone.md").unlink()
    (shop.folder / "stack.toml").write_text((shop.folder / "stack.toml").read_text().replace('"gone"', '"good"'))
    told = {
        **shop.told,
        "gone": f"{shop.folder}: no runbook is called gone; opsconsole runbook list names those that are there",
    }
    for name, words in told.items():
        for command in (("runbook", "show"), ("runbook", "show", "--json"), ("runbook", "lint"), ("run",)):
            seen = opsconsole(*command, name, cwd=shop.folder)
            assert (seen.code, seen.out, seen.err) == (3, "", f"opsconsole: {words}\n"), command
    by_path = opsconsole("runbook", "show", str(shop.folder / "gone.md"), cwd=shop.folder)
    assert by_path.err == f"opsconsole: {shop.told['gone']}\n"


def test_the_list_shows_them_beside_the_others_with_the_reason(shop):
    seen = opsconsole("runbook", "list", cwd=shop.folder)
    assert (seen.code, seen.err) == (0, "")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in seen.out.splitlines()}
    assert lines["empty"] == "empty (the runbook is empty)"
    assert lines["latin"].startswith("latin (the runbook is not text in UTF-8: byte 4 (0xfc)")
    assert lines["good"] == "The good one"


def test_status_does_not_care_what_is_in_a_runbook(shop):
    seen = opsconsole("status", cwd=shop.folder)
    assert (seen.code, seen.err) == (2, "")
    assert "✗ empty-ghost.process" in seen.out
    assert "✓ 3 OK   ✗ 4 down" in seen.out


def told_on(console: RealConsole, words: str) -> str:
    """Wait until the box on the screen says `words`, however it folds them; the screen then."""
    return console.until(f"{words!r} in a box", lambda text: "".join(words.split()) in in_the_box(text))


def in_the_box(text: str) -> str:
    """What stands between the sides of the box in the middle, without blanks."""
    rows = text.splitlines()
    top = next((line for line in rows if "╭" in line and "╮" in line), None)
    if top is None:
        return ""
    left, right = top.index("╭"), top.rindex("╮")
    return "".join("".join(line[left + 1 : right].split()) for line in rows if line[left : left + 1] == "│")


def select(console: RealConsole, check: str) -> None:
    """Move the cursor to a finding. They stand in the order of their names, all of them DOWN since the same look."""
    console.send("g" + "j" * sorted(NAMES).index(check.removesuffix("-ghost.process")))
    console.until(f"{check} in sight", lambda text: check in findings_shown(text))


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
def test_a_finding_whose_runbook_is_bad_says_so_and_the_overview_goes_on(shop, columns, rows):
    with real_console(cwd=str(shop.folder), columns=columns, rows=rows) as console:
        console.until("four findings", lambda text: "4 findings" in text)
        if columns >= 100:
            console.sees("→ The gone one")
        (shop.folder / "gone.md").unlink()
        gone = f"no runbook treats gone-ghost.process: gone.md is not in {shop.folder} (any more); put it back"
        for name, words in {**shop.told, "gone": gone}.items():
            select(console, f"{name}-ghost.process")
            console.press("⏎")
            text = told_on(console, words)
            assert "DOWN" in text.splitlines()[0]
            if columns >= 100:  # on the small screen the box lies over that row
                shop.well.grows(console)
            assert in_the_box(console.text()), "what is told stands until a key is pressed"
            console.press("⏎")
            console.until("the box to be gone", lambda text: "╭" not in text)
            shop.well.grows(console)

        select(console, "good-ghost.process")
        console.press("⏎")
        console.sees("Begin this run?")


def test_one_that_vanished_between_the_list_and_the_opening_is_not_shown_from_memory(shop):
    with real_console(cwd=str(shop.folder)) as console:
        console.sees("4 findings")
        console.press("r")
        text = console.sees("The gone one")
        listed = [line.split()[1] for line in text.splitlines() if line.startswith("│ ") and len(line.split()) > 2]
        assert listed == ["runbook", "empty", "latin", "The", "The"], "the head of the table, and what is in it"
        assert "the runbook is empty" in text
        assert "the runbook is not text in UTF-8: byte 4 (0xfc)" in text
        (shop.folder / "gone.md").unlink()
        console.send("jj")
        console.press("⏎")
        told_on(console, shop.told["gone"])
        console.press("⏎")
        shop.well.moves_on(console)


def test_one_that_was_rewritten_between_the_list_and_the_opening_is_shown_as_it_is_now(shop):
    with real_console(cwd=str(shop.folder)) as console:
        console.sees("4 findings")
        console.press("r")
        console.sees("The gone one")
        (shop.folder / "gone.md").write_text("# Quite another one\n\n```bash\nuname -a\n```\n")
        console.send("jj")
        console.press("⏎")
        console.sees("uname -a")
        assert "Quite another one" in console.text()
