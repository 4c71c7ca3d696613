"""`make lab SYSTEM=eatfit24`: builds that system here from real parts, opens the console on it, and clears it away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tests.lab.systems.bookingbot.box import Bookingbot
from tests.lab.systems.brace.box import Brace
from tests.lab.systems.eatfit24.box import Eatfit24
from tests.lab.systems.lifetracker.box import Lifetracker
from tests.lab.systems.system import ROOT, System, console, way_to
from tests.lab.systems.zachot.box import Zachot

SYSTEMS: dict[str, Callable[[], System]] = {
    "bookingbot": lambda: Bookingbot().open(),
    "brace": lambda: Brace().open(),
    "eatfit24": lambda: Eatfit24().open(),
    "lifetracker": lambda: Lifetracker().open(),
    "zachot": lambda: Zachot().open(),
}
"""How each system is opened."""


def main(name: str) -> int:
    """Open the system called `name`, and the console on it; what the console exits with."""
    if name not in SYSTEMS:
        print(f"lab: there is no system {name}; make lab SYSTEM={'|'.join(SYSTEMS)}", file=sys.stderr)
        return 3
    print(f"lab: building {name} from real parts; this takes half a minute", file=sys.stderr)
    system = SYSTEMS[name]()
    try:
        print(f"lab: its home is {system.home}, its stack file {system.stack_file}", file=sys.stderr)
        words = [*way_to(system, terminal=True), *console(system)]
        return subprocess.run(words, cwd=ROOT, env=dict(system.environment), check=False).returncode
    finally:
        system.close()
        print(f"lab: nothing of {name} is left", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
