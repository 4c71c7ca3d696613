"""A run in the hands of its holder: one loop over the pty, the step, the clock and the consoles.

It decides nothing: consoles ask it to write entries and to start parts (run/wire.py says how). What runs is in `work`,
the consoles in `gathering`, the terminals of people in `seats`. Standard library only.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from opsconsole.run.gathering import Gathering
from opsconsole.run.guests import Guest, Refused
from opsconsole.run.helm import Helm
from opsconsole.run.idle import IDLE, Patience, others_in_our_session
from opsconsole.run.journal import FILE, Journal, as_json
from opsconsole.run.kinds import BY_HOLDER, Kind
from opsconsole.run.lock import Claim, Claimed
from opsconsole.run.prompting import Passwords
from opsconsole.run.seats import Seats
from opsconsole.run.starting import lost_parts, lost_shell
from opsconsole.run.terminal import Terminal, boot_id
from opsconsole.run.work import Work

_AGAIN_IN: Final = 0.03
"""Seconds after which it is tried again to hand on what there was no room for."""
_IS_IT_THERE_EVERY: Final = 2.0
"""Seconds between two looks whether the run's folder is still there: without it there is nothing left to hold."""


class HeldRun:
    """Everything one holder has. All of it happens in `serve`, in one thread.

    OSError where the journal cannot be written, ValueError where it is damaged.
    """

    def __init__(self, folder: Path, listener: socket.socket, umask: int, idle: float = IDLE) -> None:
        self.folder = folder
        self.closed = False
        self._selector = selectors.DefaultSelector()
        self._terminal = Terminal()
        self._journal = Journal(folder / FILE)
        self._passwords = Passwords()
        self._claim: Claim | None = None
        self._told_to_end = False
        self._patience_left = Patience(time.monotonic(), idle, others_in_our_session)
        self._gathering = Gathering(folder, listener, self._selector, self._obey, self._farewell)
        self._helm = Helm(self._gathering.tell)
        self._work = Work(folder, self._terminal, umask, self._passwords, self._write, self._gathering.tell)
        self._seats = Seats(self._terminal, self._gathering, self._passwords, lambda: self._work.running)
        self._orders: dict[str, Callable[[dict[str, Any], Guest], dict[str, Any]]] = {
            "hello": self._hello,
            "make way": self._make_way,
            "append": self._append,
            "start": self._start,
            "knows": lambda message, guest: {"known": sorted(self._work.secrets)},
            "interrupt": self._work.interrupt,
            "terminate": self._work.terminate,
            "input": self._seats.input,
            "resize": self._seats.resize,
            "attach": self._seats.attach,
            "detach": self._seats.detach,
            "seen": self._seats.seen,
        }
        self._listen_to_signals()

    def _listen_to_signals(self) -> None:
        self._waker, waking = socket.socketpair()
        for end in (self._waker, waking):
            end.setblocking(False)
        self._waking = waking
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGTERM, self._end_soon)

    def serve(self) -> None:
        """Until the run has ended, or nobody has come for long."""
        self._selector.register(self._waker, selectors.EVENT_READ, self._woken)
        self._selector.register(self._terminal.master, selectors.EVENT_READ, self._printed)
        while not self._may_leave():
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._look_after()
        for guest in self._gathering.guests:
            guest.flush()
        if self._claim is not None:
            self._claim.release()

    def take_over(self) -> None:
        """Say in the journal what the holder before us, if there was one, can no longer say."""
        before = self._journal.entries_read
        if self._journal.torn:
            self._write(Kind.TORN, {"text": self._journal.torn[:4096]})
        for part in lost_parts(before):
            self._write(Kind.LOST, part)
        if (shell := lost_shell(before)) is not None:
            self._write(Kind.SHELL_ENDED, shell)
        self._write(Kind.HOLDER, {"pid": os.getpid(), "boot": boot_id()})
        self._journal.entries_read = ()

    def _write(self, kind: str, data: dict[str, Any]) -> int:
        entry = self._journal.append(kind, self._passwords.hidden(data))
        self._gathering.tell({"event": "entry", "entry": as_json(entry)})
        return entry.seq

    # --- the loop ------------------------------------------------------------------------------------------------

    def _patience(self) -> float:
        now = time.monotonic()
        moments = [self._patience_left.until, now + _IS_IT_THERE_EVERY, *self._work.moments()]
        moments += self._seats.moments(now)
        if self._gathering.behind or self._terminal.type_on():
            moments.append(now + _AGAIN_IN)
        return max(0.0, min(moments) - now)

    def _look_after(self) -> None:
        """What is due after each round of the loop, whatever woke us."""
        now = time.monotonic()
        self._work.due(now)
        self._seats.due(now)
        if self._gathering.guests or self._work.running:
            self._patience_left.seen(now)
        self._gathering.look_after()

    def _may_leave(self) -> bool:
        if self._work.running is not None:
            return False
        is_there = (self.folder / FILE).exists()
        if self._work.unsaved is not None:
            return self._told_to_end or not is_there
        if self.closed or self._told_to_end or not is_there:
            return True
        return not self._gathering.guests and self._patience_left.is_over(time.monotonic())

    def _end_soon(self, number: int, frame: object) -> None:
        """The box goes down, or somebody wants us gone: the step is asked to end, and its result is still written."""
        self._told_to_end = True
        self._work.end_soon()

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            self._waker.recv(4096)

    def _printed(self) -> None:
        if chunk := self._terminal.read():
            self._seats.window.printed(time.monotonic())
            self._work.printed(chunk)

    # --- consoles ------------------------------------------------------------------------------------------------

    def _obey(self, guest: Guest, order: str, message: dict[str, Any]) -> dict[str, Any]:
        if order == "helm":
            return self._helm.take(guest, message)
        if order == "hand over":
            return self._helm.hand_over(guest)
        self._helm.admit(guest, order)
        return self._orders[order](message, guest)

    def _farewell(self, guest: Guest) -> None:
        self._helm.hand_over(guest)
        self._patience_left.seen(time.monotonic())

    def _make_way(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """Leave, so that another user's holder can take the run."""
        self._helm.make_way(busy=self._work.is_at_it)
        self._told_to_end = True
        return {}

    def _hello(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        self._seats.welcome(guest)
        return {
            "pid": os.getpid(),
            "seq": self._journal.seq,
            **self._work.about(),
            "uid": os.geteuid(),
            "steered_by": self._helm.event()["who"],
        }

    def _on_the_same_page(self, message: dict[str, Any]) -> None:
        """Nothing is decided on an old view: somebody else may have moved the run, or started this very part."""
        if message["after"] != self._journal.seq:
            raise Refused("the run has moved on meanwhile", "moved")
        if self.closed:
            raise Refused("the run is over", "over")

    def _append(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        self._on_the_same_page(message)
        kind = Kind(message["kind"])
        if kind in BY_HOLDER:
            raise Refused(f"only the holder writes {kind}", "message")
        if kind is Kind.CLOSED and self._work.running is not None:
            raise Refused("a step is still running", "busy")
        seq = self._write(kind, message["data"])
        self.closed = kind is Kind.CLOSED
        if (kind is Kind.JUDGED and message["data"].get("ok")) or message["data"].get("keep"):
            self._work.take_over_secrets()
        return {"seq": seq}

    def _start(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        self._on_the_same_page(message)
        self._work.must_be_free()
        if message.get("lock") and self._claim is None:
            try:
                self._claim = Claim.take(Path(message["lock"]), message.get("claimant", {}))
            except Claimed as claimed:
                raise Refused(str(claimed), "locked") from None
        return {"seq": self._work.begin(message, self._seats.shown)}
