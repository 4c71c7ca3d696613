"""eatfit24: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.systems import compose
from tests.lab.systems.eatfit24.box import Eatfit24
from tests.lab.systems.eatfit24.faults import FAULTS, QUICK
from tests.lab.systems.harness import prove

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def lab() -> Iterator[Eatfit24]:
    """The system, open for all tests of this file; nothing of it is left when they are through."""
    lab = Eatfit24().open()
    yield lab
    lab.close()
    assert list(compose.left_of(lab.project)) == []


def test_beat_holds_too_much_and_its_runbook_repairs_it(lab: Eatfit24) -> None:
    prove(lab, QUICK)


@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(lab: Eatfit24, fault) -> None:
    prove(lab, fault)
