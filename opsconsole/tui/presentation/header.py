"""The header: which stack on which host, how bad it is, and whether this console may change anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.box import box_level, box_line
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, between, cut, join, line, width, words

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot

_DOT: Final = Span(" · ", "dim")
_ROOM_FOR_BOX: Final = 30
"""Lines of screen from which the box has a line of its own even when it is well."""

_ROOM_FOR_A_WATCH: Final = 110
_ROOM_FOR_A_WRONG_WATCH: Final = 76
"""Columns from which it is said when the watch last looked."""

_ROOM_FOR_CLOCK: Final = 36
"""Columns from which there is a clock beside the verdict."""


def lines(
    snapshot: Snapshot | None, name: str, size: int, screen_lines: int, host: str, now: float, *,
    read_only: bool, watch: tuple[Line, bool] = ((), False),
) -> list[Line]:  # fmt: skip
    """The header's lines, one or two, each `size` cells wide at most. `now` is the clock, epoch seconds.

    `name` is that of the stack, which may be known before the first snapshot. `watch` is what is said of the watch, and
    whether that is something wrong, for which there is room sooner.
    """
    right = _right(snapshot, now, size, watch, read_only=read_only) if size >= _ROOM_FOR_CLOCK else ()
    first = between(_left(snapshot, name, host, size - width(right) - 3, read_only=read_only), right, size - 2)
    out = [(Span(" "), *first, Span(" "))]
    box = box_line(snapshot, size - 2) if snapshot is not None else ()
    if snapshot is not None and box and (screen_lines >= _ROOM_FOR_BOX or box_level(snapshot) is not Level.OK):
        out.append((Span(" "), *box))
    return out


def verdict(snapshot: Snapshot | None) -> Line:
    """The worst level in a word, and how many findings there are."""
    if snapshot is None or not snapshot.latest:
        return line(("looking…", "dim"))
    found = snapshot.findings
    level = snapshot.level
    if not found:
        checks = len(snapshot.standings)
        return line(("OK", "good"), _DOT, (f"{checks} checks" if checks else "no checks yet", "dim"))
    many = f"{len(found)} findings" if len(found) > 1 else "1 finding"
    return line((f" {level.name} ", f"badge-{LEVEL_STYLES[level]}"), _DOT, many)


def _left(snapshot: Snapshot | None, stack: str, host: str, room: int, *, read_only: bool) -> Line:
    """What matters most comes first where room is short: the verdict stays, the host goes."""
    name = words(stack, "title", 40)
    at = line((" @ ", "dim"), *words(host, "", 40))
    state = verdict(snapshot)
    guarded = line(("READ-ONLY", "key")) if read_only else ()
    for parts in ([(*name, *at), state, guarded], [name, state, guarded], [state, guarded]):
        found = join(parts, _DOT)
        if width(found) <= room:
            return found
    return cut(state, room)


def _right(snapshot: Snapshot | None, now: float, size: int, watch: tuple[Line, bool], *, read_only: bool) -> Line:
    clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S")
    parts = [line((clock, "value"), (" UTC", "dim"))]
    if size >= 100:
        parts.append(line((f"round {duration(snapshot.took)}", "dim")) if snapshot and snapshot.rounds else ())
    if size >= 110 and not read_only:
        parts.insert(0, line(("read-only off", "dim")))
    words, wrong = watch
    if size >= (_ROOM_FOR_A_WRONG_WATCH if wrong else _ROOM_FOR_A_WATCH):
        parts.insert(0, words)
    return join(parts, _DOT)
