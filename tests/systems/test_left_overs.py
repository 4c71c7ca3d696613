"""What a killed lab leaves behind is found by its name and removed; what belongs to one that lives is let be."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.engine import owner_of
from tests.lab.systems import compose

pytestmark = pytest.mark.engine


def lay_down(project: str) -> None:
    """A folder, a volume and a network as a lab of that name has them."""
    (Path(tempfile.gettempdir()) / project).mkdir()
    for kind in ("volume", "network"):
        assert compose.docker(kind, "create", f"{project}_{kind}").returncode == 0


@pytest.fixture
def ours() -> Iterator[str]:
    compose.need_compose()
    project = compose.project_name("lab")
    yield project
    compose.remove(project)


def test_only_what_a_dead_lab_left_is_removed(ours: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    dead = f"opslab-lab-{owner_of(process.pid).replace('.', '-')}"
    lay_down(dead)
    lay_down(ours)
    compose.remove_left_overs()
    assert len(list(compose.left_of(dead))) == 3, "its process lives"
    process.communicate(b"\n")
    compose.remove_left_overs()
    assert list(compose.left_of(dead)) == []
    assert len(list(compose.left_of(ours))) == 3
