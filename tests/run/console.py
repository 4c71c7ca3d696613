"""A console as a process of its own, so that it can be killed: begins or takes up a run and says yes to everything.

    python -m tests.run.console FOLDER BOOK.md

A run is taken up where there is an open one in FOLDER. An unknown outcome is left as it is, never run again. Leaves
with 4 where the run cannot go on for now.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from opsconsole.model.questions import Answer, AskConfirm, AskFailed, Question, Skip, Yes
from opsconsole.model.run import RunState
from opsconsole.model.trouble import TroubleError
from opsconsole.run.folder import list_runs
from tests.run.shop import Shop


def _yes(state: RunState, question: Question) -> Answer:
    if isinstance(question, AskFailed):
        return Skip("failed")
    return Yes(typed=question.target) if isinstance(question, AskConfirm) else Yes(note="nobody knows")


async def _main(folder: Path, text: str) -> None:
    shop = Shop(folder)
    runs = list_runs(shop.state_folder)
    if runs and runs[0].ended is None:
        session, _ = await shop.resume([_yes] * 200)
    elif runs:
        return
    else:
        session, _ = await shop.begin(text, [_yes] * 200, reason="told to")
    await session.play()


if __name__ == "__main__":
    try:
        asyncio.run(_main(Path(sys.argv[1]), Path(sys.argv[2]).read_text()))
    except TroubleError as error:
        print(error, file=sys.stderr)
        sys.exit(4)
