"""`opsconsole act`: start, stop, restart or recreate services, or open a shell in one, as the console's `x` does."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from opsconsole.cli.exits import RunExit
from opsconsole.model.action import ACTIONS
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from opsconsole.model.action import Offer
    from opsconsole.model.runbook import Runbook
    from opsconsole.model.stack import Service, Stack
    from opsconsole.run.session import Session
    from opsconsole.wiring import Parts

_LIVES: Final = ("container", "unit", "process")
"""Kinds of check whose look tells whether a service runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help=f"one of {', '.join(ACTIONS)}")
    parser.add_argument("services", nargs="+", metavar="SERVICE", help="a service of the stack")
    parser.add_argument("--reason", default="", help="why, for the record")
    parser.add_argument("--dry-run", action="store_true", help="print what would run, and its risk; start nothing")
    parser.add_argument("--yes-to", choices=["read"], help="run steps that only read without asking")
    parser.set_defaults(from_step=None)


def main(args: argparse.Namespace) -> int:
    """As `opsconsole run`; 1 where the action is not possible now, 2 where only looking is allowed."""
    return asyncio.run(_act(args))


async def _act(args: argparse.Namespace) -> int:
    from opsconsole.cli.parts import parts_here
    from opsconsole.run.actions.book import runbook_for

    parts = await parts_here(args)
    try:
        offer = await _offer(parts, args)
    except BaseException:
        await parts.close()
        raise
    _say_left_out(offer)
    if not offer.possible:
        await parts.close()
        return RunExit.STOPPED
    runbook = runbook_for(offer)
    if offer.refused or args.dry_run:
        from opsconsole.cli.run import dry_run

        code = dry_run(parts, runbook, {}, args)
        await parts.close()
        if offer.refused:
            print(f"opsconsole: {offer.refused}", file=sys.stderr)
        return code
    return await _run(parts, runbook, args)


async def _offer(parts: Parts, args: argparse.Namespace) -> Offer:
    """What the action comes to, by a look at these services alone."""
    from opsconsole.run.actions.menu import offer

    services = _meant(parts.stack, args.services)
    refs = {service.ref for service in services}
    checks = [check.name for check in parts.stack.checks if check.target.of in refs and check.kind in _LIVES]
    found = await parts.survey(services, await parts.ops_check(checks))
    guard = parts.guard
    return offer(args.action, found.subjects, found.tools, read_only=parts.read_only, forbids=guard.forbids)


def _meant(stack: Stack, names: Sequence[str]) -> list[Service]:
    """The services of these names, each once. TroubleError where the stack has none of one."""
    from difflib import get_close_matches

    known = [service.name for service in stack.services]
    troubles = []
    for name in dict.fromkeys(names):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"there are: {one_line(', '.join(known), 300) or 'none'}"
            troubles.append(Trouble(f"there is no service {one_line(name, 60)!r}", f"stack {stack.name}", remedy))
    if troubles:
        raise TroubleError(*troubles)
    return [found for name in dict.fromkeys(names) if (found := stack.service(name)) is not None]


def _say_left_out(offer: Offer) -> None:
    for name, why in offer.left_out:
        print(f"opsconsole: no {offer.action} of {one_line(name, 80)}: {one_line(why, 300)}", file=sys.stderr)


async def _run(parts: Parts, runbook: Runbook, args: argparse.Namespace) -> int:
    from opsconsole.cli.run import play
    from opsconsole.cli.run_lines import LineOperator

    operator = LineOperator.at_the_terminal(
        no_color=args.no_color, yes_to_read=args.yes_to == "read", contacts=parts.stack.contacts
    )

    async def open_session() -> Session:
        return await parts.begin_run(runbook, operator, reason=args.reason)

    return await play(parts, operator, open_session)
