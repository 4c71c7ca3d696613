"""Follow a runbook on a box that is reached by a command: `python -m tests.lab.systems.follow STACK_FILE HOME`.

The script of the operator comes in as JSON, and what became of it goes out as JSON on the last line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand

_SAID = ("done", "skipped", "stopped", "ended", "why", "seen")


def script_of(hand: Hand) -> str:
    """What the operator is told, as text, but for the functions of its fault: these are no affair of a runbook's."""
    told = {field.name: getattr(hand.fault, field.name) for field in fields(Fault)}
    told |= {"break_it": None, "tidy": None, "fails": dict(hand.fault.fails), "inputs": dict(hand.fault.inputs)}
    told["edits"] = dict(hand.fault.edits)
    return json.dumps({"fault": told, "leave_out": hand.leave_out})


def take_over(hand: Hand, said: str) -> None:
    """Put into `hand` what the other end said on its last line."""
    for name, value in json.loads(said.splitlines()[-1]).items():
        setattr(hand, name, value)


async def play(stack_file: Path, hand: Hand) -> None:
    """The runbook from beginning to end, through the real machinery: session, guard, holder, journal."""
    from opsconsole.stack.load import load
    from opsconsole.wiring import Parts

    parts = Parts(load(stack_file))
    session = None
    try:
        runbook = parts.library.find(hand.fault.runbook)
        session = await parts.begin_run(runbook, hand, reason=hand.fault.name, inputs=hand.fault.inputs)
        await session.play()
        hand.ended, hand.why = session.state.ended or "", session.state.why_ended
    finally:
        if session is not None:
            await session.close()
        await parts.close()


def main(stack_file: str, script: str) -> None:
    """Play it and say what became of it."""
    told = json.loads(script)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in told["fault"].items()}
    hand = Hand(Fault(**given), told["leave_out"])
    asyncio.run(play(Path(stack_file), hand))
    print(json.dumps({name: value for name, value in asdict(hand).items() if name in _SAID}))


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.read())
