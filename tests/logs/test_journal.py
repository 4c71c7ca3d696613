"""The journal of units: a real systemd with a real journal, followed by a real journalctl beside it."""

from __future__ import annotations

import asyncio
import os
from itertools import count
from pathlib import Path

import pytest

from opsconsole.logs.lines import Piece, Wanted
from opsconsole.logs.readers.journal import _lines_of, _Place, read_unit
from tests.lab.systemd import LabSystemd
from tests.logs.reading import all_of, heard_of
from tests.probes.test_log_units import JOURNALD
from tests.support.waiting import wait_for, wait_until

SAYS = (
    "StandardOutput=journal\nStandardError=journal\n"
    'ExecStart=/bin/sh -c \'echo one; echo "<3>two"; while read line </run/say; do echo "$line"; done; sleep 600\'\n'
)


NUMBERS = count(1)


@pytest.fixture
def unit() -> str:
    """A name that no other test has: the journal keeps what those have written."""
    return f"logs-{next(NUMBERS)}.service"


@pytest.fixture
def api(unit: str, systemd: LabSystemd) -> LabSystemd:
    """A systemd that keeps a journal, in which `unit` has written two lines, and writes what /run/say is told."""
    systemd.container.exec("mkdir", "-p", "/run/log/journal")
    systemd.container.exec("sh", "-c", "test -p /run/say || mkfifo /run/say")
    systemd.add("systemd-journald.service", JOURNALD)
    systemd.start("systemd-journald.service")
    systemd.add(unit, SAYS)
    systemd.start(unit)
    wait_until("it to have written", lambda: "two" in systemd.container.exec("journalctl", "--no-pager", "-u", unit))
    return systemd


@pytest.mark.engine
@pytest.mark.systemd
async def test_the_lines_of_a_unit_are_followed_with_their_times_and_levels(api: LabSystemd, unit: str) -> None:
    pieces: list[Piece] = []

    async def noted():
        async for piece in read_unit(unit, Wanted(100), True, api.prefix):
            pieces.append(piece)
            yield piece

    async with heard_of(noted()) as heard:
        assert [line for line in heard.texts if not line.startswith("systemd: ")] == ["one", "two"]
        assert heard.whole
        api.container.exec("sh", "-c", "echo three > /run/say")
        await heard.line("three")
    lines = {line.text: line for piece in pieces for line in piece.lines}
    assert lines["two"].level is not None
    assert lines["one"].level is None
    assert lines["one"].time is not None
    assert heard.texts.count("one") == 1


@pytest.mark.engine
@pytest.mark.systemd
async def test_the_last_lines_and_a_unit_that_is_not_there(api: LabSystemd, unit: str) -> None:
    last = await all_of(read_unit(unit, Wanted(1), False, api.prefix))
    assert len(last.texts) == 1
    assert not last.whole
    assert (await all_of(read_unit("nobody.service", Wanted(5), False, api.prefix))).texts == []


async def test_journalctl_ends_with_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in its place that never ends: what is left of it is nothing."""
    program = tmp_path / "journalctl"
    program.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nsleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    pieces = read_unit("api.service", Wanted(5), True)
    task = asyncio.ensure_future(anext(pieces))
    pids = tmp_path / "pids"
    await wait_for("it to run", lambda: pids.exists() and pids.read_text())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await pieces.aclose()
    pid = int(pids.read_text())
    await wait_for("it to have ended", lambda: not Path(f"/proc/{pid}").exists())


async def test_without_journalctl_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    heard = await all_of(read_unit("api.service", Wanted(5), False))
    assert heard.said == ["journalctl is not installed here, so the journal cannot be read"]


@pytest.mark.parametrize(
    ("entry", "texts"),
    [
        (b'{"MESSAGE":"a\\nb","__REALTIME_TIMESTAMP":"1767794531000000"}', ["a", "b"]),
        (b'{"MESSAGE":[104,105,255],"__REALTIME_TIMESTAMP":"1767794531000000"}', ["hi\N{REPLACEMENT CHARACTER}"]),
        (b'{"MESSAGE":["x","y"],"__REALTIME_TIMESTAMP":"1767794531000000"}', ["x", "y"]),
        (b'{"MESSAGE":null,"__REALTIME_TIMESTAMP":"1767794531000000"}', ["(no text)"]),
        (b'{"MESSAGE":"up","SYSLOG_IDENTIFIER":"systemd","__REALTIME_TIMESTAMP":"1"}', ["systemd: up"]),
        (b'{"MESSAGE":"\\u001b[31mred","__REALTIME_TIMESTAMP":"1"}', ["red"]),
        (b'{"MESSAGE":"no time"}', []),
        (b"-- No entries --", []),
        (b"[1]", []),
        (b"", []),
    ],
)
def test_what_an_entry_may_hold(entry: bytes, texts: list[str]) -> None:
    from opsconsole.logs.cleaning import Cleaner

    assert [line.text for line in _lines_of(entry, _Place(), Cleaner())] == texts
