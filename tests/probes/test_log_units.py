"""The journal of units: a real systemd with a real journal, read by a real journalctl beside it."""

from __future__ import annotations

import json

import pytest

from tests.lab.systemd import LabSystemd
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.systemd]

JOURNALD = "Type=notify\nExecStart=/lib/systemd/systemd-journald\n"
SAYS = "StandardOutput=journal\nStandardError=journal\nExecStart=/bin/sh -c 'echo one; echo ERROR two; sleep 600'\n"
LOOK = """
import asyncio, json
from opsconsole.model.paths import LogOf
from opsconsole.model.sample import Target
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
async def main():
    targets = [Target("log", "it", LogOf(**of)) for of in {ofs!r}]
    for sample in await open_probe("log", World()).read(targets, 20):
        print(json.dumps(sample.problem.reason if sample.problem else sample.value.lines))
asyncio.run(main())
"""


@pytest.fixture
def journal(systemd: LabSystemd) -> LabSystemd:
    """A systemd that keeps a journal, in memory."""
    systemd.container.exec("mkdir", "-p", "/run/log/journal")
    systemd.add("systemd-journald.service", JOURNALD)
    systemd.start("systemd-journald.service")
    assert "active" in systemd.container.exec("systemctl", "is-active", "systemd-journald.service")
    return systemd


def test_the_lines_of_a_unit_and_only_its_own(journal):
    journal.add("api.service", SAYS)
    journal.add("other.service", SAYS.replace("one", "somebody else"))
    for name in ("api.service", "other.service"):
        journal.start(name)
        written = lambda name=name: "two" in journal.container.exec("journalctl", "--no-pager", "-u", name)  # noqa: E731
        wait_until(f"{name} to have written", written)
    ofs = [{"unit": "api.service"}, {"unit": "api.service", "lines": 1}, {"unit": "api.service", "span": 3600.0},
           {"unit": "nobody.service"}]  # fmt: skip
    own, last, lately, nobody = (json.loads(line) for line in journal.python(LOOK.format(ofs=ofs)).splitlines())
    assert [line for line in own if line in ("one", "ERROR two")] == ["one", "ERROR two"]
    assert not [line for line in own if "somebody else" in line]
    assert len(last) == 1 and set(last) <= set(own)
    assert "ERROR two" in lately
    assert nobody == []
