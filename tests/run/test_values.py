"""What may be suggested for an input: asked of a command that only looks, and that is gone afterwards."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from opsconsole.model.runbook import Input
from opsconsole.model.stack import Stack
from opsconsole.run import values
from opsconsole.runbook.guard import Guard
from tests.support.waiting import wait_for


async def test_a_suggestion_that_never_comes_leaves_no_process_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "SUGGEST_WITHIN", 0.5)
    followed = tmp_path / "followed.log"
    followed.touch()
    wanted = Input("tag", "Which?", default="v1", source=f"tail -f {followed} | grep -m1 nothing")
    assert await values.suggestion(wanted, Stack("shop", tmp_path), tmp_path, Guard()) == ("v1", "")

    def all_gone() -> bool:
        return not any(
            str(followed) in " ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])
        )

    await wait_for("the follower gone", all_gone)
