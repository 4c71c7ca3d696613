"""Where everything stands, in a file that another program reads while it is written."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace

from opsconsole.model.alerts import AlertSettings, Failed, Sent
from opsconsole.model.verdict import Level
from opsconsole.watch.senders import Around, open_publishers
from tests.cli.looks import AT, look, standing
from tests.support.prometheus import parse, value

SICK = look(standing("web.health", Level.DOWN, "refuses connections"), standing("web.process", Level.OK))


def publisher(file, tmp_path, timeout=10.0):
    (only,) = open_publishers(AlertSettings(textfile=str(file)), Around(tmp_path, {}, timeout))
    return only


async def test_the_file_says_where_each_check_stands_and_when_that_was(tmp_path):
    file = tmp_path / "opsconsole.prom"
    assert await publisher(file, tmp_path).publish(SICK) == Sent()
    found = parse(file.read_text())
    assert value(found, "opsconsole_check_level", check="web.health") == 3
    assert value(found, "opsconsole_last_round_timestamp_seconds", stack="eatfit24") == AT


async def test_another_user_may_read_it_whatever_our_umask(tmp_path):
    file = tmp_path / "opsconsole.prom"
    before = os.umask(0o077)
    try:
        await publisher(file, tmp_path).publish(SICK)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.endswith(".prom")] == ["opsconsole.prom"]


async def test_who_reads_meanwhile_never_sees_half_of_it(tmp_path):
    file = tmp_path / "opsconsole.prom"
    shown = publisher(file, tmp_path)
    await shown.publish(SICK)
    torn: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                parse(file.read_text())
            except (AssertionError, OSError) as fault:
                torn.append(repr(fault))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        many = [standing(f"c{n}.health", Level.DOWN) for n in range(number % 7 * 10)]
        assert await shown.publish(look(*many)) == Sent()
    done.set()
    reader.join()
    assert torn == []
    assert {entry.name for entry in tmp_path.iterdir() if entry.is_file()} == {"opsconsole.prom"}


async def test_a_folder_that_is_not_there_is_said_with_the_command_that_makes_it(tmp_path):
    outcome = await publisher(tmp_path / "gone" / "opsconsole.prom", tmp_path).publish(SICK)
    assert isinstance(outcome, Failed) and outcome.for_good
    assert f"sudo install -d -o root {tmp_path}/gone" in outcome.why or "sudo install -d -o " in outcome.why


async def test_what_cannot_be_written_leaves_the_last_one_and_no_rest(tmp_path):
    file = tmp_path / "opsconsole.prom"
    file.mkdir()  # a name that is taken, which also root cannot write over
    outcome = await publisher(file, tmp_path).publish(SICK)
    assert isinstance(outcome, Failed) and "cannot be written" in outcome.why and not outcome.for_good
    assert {entry.name for entry in tmp_path.iterdir()} == {"opsconsole.prom", "home"}


async def test_a_disk_that_hangs_keeps_nobody_waiting(tmp_path, monkeypatch):
    going_on = threading.Event()
    monkeypatch.setattr("opsconsole.watch.senders.textfile.replace_file", lambda *words: going_on.wait())
    shown = publisher(tmp_path / "opsconsole.prom", tmp_path, timeout=0.1)
    try:
        for _ in range(2):
            outcome = await shown.publish(replace(SICK, at=AT + 1))
            assert isinstance(outcome, Failed) and "hangs" in outcome.why
    finally:
        going_on.set()
