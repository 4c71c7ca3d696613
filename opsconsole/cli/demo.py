"""`opsconsole demo`: open the shop, let things go wrong in it, and show the console on it."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from types import FrameType


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--no-faults", action="store_true", help="open the shop, but let nothing go wrong in it")
    parser.add_argument(
        "--headless", action="store_true", help="no console: print the shop's folder and wait for Ctrl-C"
    )


def main(args: argparse.Namespace) -> int:
    """The console's own exit code, after everything that the shop started is gone again.

    The console is a process of its own, so that the shop is taken down even after that was killed.
    """
    from opsconsole.demo.faults import Faults
    from opsconsole.demo.stage import close_shop, open_shop, sweep

    if not args.headless and (sys.stdin is None or not sys.stdin.isatty()):
        print("opsconsole: the demo needs a terminal; with --headless it runs without the console", file=sys.stderr)
        return 3
    sweep()
    _say("opening the shop: two Redis servers, a web service, a producer, a worker, a thumbnailer …")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    shop = open_shop()
    faults = Faults(shop)
    try:
        if not args.no_faults:
            faults.start()
        if args.headless:
            print(shop.home, flush=True)
            while True:
                time.sleep(3600)
        command = [sys.executable, "-m", "opsconsole", "--stack", str(shop.home / "stack.toml")]
        if args.read_only:
            command.append("--read-only")
        return _wait(subprocess.Popen(command, env=shop.environment))
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # taking down is not to be cut short
        faults.stop()
        close_shop(shop)
        _say("the shop is closed: nothing of it is left running, and nothing on disk")


def _wait(console: subprocess.Popen[bytes]) -> int:
    """Ctrl-C belongs to the console, which shares our terminal; we only wait for its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return console.wait()
    finally:
        if console.poll() is None:
            console.terminate()
            console.wait()


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    try:
        print(f"opsconsole: {text}", file=sys.stderr, flush=True)
    except OSError:
        return  # the terminal is gone
