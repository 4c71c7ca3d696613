"""The holder: the small detached process that owns a run's pty, its running step and its journal.

`python -m opsconsole.run.holder FOLDER [IDLE]`. It keeps what must survive the console. Standard library only, so that
it starts at once.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from opsconsole.run import wire
from opsconsole.run.held import HeldRun
from opsconsole.run.idle import IDLE
from opsconsole.run.journal import RESERVE
from opsconsole.run.sharing import mask_for


def main(argv: list[str]) -> int:
    """Detach and serve the run in the folder named; what went wrong before that is one line on standard output.

    The caller reads standard output to its end: `ready`, or why not.
    """
    folder = Path(argv[0])
    idle = float(argv[1]) if len(argv) > 1 else IDLE
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")
    umask = os.umask(mask_for(folder))
    for number in (
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGTSTP,
        signal.SIGTTIN,
        signal.SIGTTOU,
        signal.SIGPIPE,
    ):
        signal.signal(number, signal.SIG_IGN)
    try:
        lock = _be_the_only_one(folder)
        listener = _listen(folder)
        held = HeldRun(folder, listener, umask, idle)
        held.take_over()
    except (OSError, ValueError) as error:
        print(f"the holder of this run cannot start: {error}", flush=True)
        return 1
    with suppress(BrokenPipeError):  # whoever had us started may be gone by now; the next console will find us
        print("ready", flush=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    try:
        held.serve()
    finally:
        with suppress(OSError):
            (folder / wire.SOCKET).unlink()
        if held.closed:
            with suppress(OSError):
                (folder / RESERVE).unlink()
        os.close(lock)
    return 0


def _be_the_only_one(folder: Path) -> int:
    """The lock that says that this run has a holder. OSError where it has one already."""
    lock = os.open(folder / wire.LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o660)
    give_up = time.monotonic() + 1
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:  # somebody who only looks whether we live holds it for a moment
            if time.monotonic() > give_up:
                raise OSError("another holder has it") from None
            time.sleep(0.01)
    with suppress(OSError):  # the lock counts; who has it is a courtesy for which a full disk may have no room
        os.pwrite(lock, f"{os.getpid():<12}".encode(), 0)
    return lock


def _listen(folder: Path) -> socket.socket:
    with suppress(FileNotFoundError):
        (folder / wire.SOCKET).unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with wire.meeting_place(folder) as path:
        listener.bind(path)
    listener.listen(8)
    return listener


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
