"""Code where the grammar sees text only: a real shell runs it, so it is never taken for a look."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from opsconsole.model.runbook import Risk
from opsconsole.runbook.guard import Guard
from opsconsole.runbook.risk import assess, overall

HIDDEN = [
    "echo ${x:-`touch made`}",
    'echo "${x:-a `touch made`}"',
    "y=abc; echo ${y/a/`touch made`}",
    "y=abc; echo ${y#`touch made`}",
    "y=abc; echo ${y%%$(touch made)}",
    "y=abc; echo ${y^^$(touch made)}",
    "echo ${x:-${y:-`touch made`}}",
    "y='$(touch made)'; echo ${y@P}",
    "for i in ${x:-`touch made`}; do echo; done",
    "cat <<E\n`touch made`\nE",
    "cat <<-E | cat\n\t`touch made`\n\tE",
]
HARMLESS = [
    "echo ${x:-y}",
    "y=abc; echo ${y//a/b} ${#y} ${y:1}",
    "echo ${x:-$(ls)}",
    "cat <<'E'\n`touch made`\nE",
    "cat <<E\n$(ls) ${x:-y}\nE",
]


@pytest.mark.parametrize("script", HIDDEN)
def test_what_the_shell_runs_is_no_look(script: str, tmp_path: Path) -> None:
    subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, timeout=10, check=False)
    assert (tmp_path / "made").exists()
    assert overall(assess(script)) >= Risk.CHANGE
    assert Guard(read_only=True).refuse(script, declared_read=True)


@pytest.mark.parametrize("script", HARMLESS)
def test_what_only_looks_stays_a_look(script: str, tmp_path: Path) -> None:
    subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, timeout=10, check=False)
    assert not (tmp_path / "made").exists()
    assert overall(assess(script)) is Risk.READ
