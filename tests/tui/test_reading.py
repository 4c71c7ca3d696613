"""Links open what they lead to and Back returns; a run that is open stays as it is; pages and output are searched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from opsconsole.model.questions import AskConfirm, Yes
from opsconsole.runbook.library import Library
from opsconsole.tui.console import Console
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import LOOK, ScriptedSession, ToldParts, a_state, console, painted

MAIN = """---
treats: [celery-worker.process]
escalate: lead
---
# The worker

## Meaning

It runs **gunicorn**.

See [the other one](other.md#restart), [what to write](#record), [gone](gone.md) and [the manual](https://docs.example/x).

## Recovery

```bash
docker top celery-worker
```

## Record

- [ ] Tell the others
"""
OTHER = (
    "# The other\n\n" + "Words.\n\n" * 60 + "## Restart\n\nBack to [the worker](main.md#record).\n\n```bash\nls\n```\n"
)


class Reader:
    def __init__(self, app: Console, pilot: Pilot[int], session: ScriptedSession) -> None:
        self.app, self.pilot, self.session = app, pilot, session

    async def see(self, words: str) -> None:
        await wait_for(f"{words!r} on the screen", lambda: words in painted(self.app))

    async def see_no_more(self, words: str) -> None:
        await wait_for(f"{words!r} gone from the screen", lambda: words not in painted(self.app))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def seek(self, words: str) -> None:
        await self.press("slash")
        await self.see("Search for:")
        await self.press(*["backspace"] * 20, *words, "enter")

    async def link(self, number: int) -> None:
        """Open the link of that place in the list."""
        await self.press("l")
        await self.see("Links")
        await self.press(*["j"] * number, "enter")


@asynccontextmanager
async def reading(folder: Path, size: tuple[int, int] = (120, 40), *, begun: bool = False) -> AsyncIterator[Reader]:
    (folder / "main.md").write_text(MAIN)
    (folder / "other.md").write_text(OTHER)
    library = Library((folder,))
    parts = ToldParts(everything_wrong())
    parts.library = library  # type: ignore[assignment]
    question = AskConfirm(0, 0, LOOK.text, "no", "here", LOOK)
    session = ScriptedSession(None, a_state(0, library.find("main")), [question])

    def script(operator: object) -> ScriptedSession:
        session.operator = operator
        return session

    parts.script = script
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        reader = Reader(app, pilot, session)
        await reader.see("celery-worker")
        await pilot.press("enter")
        await reader.see("⏎ begin")
        if begun:
            await pilot.press("enter")
            await reader.see("⏎ run")
        yield reader


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_a_link_opens_another_runbook_at_its_section_and_back_returns(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with reading(tmp_path, size) as reader:
        await reader.link(0)
        await reader.see("Restart")
        await reader.see("Back to the worker.")
        await reader.link(0)
        await reader.see("Tell the others")
        await reader.press("escape")
        await reader.see("Back to the worker.")
        await reader.press("escape")
        await reader.see("⏎ begin")


async def test_a_link_to_what_is_outside_is_shown_as_text_and_one_that_leads_nowhere_says_so(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        await reader.link(3)
        await reader.see("https://docs.example/x")
        await reader.see("does not open here")
        await reader.press("enter")
        await reader.see_no_more("does not open here")
        await reader.link(2)
        await reader.see("leads nowhere")
        await reader.press("enter")
        await reader.see("⏎ begin")


async def test_a_click_on_a_link_follows_it(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        rows = painted(reader.app).splitlines()
        y = next(number for number, row in enumerate(rows) if "what to write" in row)
        await reader.pilot.click(offset=(rows[y].index("what to write") + 2, y))
        await reader.see("Tell the others")
        await reader.see("esc back")


async def test_reading_another_runbook_leaves_the_run_and_its_question_as_they_are(tmp_path: Path) -> None:
    async with reading(tmp_path, begun=True) as reader:
        await reader.press("v")
        await reader.see("to read; the run stays as it is")
        await reader.link(0)
        await reader.see("Back to the worker.")
        assert "begin this one" not in painted(reader.app)
        await reader.press("enter", "y")
        await reader.press("escape")
        await reader.see("what to write")
        await reader.press("escape")
        await reader.see("⏎ run")
        assert reader.session.answers == []
        assert len(reader.app.screen_stack) == 2
        await reader.pilot.pause(0.2)
        await reader.press("enter")
        await wait_for("the answer", lambda: reader.session.answers == [Yes()])


async def test_the_contact_that_the_runbook_escalates_to_is_in_its_header(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        await reader.see("escalate  lead  no contact of that name in the stack file")
        await reader.see("meaning   It runs gunicorn.")


async def test_a_page_is_searched_and_n_goes_on(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        await reader.link(0)
        await reader.see("Restart")
        await reader.press("g")
        await reader.seek("words")
        await reader.see("match 1 of 60")
        await reader.see("/words")
        await reader.press("n")
        await reader.see("match 2 of 60")
        await reader.press("N", "N")
        await reader.see("match 60 of 60")
        await reader.seek("nowhere")
        await reader.see("no nowhere here")


async def test_output_is_searched_and_what_is_not_held_is_said_to_be_on_disk(tmp_path: Path) -> None:
    async with reading(tmp_path, begun=True) as reader:
        reader.session.operator.output("".join(f"line {number}\r\n" for number in range(6000)))
        await reader.see("line 5999")
        await reader.press("tab")
        await reader.seek("line 1500")
        await reader.see("match 1 of 1; 1000 earlier lines are on disk only")
        await reader.see("line 1500")
        await reader.seek("line 500")
        await reader.see("match 1 of 10")


async def test_n_answers_no_question(tmp_path: Path) -> None:
    async with reading(tmp_path, begun=True) as reader:
        await reader.seek("docker")
        await reader.see("match 1 of")
        await reader.press("n", "n")
        await reader.see("⏎ run")
        assert reader.session.answers == []


async def test_the_list_of_runbooks_opens_also_while_their_titles_are_read_for_the_findings(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        await reader.press("escape")
        await reader.see("5 Findings")
        reader.app.open_library()
        reader.app._read_library()
        await reader.see("The other")
        await reader.see("esc back")
