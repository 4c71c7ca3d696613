"""`opsconsole watch --silence`, `--unsilence` and `--silences`: what nobody wants to hear of for a while."""

from __future__ import annotations

import argparse
import getpass
import time

from opsconsole.cli.exits import Exit
from opsconsole.cli.names import meant
from opsconsole.cli.output import write
from opsconsole.cli.parts import parts_from
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.units import duration, parse_duration
from opsconsole.watch.alerts.silences import silence, silences, unsilence
from opsconsole.watch.alerts.state import Silence


def change(args: argparse.Namespace) -> int:
    """Do what was asked, and print what is silenced then."""
    parts = parts_from(args)
    stack, path = parts.stack, parts.watch_silences
    now = time.time()
    if args.silence:
        meant(stack, [args.silence])  # a slip of the pen would silence nothing, in silence
        silence(path, Silence(args.silence, now + _lasts(args), _because(args), getpass.getuser(), now), now)
    if args.unsilence and not unsilence(path, args.unsilence, now):
        remedy = "see opsconsole watch --silences"
        raise TroubleError(Trouble(f"{one_line(args.unsilence, 60)} is not silenced", "--unsilence", remedy))
    write("".join(_line(one, now) for one in silences(path, now)) or "nothing is silenced\n")
    return Exit.OK


def _lasts(args: argparse.Namespace) -> float:
    if args.lasts is None:
        raise TroubleError(Trouble("a silence ends", "--silence", "say when: --for 2h"))
    try:
        seconds = parse_duration(args.lasts)
    except ValueError as fault:
        raise TroubleError(Trouble(str(fault), "--for", "")) from None
    if seconds <= 0:
        raise TroubleError(Trouble("more than 0 s is wanted here", "--for", "write it like 2h"))
    return seconds


def _because(args: argparse.Namespace) -> str:
    because = one_line(args.because)
    if not because:
        raise TroubleError(Trouble("whoever comes next wants to know why", "--silence", 'say it: --because "…"'))
    return because


def _line(one: Silence, now: float) -> str:
    return f"{one.name}  for {duration(one.until - now)} more, by {one_line(one.by, 40)}: {one_line(one.because)}\n"
