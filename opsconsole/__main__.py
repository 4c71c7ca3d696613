"""The entry point: finds the command, runs it, and sees to it that whatever happens ends in one line and a code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from opsconsole.cli.arguments import parsed

if TYPE_CHECKING:
    import argparse

    from opsconsole.wiring import Parts

_TROUBLE = 3  # cli/exits.py gives the codes their names; here every import counts
_INTERRUPTED = 130
_CLOSED_PIPE = 141  # 128 and SIGPIPE, as shells count it
_BRIEF = ("status", "check")  # over before garbage could matter
_SYSTEMD_FAILS = 255  # the one code by which an ExecCondition= fails its unit: 1 to 254 skip it (systemd.service(5))


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (None: those of the process) ask for; its exit code. Raises nothing."""
    words = sys.argv[1:] if words is None else words
    code = _whatever_happens(words)
    return _SYSTEMD_FAILS if code == _TROUBLE and "check" in words and "--systemd" in words else code


def _whatever_happens(words: Sequence[str]) -> int:
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a sign that the terminal lacks is no reason to say nothing
        code = _ended(words)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a closed pipe has a code of its own, and not when Python shuts down
        return code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        from opsconsole.cli.output import drop_stdout

        drop_stdout()
        return _CLOSED_PIPE
    except Exception as fault:
        return _failed(fault)


def _ended(words: Sequence[str]) -> int:
    """The code of the command, or that with which the reading of the words ended it (--help, bad usage)."""
    try:
        return _run(words)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0


def _run(words: Sequence[str]) -> int:
    gc.disable()  # what imports make lives as long as we do; searching it for garbage is a tenth of the start
    args = parsed(words)
    if args.no_color:
        os.environ["NO_COLOR"] = "1"  # the console's libraries and the pagers and steps below us go by it
    if args.theme:
        os.environ["OPSCONSOLE_THEME"] = args.theme  # as for colours: the console of the demo is a process of its own
    if not args.command:
        return _console(args)
    if args.command not in _BRIEF and not getattr(args, "once", False):
        gc.enable()
    return int(args.main(args))


def _console(args: argparse.Namespace) -> int:
    """The console opens first; then the stack file, whatever is wrong in it, or without one discovery, fills it."""
    streams = (sys.stdin, sys.stdout, sys.stderr)  # keys come by the first; the screen is drawn on the last
    if not all(stream is not None and stream.isatty() for stream in streams):
        _complain("the console needs a terminal; `opsconsole status` works without one")
        return _TROUBLE
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        _complain("TERM says that this terminal cannot place text, so the console cannot be drawn on it")
        _complain(
            "`opsconsole status` and `opsconsole run` work here; or set TERM to what it is, as in TERM=xterm-256color"
        )
        return _TROUBLE
    from opsconsole.tui.app import run_console

    return run_console(lambda: _parts(args), read_only=args.read_only)


async def _parts(args: argparse.Namespace) -> Parts:
    """Made once the first frame is painted: whoever was woken up sees that something happens before a file is read."""
    from opsconsole.cli.parts import parts_in_spite

    return await parts_in_spite(args)


def _failed(fault: Exception) -> int:
    """Say on stderr what went wrong, without a traceback unless somebody asked for it."""
    from opsconsole.model.text import one_line
    from opsconsole.model.trouble import TroubleError

    if os.environ.get("OPSCONSOLE_DEBUG"):
        import traceback

        traceback.print_exception(fault)
    elif isinstance(fault, TroubleError):
        for trouble in fault.troubles:
            _complain(one_line(str(trouble), 500))
    else:
        what = one_line(f"{type(fault).__name__}: {fault}", 300)
        _complain(f"internal error: {what}; run again with OPSCONSOLE_DEBUG=1 for the trace")
    return _TROUBLE


def _complain(line: str) -> None:
    try:
        print(f"opsconsole: {line}", file=sys.stderr)
    except OSError:
        return  # nobody listens any more; the code still tells


if __name__ == "__main__":
    sys.exit(main())
