"""Which logs belong to what people call by name, and where plain processes write theirs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.logs.lines import Source, Wanted
from opsconsole.logs.readers.processes import places_of, read_processes, spread
from opsconsole.logs.sources import known, sources, sources_of
from opsconsole.model.paths import LogOf
from opsconsole.model.sample import Problem, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.stack import Service, Stack
from opsconsole.probes.base import World
from tests.logs.reading import heard_of
from tests.support.waiting import wait_for, wait_until

PLAIN = ProcessesRef("--role importer")
STACK = Stack(
    "shop",
    Path("/"),
    services=(Service("web", ContainerRef("shop-web")), Service("api", UnitRef("api.service")), Service("job", PLAIN)),
    watched=(
        Target("log", "web.errors", LogOf(file="/var/log/web/errors.log")),
        Target("log", "cron", LogOf(unit="cron.service", lines=5)),
        Target("log", "proxy", LogOf(container="shop-proxy", span=60.0)),
        Target("memory", "web", ContainerRef("shop-web")),
    ),
)


def test_a_service_has_its_own_log_and_the_files_of_checks_called_after_it() -> None:
    own, errors = sources_of(STACK, "web")
    assert own == Source("web", ContainerRef("shop-web"))
    assert errors == Source("errors.log", Path("/var/log/web/errors.log"))
    assert sources_of(STACK, "api") == [Source("api", UnitRef("api.service"))]


def test_a_check_of_a_log_has_that_log() -> None:
    assert [sources_of(STACK, name)[0].of for name in ("cron", "proxy", "web.errors")] == [
        UnitRef("cron.service"),
        ContainerRef("shop-proxy"),
        Path("/var/log/web/errors.log"),
    ]
    assert known(STACK) == ["web", "api", "job", "web.errors", "cron", "proxy"]


def test_several_names_are_each_place_once_and_those_without_a_log_are_named() -> None:
    found, none = sources(STACK, ["web", "web.errors", "nobody", "web"])
    assert [source.name for source in found] == ["web", "errors.log"]
    assert none == ["nobody"]
    assert sources(replace(STACK, watched=()), ["web.errors"]) == ([], ["web.errors"])


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[ProcessesRef]:
    """A process that writes one log by its output and another one by itself, and reads a third."""
    (tmp_path / "read.log").touch()
    lines = ("import time", "own, other = open('own.log', 'a'), open('read.log')", "print('up', flush=True)")
    (tmp_path / "importer.py").write_text("\n".join((*lines, "time.sleep(600)")))
    name = f"--importer={tmp_path.name}"
    with (tmp_path / "out.txt").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "importer.py", name],
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        wait_until("it to be up", lambda: "up" in (tmp_path / "out.txt").read_text())
        yield ProcessesRef(name)
    finally:
        process.kill()
        process.wait()


async def test_plain_processes_write_where_their_outputs_lead_and_to_logs_that_they_hold_open(
    importer: ProcessesRef, tmp_path: Path
) -> None:
    assert places_of(World(), importer) == [tmp_path / "out.txt", tmp_path / "own.log"]
    spread_out = await spread(World(), [Source("importer", importer), Source("web", ContainerRef("web"))])
    assert [source.name for source in spread_out] == ["out.txt", "own.log", "web"]


async def test_processes_that_do_not_run_are_waited_for() -> None:
    nobody = ProcessesRef("--role nobody-at-all")
    assert isinstance(places_of(World(), nobody), Problem)
    async with heard_of(read_processes(World(), nobody, "nobody", Wanted(5), True)) as heard:
        await wait_for("word of it", lambda: heard.said and "waits for it" in heard.said[0])
