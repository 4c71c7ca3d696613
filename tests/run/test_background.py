"""Runme's `background`: something that goes on beside the steps after it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from opsconsole.model.questions import Answer, AskConfirm, AskFailed, Question, Stop, Yes
from opsconsole.model.run import RunState
from tests.run.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def yes(state: RunState, question: Question) -> Answer:
    return Yes()


async def test_the_run_goes_on_beside_it_and_names_it_as_left_running(shop: Shop) -> None:
    text = f"""```sh {{background=true}}
echo $$ >{shop.home}/pid
touch {shop.home}/begun
tail -f {shop.home}/begun
```

```sh
test -e {shop.home}/begun && echo beside it
```
"""
    session, operator = await shop.begin(text, [yes] * 5)
    state = await session.play()
    left = int((shop.home / "pid").read_text())
    try:
        assert state.ended == "done", operator.asked[-1]
        asked = [one for one in operator.asked if isinstance(one, AskConfirm)]
        assert asked[0].text.count("\n") == 2, "it is one command"
        assert asked[0].where.endswith(", in the background")
        assert not any("until you stop it" in words for words in asked[0].forecast)
        assert f"({left})" in state.steps[0].parts[0].left
        assert "beside it" in operator.seen
        os.kill(left, 0)
    finally:
        os.killpg(os.getpgid(left), signal.SIGKILL)


async def test_it_has_failed_when_it_ends_badly_at_once(shop: Shop) -> None:
    session, operator = await shop.begin("```sh {background=true}\ntail -f no-such-file\n```\n", [yes, Stop("no")])
    state = await session.play()
    assert isinstance(operator.asked[-1], AskFailed)
    assert state.steps[0].parts[0].reason == "exit code 1"
