"""From services to the menu of what can be done to them, and from there to a run. Files are read off the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from opsconsole.model.action import Offer
from opsconsole.model.stack import Service
from opsconsole.tui.marks import service_of
from opsconsole.tui.panes import FINDINGS
from opsconsole.tui.presentation.actions import Where

if TYPE_CHECKING:
    from opsconsole.model.check import Finding
    from opsconsole.tui.console import Console

_REASONS = 3
"""Findings that the reason of a run names."""

_LOOKING: Final = "looking what is possible…"


def open_actions(console: Console, services: Sequence[Service]) -> None:
    """The menu of actions on these services."""
    parts, snapshot = console.parts, console.snapshot
    if parts is None or snapshot is None or not services:
        console.say("x is for a service: none is under the cursor, and none is marked")
        return

    console.say(_LOOKING)

    async def open_it() -> None:
        from opsconsole.run.actions.menu import offers
        from opsconsole.tui.screens.actions import ActionsScreen

        try:
            found = await parts.survey(services, snapshot)
        finally:
            console.unsay(_LOOKING)
        made = offers(found.subjects, found.tools, read_only=console.read_only, forbids=parts.guard.forbids)
        where = Where(console.overview.host, found.tools.user, str(parts.stack.home))
        names = [service.name for service in services]
        console.push_screen(ActionsScreen(names, made, where, lambda offer: begin(console, offer)))

    console.run_worker(open_it(), group="looking what is possible", exclusive=True, exit_on_error=False)


def begin(console: Console, offer: Offer) -> None:
    """Show the action as the runbook that it is, with what is wrong with its services as the reason."""
    from opsconsole.run.actions.book import runbook_for
    from opsconsole.tui.opening import open_runbook

    wrong = [found for name in offer.names for found in wrong_with(console, name)][:_REASONS]
    reason = ", ".join(f"{found.check} {found.level.name}" for found in wrong)
    open_runbook(console, runbook_for(offer), reason, {}, min((found.since for found in wrong), default=None))


def wrong_with(console: Console, name: str) -> list[Finding]:
    """The findings about a service."""
    snapshot = console.snapshot
    if snapshot is None:
        return []
    about = ((found, service_of(snapshot, FINDINGS, found.check)) for found in snapshot.findings)
    return [found for found, service in about if service is not None and service.name == name]
