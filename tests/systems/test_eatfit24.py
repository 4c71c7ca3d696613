"""eatfit24: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.systems.eatfit24.box import Eatfit24
from tests.lab.systems.eatfit24.faults import FAULTS, QUICK
from tests.lab.systems.fault import Fault
from tests.lab.systems.harness import Bench, prove

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """The system for all tests of this file; nothing of it is left when they are through."""
    bench = Bench(lambda: Eatfit24().open())
    yield bench
    bench.close()


def test_beat_holds_too_much_and_its_runbook_repairs_it(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)
