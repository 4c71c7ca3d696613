"""A console as a process of its own, so that it can be killed: begins a run and says yes to everything.

python -m tests.run.console FOLDER BOOK.md
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from opsconsole.model.run import Answer, AskConfirm, Question, RunState, Yes
from tests.run.shop import Shop


def _yes(state: RunState, question: Question) -> Answer:
    return Yes(typed=question.target) if isinstance(question, AskConfirm) else Yes()


async def _main(folder: Path, text: str) -> None:
    session, _ = await Shop(folder).begin(text, [_yes] * 100, reason="told to")
    await session.play()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), Path(sys.argv[2]).read_text()))
