"""The menu of actions: what is possible now, the one under the cursor with its commands in full. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opsconsole.model.action import Job, Offer
from opsconsole.model.text import one_line, plain
from opsconsole.tui.presentation.spans import Line, cut, line, words, wrap
from opsconsole.tui.presentation.table import Row

_ACTION = 11
"""Cells for the name of an action."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where commands run: the box, the user, and the folder of those that have none of their own."""

    host: str
    user: str
    home: str


def rows(offers: Sequence[Offer], where: Where, width: int) -> list[Row]:
    """A row for each action, keyed by its name."""
    return [_row(offer, where, width) for offer in offers]


def _row(offer: Offer, where: Where, width: int) -> Row:
    name = f"  {offer.action:{_ACTION - 2}}"
    if not offer.possible:
        (_, why), *others = offer.left_out
        same = all(reason == why for _, reason in others)
        said = cut(line((name, "dim"), *words(f"not possible: {why}", "dim")), width)
        return Row(offer.action, (said,), more=() if same else tuple(_left_out(offer, width)))
    head = cut(line((name, "strong"), *words(", ".join(offer.names), "value", 400)), width)
    return Row(offer.action, (head,), more=tuple(_plan(offer, where, width)))


def _plan(offer: Offer, where: Where, width: int) -> Iterator[Line]:
    for job in offer.jobs:
        yield from _command(job, where, width)
        if offer.action not in ("stop", "shell") and job.checks:
            proof = words(", ".join(job.checks), "dim", 400)
            yield from wrap(line(("    well when  ", "dim"), *proof), width, "    ")
        if job.undo:
            yield from wrap(line(("    undo  ", "dim"), *words(job.undo, "", 2000)), width, "    ")
    yield from _left_out(offer, width)
    for refused in filter(None, (offer.refused, offer.rule)):
        yield from wrap(line(("    ", ""), *words(refused, "degraded", 400)), width, "    ")
    if offer.by_name:
        yield from wrap(line(("    a name is to be typed before it runs", "dim")), width, "    ")


def _command(job: Job, where: Where, width: int) -> Iterator[Line]:
    for each in plain(job.text).splitlines():
        yield from wrap(line(("  $ ", "prompt"), (each, "command")), width, "    ")
    place = f"in {one_line(job.cwd or where.home)} on {one_line(where.host)} as {one_line(where.user)}"
    yield from wrap(line((f"    {place}", "dim")), width, "    ")


def _left_out(offer: Offer, width: int) -> Iterator[Line]:
    for name, why in offer.left_out:
        yield from wrap(line(("    not ", "dim"), *words(f"{name}: {why}", "dim", 400)), width, "    ")


def commands_of(offer: Offer) -> str:
    """The commands as text, to be copied."""
    return "\n".join(plain(job.text) for job in offer.jobs)
