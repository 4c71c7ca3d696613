"""One run with changes a stack at a time."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.run.lock import Claim, Claimed, claimed_by, lock_path, mark_of

ANNA = {
    "user": "anna",
    "run": "20260107-1402",
    "mark": mark_of(Path("/anna/run")),
    "title": "Worker",
    "since": "2026-01-07 14:02 UTC",
}


def test_the_second_is_told_who_has_it_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "shop.lock"
    claim = Claim.take(path, ANNA)
    with pytest.raises(
        Claimed, match=r"anna is changing this stack since 2026-01-07 14:02 UTC \(Worker, run 20260107-1402\)"
    ):
        Claim.take(path, {"user": "ben"})
    assert claimed_by(path) == "anna is changing this stack since 2026-01-07 14:02 UTC (Worker, run 20260107-1402)"
    assert claimed_by(path, mark_of(Path("/anna/run"))) is None
    assert claimed_by(path, mark_of(Path("/ben/run"))), "also where both were begun in the same second"
    claim.release()
    assert claimed_by(path) is None
    assert not path.exists(), "no trace is left"
    Claim.take(path, {"user": "ben"}).release()


def test_it_ends_with_the_process_that_had_it_however_that_ended(tmp_path: Path) -> None:
    path = tmp_path / "shop.lock"
    code = (
        "import os, sys, pathlib\n"
        "from opsconsole.run.lock import Claim\n"
        "claim = Claim.take(pathlib.Path(sys.argv[1]), {'user': 'anna'})\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[2])
    assert path.read_text()
    assert claimed_by(path) is None
    Claim.take(path, ANNA).release()


def test_words_of_a_stranger_in_the_file_are_only_words(tmp_path: Path) -> None:
    path = tmp_path / "shop.lock"
    path.write_text('{"user": "a\\u001b[31mnna\\n", "since": 7}')
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert claimed_by(path) == "anna is changing this stack since 7"
    path.write_text("no json")
    assert claimed_by(path) == "somebody else is changing this stack at the moment"
    os.close(descriptor)


def test_a_link_laid_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "shop.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match=r"shop\.lock"):
        Claim.take(tmp_path / "shop.lock", ANNA)
    assert (tmp_path / "precious").read_text() == "keep"


def test_the_same_stack_in_the_same_place_has_the_same_lock_for_everybody(tmp_path: Path) -> None:
    mine = lock_path("shop", Path("/opt/shop"), None)
    assert mine == lock_path("shop", Path("/opt/shop"), None)
    assert mine != lock_path("shop", Path("/tmp/demo"), None)
    assert mine != lock_path("other", Path("/opt/shop"), None)
    assert lock_path("a/../b", Path("/x"), tmp_path).parent == tmp_path
