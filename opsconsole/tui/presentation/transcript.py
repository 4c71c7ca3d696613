"""What stands between the outputs of commands: the command above, how it ended below. Pure."""

from __future__ import annotations

from collections.abc import Collection

from opsconsole.model.run import PartState, StepState
from opsconsole.model.units import duration
from opsconsole.tui.presentation.spans import Line, line, words


def heading(step: StepState, part: PartState) -> Line:
    """The command that begins, without the comments over it."""
    text = part.text or part.command.text
    bare = "\n".join(each for each in text.split("\n") if not each.lstrip().startswith("#"))
    text = bare.strip() or text
    return line(("$ ", "prompt"), *words(text, "command"))


def ending(part: PartState) -> Line:
    """How it ended: code or signal, and how long it took."""
    took = part.seconds if part.seconds is not None else (part.ended or 0) - (part.started or 0)
    if part.exit is None:
        how = "ended, nobody knows how"
    elif part.exit < 0:
        how = f"ended by signal {-part.exit}"
    else:
        how = f"exit {part.exit}"
    good = part.exit == 0
    return line(("✓ " if good else "✗ ", "good" if good else "down"), (f"{how} · {duration(max(took, 0))}", "dim"))


def expected(step: StepState, seen: Collection[str]) -> list[Line]:
    """Which of the expected lines were printed; nobody says that one that was not is a failure."""
    return [
        line(
            *(
                (("✓ ", "good"), ("expected  ", "dim"))
                if each in seen
                else (("? ", "unknown"), ("not seen word for word  ", "dim"))
            ),
            *words(each, "value"),
        )
        for each in step.step.expected
    ]
