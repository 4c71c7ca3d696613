"""No holder outlives the test that caused it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from opsconsole.run import journal, wire
from opsconsole.run.kinds import Kind


@pytest.fixture(autouse=True)
def nothing_left_running(tmp_path: Path) -> Iterator[None]:
    yield
    for file in tmp_path.rglob(journal.FILE):
        pid = wire.holder_of(file.parent)
        if pid:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for entry in journal.read(file).entries:
            if entry.kind == Kind.STARTED:
                with suppress(OSError):
                    os.killpg(entry.data["pid"], signal.SIGKILL)
