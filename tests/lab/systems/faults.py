"""The faults of all systems, by the system's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.lab.systems.bookingbot import faults as bookingbot
from tests.lab.systems.brace import faults as brace
from tests.lab.systems.eatfit24 import faults as eatfit24
from tests.lab.systems.fault import Fault
from tests.lab.systems.lifetracker import faults as lifetracker
from tests.lab.systems.zachot import faults as zachot

FAULTS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "bookingbot": bookingbot.FAULTS,
    "brace": brace.FAULTS,
    "eatfit24": eatfit24.FAULTS,
    "lifetracker": lifetracker.FAULTS,
    "zachot": zachot.FAULTS,
}
