"""A run keeps what had changed on the box before it: at its start, in its journal and in its report."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from opsconsole.model.lately import SPAN, Change, Lately, Unseen
from opsconsole.model.questions import Yes
from opsconsole.model.run import Entry
from opsconsole.run import journal
from opsconsole.run.folder import read_run
from opsconsole.run.kinds import Kind
from opsconsole.run.lately import KEPT, lately_data, lately_from
from opsconsole.run.report import outputs_of, report
from tests.run.shop import Shop

NOW = float(int(time.time()))
SEEN = Lately(
    NOW,
    NOW - SPAN,
    (
        Change(NOW - 60, "start", ("web", "worker"), "made anew as v2", ("web", "worker"), 2, NOW - 58),
        Change(NOW - 90, "deploy", ("shop",), "at abcdef1: pull: *fast*"),
    ),
    (Change(NOW - 9 * SPAN, "boot", ("the box",), "booted, Linux 6.1"),),
    (Unseen("sign-in", "/var/log/wtmp cannot be read"),),
)
BOOK = "# Web is down\n\n```bash {name=look}\ntrue\n```\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_it_is_in_the_journal_and_in_the_report(shop: Shop) -> None:
    session, _ = await shop.begin(BOOK, [Yes(), Yes()], lately=SEEN)
    assert session.state.lately == SEEN
    await session.play()
    reading = journal.read(session.folder / journal.FILE)
    assert [entry.kind for entry in reading.entries].count(Kind.LATELY) == 1
    assert read_run(session.folder.parent.parent, session.folder.name).lately == SEEN
    told = report(reading.entries, outputs_of(session.folder, reading.entries), reading.head)
    section = told.partition("## What changed here in the 1 d before the run\n\n")[2].partition("\n\n##")[0]
    assert "· start: web, worker made anew as v2" in section
    assert "· deploy: shop at abcdef1: pull: \\*fast\\*" in section
    assert "- no boots; the last at " in section
    assert "- none known: changed files, packages, runs" in section
    assert "- **not all known:** sign-ins: /var/log/wtmp cannot be read" in section


def test_a_box_on_which_everything_changes_does_not_fill_the_journal() -> None:
    many = tuple(Change(NOW - 40 * n, "file", (f"f{n}",), "written") for n in range(500))
    data = lately_data(Lately(NOW, NOW - SPAN, many))
    assert len(data["changes"]) == KEPT
    assert lately_from(Entry(1, NOW, Kind.LATELY, data)).changes == many[:KEPT]
