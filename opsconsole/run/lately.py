"""What had changed on the box before a run, as a journal and a report hold it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from opsconsole.model.lately import PLURALS, Change, Kind, Lately, Unseen, nearest, silent
from opsconsole.model.markup import day_and_moment, text
from opsconsole.model.run import Entry
from opsconsole.model.units import duration

KEPT: Final = 100
"""Changes that a journal keeps: those nearest to the run."""

_REPORTED: Final = 20


def lately_data(lately: Lately) -> dict[str, Any]:
    """What the journal keeps of it."""
    return {
        "at": lately.at,
        "begin": lately.begin,
        "changes": [_data(one) for one in nearest(lately.changes, lately.at, KEPT)],
        "earlier": [_data(one) for one in lately.earlier],
        "unseen": [{"kind": one.kind, "reason": one.reason} for one in lately.unseen],
    }


def lately_from(entry: Entry) -> Lately:
    """What an entry holds; kinds that this version does not know are left out."""
    data = entry.data
    return Lately(
        data["at"],
        data["begin"],
        _changes(data["changes"]),
        _changes(data["earlier"]),
        tuple(Unseen(one["kind"], one["reason"]) for one in data["unseen"] if one["kind"] in PLURALS),
    )


def _data(one: Change) -> dict[str, Any]:
    return {
        "at": one.at,
        "kind": one.kind,
        "subjects": list(one.subjects),
        "what": one.what,
        "services": list(one.services),
        "times": one.times,
        "until": one.until,
    }


def _changes(raw: Sequence[dict[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(
            one["at"], one["kind"], tuple(one["subjects"]), one["what"], tuple(one["services"]), one["times"],
            one["until"],
        )
        for one in raw
        if one["kind"] in PLURALS
    )  # fmt: skip


def before_the_run(lately: Lately) -> str:
    """A section of a report: what changed before the run, the newest first, and what is not known of it."""
    shown = nearest(lately.changes, lately.at, _REPORTED)
    lines = [f"- {day_and_moment(one.last)} · {one.kind}: {text(one.words)}" for one in shown]
    if len(lately.changes) > len(shown):
        lines.append(f"- and {len(lately.changes) - len(shown)} more")
    if not shown:
        lines.append("- nothing that could be seen")
    lines += [f"- {words}" for words in _around(lately)]
    head = f"What changed here in the {duration(lately.at - lately.begin)} before the run"
    return f"## {head}\n\n" + "\n".join(lines)


def _around(lately: Lately) -> Iterator[str]:
    for one in lately.earlier:
        yield f"no {PLURALS[one.kind]}; the last at {day_and_moment(one.last)}: {text(one.words)}"
    kinds: list[Kind] = silent(lately)
    if kinds:
        yield f"none known: {', '.join(PLURALS[kind] for kind in kinds)}"
    for gap in lately.unseen:
        yield f"**not all known:** {PLURALS[gap.kind]}: {text(gap.reason)}"
