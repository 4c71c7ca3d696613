"""`opsconsole watch`: looks again and again, or once from a timer, and tells people what is new."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from opsconsole.cli.exits import Exit, exit_of
from opsconsole.cli.output import write
from opsconsole.cli.parts import host, parts_here
from opsconsole.cli.watch_parts import Complaints, claim_of, grace_of, looked, silences_of, watcher_of
from opsconsole.cli.watch_text import news, summary
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.watch.alerts.box import boot
from opsconsole.watch.alerts.rounds import turn_of
from opsconsole.watch.alerts.watcher import Habits
from opsconsole.watch.collector import look_once
from opsconsole.watch.threads import wait_for_no_thread

if TYPE_CHECKING:
    from opsconsole.watch.alerts.claim import Claim
    from opsconsole.wiring import Parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="one round, for cron or a timer; exit codes as status")
    what.add_argument("--test", action="store_true", help="send a test by every way, and say what came of it")
    what.add_argument("--silence", metavar="CHECK", help="tell nothing of a check, or of a service (needs --for)")
    what.add_argument("--unsilence", metavar="CHECK", help="end a silence")
    what.add_argument("--silences", action="store_true", help="what is silenced now, until when and why")
    what.add_argument("--install-timer", action="store_true", help="print a unit and a timer for systemd")
    what.add_argument("--install-cron", action="store_true", help="print a line for cron")
    parser.add_argument("--for", dest="lasts", metavar="TIME", help="how long a silence lasts, like 2h")
    parser.add_argument("--because", metavar="WHY", default="", help="the reason for a silence")
    parser.add_argument(
        "--since-boot", metavar="TIME", help="tell nothing before the box has been up for so long (default: grace)"
    )
    parser.add_argument("--write", action="store_true", help="write what --install-… prints to where it belongs")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but what is wrong with the watch")


def main(args: argparse.Namespace) -> int:
    """With `--once` the code of the worst that counts; 3 also where all is well but nobody could be told."""
    _must_belong(args)
    if args.install_timer or args.install_cron:
        from opsconsole.cli.watch_install import install

        return install(args)
    if args.silence or args.unsilence or args.silences:
        from opsconsole.cli.watch_silences import change

        return change(args)
    if args.test or args.once:
        return asyncio.run(_test(args) if args.test else _once(args))
    from opsconsole.cli.watch_stay import stay

    return stay(args)


def _must_belong(args: argparse.Namespace) -> None:
    """Who forgets what an option is for gets no watch that stays, and believes in no silence that there is not."""
    for option, given in (("--for", args.lasts), ("--because", args.because)):
        if given and not args.silence:
            raise TroubleError(Trouble("it belongs to a silence", option, "name what to silence: --silence CHECK"))
    if args.write and not (args.install_timer or args.install_cron):
        raise TroubleError(Trouble("it writes what is installed", "--write", "add --install-timer or --install-cron"))


async def _once(args: argparse.Namespace) -> int:
    """One round, with all that it causes; where another watch is at work, only the look."""
    parts = await parts_here(args)
    try:
        claim = claim_of(parts)
        if claim is None:
            Complaints()("another watch of this stack is at work: it tells people, this one only looks")
            return exit_of((await look_once(parts.stack, parts.world)).standings.values())
        try:
            return await _round(parts, claim, args)
        finally:
            claim.release()
    finally:
        await parts.close()


async def _round(parts: Parts, claim: Claim, args: argparse.Namespace) -> int:
    complain = Complaints()
    watcher = watcher_of(parts, Habits(grace=grace_of(parts, args)), complain)
    try:
        state, stack = watcher.state, parts.stack
        turn = turn_of(state, stack.checks, parts.world.clock())
        snapshot, ooms = await asyncio.gather(look_once(stack, parts.world, turn), _ooms(parts, state.ran_at))
        found = watcher.saw(snapshot, boot(parts.world.proc, snapshot.at), silences_of(parts, complain), ooms)
        if not args.quiet:
            write(news(parts.stack.name, host(), snapshot.at, found.items))
        await asyncio.gather(watcher.deliver(), watcher.publish(snapshot))
        await watcher.ping()
        looked(parts, claim, watcher)
    finally:
        await watcher.close()
    levels = watcher.counted(snapshot)
    if not args.quiet:
        write(summary(parts.stack.name, host(), levels, watcher.state, len(found.items)))
    code = exit_of(levels)
    return Exit.UNKNOWN if code is Exit.OK and watcher.failing else code


async def _test(args: argparse.Namespace) -> int:
    """0 where every way took it, else 3."""
    from opsconsole.model.alerts import Failed
    from opsconsole.watch.alerts.watcher import tried

    wait_for_no_thread()
    parts = await parts_here(args)
    ways = parts.ways()
    try:
        outcomes = await tried(ways, parts.stack.name, host(), parts.world.clock())
    finally:
        await ways.close()
        await parts.close()
    if not outcomes:
        raise TroubleError(Trouble("no way to tell anybody", "[alerts]", "name one there: telegram, webhook, apprise"))
    for name, outcome in outcomes.items():
        write(f"✗ {name}: {outcome.why}\n" if isinstance(outcome, Failed) else f"✓ {name}: sent\n")
    return Exit.UNKNOWN if any(isinstance(outcome, Failed) for outcome in outcomes.values()) else Exit.OK


async def _ooms(parts: Parts, since: float) -> dict[str, float]:
    """What the engine remembers of the time since the last round, a little before it to be sure."""
    if not since or not any(target.kind == "container" for target in parts.stack.watched):
        return {}
    found = await parts.world.engine.past_ooms(since - 5)
    return found if isinstance(found, dict) else {}
