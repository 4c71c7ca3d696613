"""What a script can do to the box: read, change, destroy, or not known, worked out from its syntax tree.

The safety property: what changes or destroys is never taken for a look. So whatever is not understood (a program
that no table describes, a hidden word, a script that does not parse) is UNKNOWN or CHANGE, never READ.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

from opsconsole.model.runbook import Command, Risk
from opsconsole.model.text import one_line
from opsconsole.runbook.endless import is_endless
from opsconsole.runbook.full_screen import takes_screen
from opsconsole.runbook.judge import Judged, judge, worst
from opsconsole.runbook.marks import blanked
from opsconsole.runbook.pieces import Piece, split_commands
from opsconsole.runbook.table import Judgement

OPENING: Final = ("opens a shell", "opens an editor")
"""Why a command needs the whole terminal, where it does not draw on it; behind the first come lines for inside."""
_LONGEST: Final = 80
_ELSEWHERE: Final = re.compile(
    r"\b(?:on|from) (?:your|my) (?:own |local )?(?:machine|laptop|workstation|computer|box)\b|\blocally\b|"
    r"на (?:своей|вашей|локальной|рабочей) машине|\bлокально\b",
    re.IGNORECASE,
)


def assess(script: str, declared: Collection[str] = ()) -> tuple[Command, ...]:
    """The commands at the top of `script`, each with its own risk, the reason, and the comment over it.

    `declared` are the inputs whose `{{ name }}` is a placeholder. A script of comments alone has no commands.
    """
    return _assess(script, frozenset(declared))


def overall(commands: Iterable[Command]) -> Risk:
    """The worst risk; READ where there is no command."""
    return max((command.risk for command in commands), default=Risk.READ)


@lru_cache(maxsize=4096)
def _assess(script: str, declared: frozenset[str]) -> tuple[Command, ...]:
    source = blanked(script, declared)
    judged = judge(source)
    found: list[Command] = []
    inside = False
    for piece in split_commands(script, source):
        judgement = _of(piece, judged)
        text = source.encode()[piece.begin : piece.end].decode(errors="replace")
        found.append(
            Command(
                piece.text,
                judgement.risk,
                one_line(judgement.why, _LONGEST),
                piece.caption,
                piece.conditional,
                elsewhere=bool(_ELSEWHERE.search(piece.caption)),
                inside=inside,
                opens=judgement.why in OPENING or takes_screen(text),
                endless=is_endless(text),
            )
        )
        inside = (inside or judgement.why == OPENING[0]) and piece.text not in ("exit", "logout", "\\q", "quit")
    whole = worst([each.judgement for each in judged])
    if whole.risk > overall(found):  # something stands outside every piece: a heap of brackets, half a command
        return (Command(script.strip(), whole.risk, one_line(whole.why, _LONGEST)),)
    return tuple(found)


def _of(piece: Piece, judged: Sequence[Judged]) -> Judgement:
    """The worst of what overlaps a piece: its own commands, and a fault of the whole."""
    return worst([each.judgement for each in judged if each.simple.begin < piece.end and each.simple.end > piece.begin])
