"""A run in the hands of its holder: one loop over the pty, the step, the clock and the consoles.

It decides nothing: consoles ask it to write entries and to start parts (run/wire.py says how). Standard library only.
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

from opsconsole.model.run import Prompt
from opsconsole.run import wire
from opsconsole.run.guests import Guest, Refused
from opsconsole.run.helm import Helm
from opsconsole.run.idle import IDLE, Patience, others_in_our_session
from opsconsole.run.journal import FILE, Journal, as_json
from opsconsole.run.kinds import BY_HOLDER, Kind
from opsconsole.run.lock import Claim, Claimed
from opsconsole.run.prompting import QUIET, Passwords
from opsconsole.run.running import Running
from opsconsole.run.starting import lost_parts, lost_shell, start, start_shell
from opsconsole.run.terminal import Terminal, boot_id
from opsconsole.run.window import Window

_TELL_EVERY: Final = 0.03
_RETRY_EVERY: Final = 2.0
_IS_IT_THERE_EVERY: Final = 2.0
"""Seconds between two looks whether the run's folder is still there: without it there is nothing left to hold."""


class HeldRun:
    """Everything one holder has. All of it happens in `serve`, in one thread.

    OSError where the journal cannot be written, ValueError where it is damaged.
    """

    def __init__(self, folder: Path, listener: socket.socket, umask: int, idle: float = IDLE) -> None:
        self.folder = folder
        self.umask = umask
        self.listener = listener
        self.terminal = Terminal()
        self.journal = Journal(folder / FILE)
        self.running: Running | None = None
        self.unsaved: dict[str, Any] | None = None
        self.claim: Claim | None = None
        self.secrets: dict[str, str] = {}
        """What parts have left that nobody may write down: it lives here alone, and is asked for anew after us."""
        self._secrets_to_be: dict[str, str] = {}
        self.guests: list[Guest] = []
        self.helm = Helm(self._tell)
        self.prompt: Prompt | None = None
        self.passwords = Passwords()
        self.window = Window(self.terminal)
        self.closed = False
        self.told_to_end = False
        self._patience_left = Patience(time.monotonic(), idle, others_in_our_session)
        self._tell_at: float | None = None
        self._retry_at = 0.0
        self._selector = selectors.DefaultSelector()
        self._waker, waking = socket.socketpair()
        for end in (self._waker, waking, listener):
            end.setblocking(False)
        self._waking = waking
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGTERM, self._told_to_end)
        self._orders: dict[str, Callable[[dict[str, Any], Guest], dict[str, Any]]] = {
            "hello": self._hello,
            "make way": self._make_way,
            "append": self._append,
            "start": self._start,
            "knows": lambda message, guest: {"known": sorted(self.secrets)},
            "input": self._input,
            "resize": self._resize,
            "interrupt": self._interrupt,
            "terminate": self._terminate,
            "attach": self._attach,
            "detach": self._detach,
            "seen": self._seen,
        }

    def serve(self) -> None:
        """Until the run has ended, or nobody has come for long."""
        self._selector.register(self.listener, selectors.EVENT_READ, self._welcome)
        self._selector.register(self._waker, selectors.EVENT_READ, self._woken)
        self._selector.register(self.terminal.master, selectors.EVENT_READ, self._printed)
        while not self._may_leave():
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._look_after()
        for guest in self.guests:
            guest.flush()
        if self.claim is not None:
            self.claim.release()

    def take_over(self) -> None:
        """Say in the journal what the holder before us, if there was one, can no longer say."""
        if self.journal.torn:
            self._write(Kind.TORN, {"text": self.journal.torn[:4096]})
        for part in lost_parts(self.journal.entries_read):
            self._write(Kind.LOST, part)
        if (shell := lost_shell(self.journal.entries_read)) is not None:
            self._write(Kind.SHELL_ENDED, shell)
        self._write(Kind.HOLDER, {"pid": os.getpid(), "boot": boot_id()})
        self.journal.entries_read = ()

    def _write(self, kind: str, data: dict[str, Any]) -> int:
        entry = self.journal.append(kind, self.passwords.hidden(data))
        self._tell({"event": "entry", "entry": as_json(entry)})
        return entry.seq

    # --- time ----------------------------------------------------------------------------------------------------

    def _patience(self) -> float:
        now = time.monotonic()
        moments = [self._patience_left.until, now + _IS_IT_THERE_EVERY]
        if self.running and (deadline := self.running.deadline()) is not None:
            moments.append(deadline)
        if self._tell_at is not None:
            moments.append(self._tell_at)
        if self.unsaved is not None:
            moments.append(self._retry_at)
        if any(guest.behind for guest in self.guests) or self.terminal.type_on():
            moments.append(now + _TELL_EVERY)
        if self.window.due_at is not None:
            moments.append(self.window.due_at)
        if self.running is not None and now < self.running.heard + QUIET:
            moments.append(self.running.heard + QUIET)
        return max(0.0, min(moments) - now)

    def _look_after(self) -> None:
        """What is due after each round of the loop, whatever woke us."""
        now = time.monotonic()
        if self.running is not None:
            self.running.due(now)
            if self.running.gone(self.terminal) and now >= self.running.mark_by:
                self._ended(self.running)
        if self.unsaved is not None and now >= self._retry_at:
            self._save_result(now)
        self.window.due(now)
        if self._tell_at is not None and now >= self._tell_at:
            self._tell_output()
        self._note_prompt(now)
        if self.guests or self.running:
            self._patience_left.seen(now)
        for guest in self.guests[:]:
            guest.flush()
            if guest.gone:
                self._farewell(guest)

    def _may_leave(self) -> bool:
        if self.running is not None:
            return False
        if self.unsaved is not None:
            return self.told_to_end or not (self.folder / FILE).exists()
        if self.closed or self.told_to_end or not (self.folder / FILE).exists():
            return True
        return not self.guests and self._patience_left.is_over(time.monotonic())

    def _told_to_end(self, number: int, frame: object) -> None:
        """The box goes down, or somebody wants us gone: the step is asked to end, and its result is still written."""
        self.told_to_end = True
        if self.running is not None and self.running.kill_at is None:
            self.running.terminate(time.monotonic())

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            self._waker.recv(4096)

    # --- the step ------------------------------------------------------------------------------------------------

    def _printed(self) -> None:
        chunk = self.terminal.read()
        if self.running is None or not chunk:
            return  # what earlier steps left running still prints; it belongs to no part
        self.window.printed(time.monotonic())
        over = self.running.take(chunk)
        if self._tell_at is None:
            self._tell_at = time.monotonic() + _TELL_EVERY
        if over:
            self._ended(self.running)

    def _shown(self, running: Running, chunk: bytes) -> None:
        """A piece of the output, masked: to those whose terminal is attached."""
        running.shown(chunk)
        for guest in self.guests:
            if guest.attached:
                guest.show(chunk)

    def _note_prompt(self, now: float) -> None:
        """Tell what the program asks for, once it has been quiet for a moment; and when it no longer does."""
        running, prompt = self.running, None
        if running is not None and running.exit is None:
            if now < running.heard + QUIET and self.prompt is None:
                return
            prompt = running.asking.prompt(echo=self.terminal.echoes, by_line=self.terminal.by_line)
            if self._attached():
                running.kept.release()
        if prompt != self.prompt:
            self.prompt = prompt
            self._tell(self._prompt_message())

    def _prompt_message(self) -> dict[str, Any]:
        prompt = self.prompt
        return {"event": "prompt", "text": prompt and prompt.text, "secret": bool(prompt and prompt.secret)}

    def _ended(self, running: Running) -> None:
        self.running = None
        self.unsaved = running.result()
        self._secrets_to_be = running.aftermath.values
        self._tell_output(running)
        self._save_result(time.monotonic())

    def _save_result(self, now: float) -> None:
        """The result on disk. Where the disk does not take it, it is kept and tried again: it must not be lost."""
        if self.unsaved is None:
            return
        try:
            self._write(Kind.ENDED if "step" in self.unsaved else Kind.SHELL_ENDED, self.unsaved)
        except OSError as error:
            self._retry_at = now + _RETRY_EVERY
            self._tell({"event": "stuck", "reason": f"its result cannot be written yet: {error.strerror}"})
        else:
            self.unsaved = None

    def _tell_output(self, running: Running | None = None) -> None:
        self._tell_at = None
        running = running or self.running
        if running is not None:
            self._tell({"event": "output", "output": running.output.name, "size": running.kept.size})

    # --- consoles ------------------------------------------------------------------------------------------------

    def _welcome(self) -> None:
        with suppress(BlockingIOError, OSError):
            connection, _ = self.listener.accept()
            guest = Guest(connection)
            self.guests.append(guest)
            self._selector.register(connection, selectors.EVENT_READ, lambda: self._hear(guest))

    def _farewell(self, guest: Guest) -> None:
        self.guests.remove(guest)
        self.helm.hand_over(guest)
        self._selector.unregister(guest.connection)
        guest.connection.close()
        self._patience_left.seen(time.monotonic())

    def _hear(self, guest: Guest) -> None:
        for message in guest.messages():
            try:
                answer = self._obey(guest, str(message.get("do")), message)
            except Refused as refused:
                answer = {"error": str(refused), "why": refused.why}
            except OSError as error:
                answer = {"error": f"{error.filename or self.folder}: {error.strerror}", "why": "disk"}
            except (KeyError, TypeError, ValueError) as error:
                answer = {"error": f"the holder does not understand this: {error!r}", "why": "message"}
            guest.say({"id": message.get("id"), **answer})

    def _obey(self, guest: Guest, order: str, message: dict[str, Any]) -> dict[str, Any]:
        if order == "helm":
            return self.helm.take(guest, message)
        if order == "hand over":
            return self.helm.hand_over(guest)
        self.helm.admit(guest, order)
        return self._orders[order](message, guest)

    def _make_way(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """Leave, so that another user's holder can take the run."""
        self.helm.make_way(busy=self.running is not None or self.unsaved is not None)
        self.told_to_end = True
        return {}

    def _tell(self, message: dict[str, Any]) -> None:
        for guest in self.guests:
            guest.say(message)

    def _hello(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        running = self.running
        if self.prompt is not None:
            guest.say(self._prompt_message())
        return {
            "pid": os.getpid(),
            "seq": self.journal.seq,
            "running": running and {**running.about, "pid": running.pid, "size": running.kept.size},
            "unsaved": self.unsaved,
            "uid": os.geteuid(),
            "steered_by": self.helm.event()["who"],
        }

    def _on_the_same_page(self, message: dict[str, Any]) -> None:
        """Nothing is decided on an old view: somebody else may have moved the run, or started this very part."""
        if message["after"] != self.journal.seq:
            raise Refused("the run has moved on meanwhile", "moved")
        if self.closed:
            raise Refused("the run is over", "over")

    def _append(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        self._on_the_same_page(message)
        kind = Kind(message["kind"])
        if kind in BY_HOLDER:
            raise Refused(f"only the holder writes {kind}", "message")
        if kind is Kind.CLOSED and self.running is not None:
            raise Refused("a step is still running", "busy")
        seq = self._write(kind, message["data"])
        self.closed = kind is Kind.CLOSED
        if (kind is Kind.JUDGED and message["data"].get("ok")) or message["data"].get("keep"):
            self.secrets |= self._secrets_to_be  # taken over, as the run's state does (core.py)
        return {"seq": seq}

    def _start(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        self._on_the_same_page(message)
        if self.running is not None or self.unsaved is not None:
            raise Refused("a step is still running", "busy")
        if message.get("lock") and self.claim is None:
            try:
                self.claim = Claim.take(Path(message["lock"]), message.get("claimant", {}))
            except Claimed as claimed:
                raise Refused(str(claimed), "locked") from None
        begin = start_shell if "number" in message else start
        running, seq = begin(
            message, self.folder, self.terminal, self.umask, self._write, self.secrets, self.passwords.known
        )
        running.kept.tap = lambda chunk: self._shown(running, chunk)
        self.running = running
        return {"seq": seq}

    # --- the person's terminal -----------------------------------------------------------------------------------

    def _attached(self) -> bool:
        return any(guest.attached for guest in self.guests)

    def _attach(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """Its terminal becomes that of what runs: how it looked so far, and all that is printed from now on.

        Where all of it is still there and no terminal has seen it yet, it is given as it was printed (`fresh`).
        """
        if self.running is None:
            raise Refused("nothing is running that could have the terminal", "idle")
        running = self.running
        guest.attach()
        fresh, running.attached_before = running.fresh, True
        self.window.resize(int(message["cols"]), int(message["rows"]))
        if not fresh:
            self.window.draw_again()
        return {
            "fresh": fresh,
            "recent": wire.as_text(running.recent),
            "modes": wire.as_text(running.modes.as_set()),
            "full_screen": running.modes.full_screen,
        }

    def _detach(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        guest.attached = False
        return {}

    def _seen(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        if self.running is not None:
            guest.seen(int(message["count"]), self.running.recent)
        return {}

    def _input(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """What is typed. At a hidden prompt it is a password: from then on nobody is to see it."""
        if self.running is None:
            raise Refused("nothing is running that could read it", "idle")
        keys = wire.as_bytes(message["data"]) if "data" in message else str(message["text"]).encode("utf-8", "replace")
        asked = self.running.asking.prompt(echo=self.terminal.echoes, by_line=self.terminal.by_line)
        if asked is not None and asked.secret:
            self.passwords.typed(keys)
            self.running.kept.hide(self.passwords.known)
        return {"taken": self.terminal.type(keys)}

    def _resize(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """The window's size. Where a terminal is attached, it goes by that one alone."""
        if guest.attached or not self._attached():
            self.window.resize(int(message["cols"]), int(message["rows"]))
        return {}

    def _interrupt(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        if self.running is not None and self.running.exit is None:
            self.running.interrupted = True
            self.terminal.interrupt(self.running.pid)
        return {}

    def _terminate(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        if self.running is not None and self.running.exit is None:
            self.running.interrupted = True
            if "kill_after" in message:
                self.running.kill_after = float(message["kill_after"])
            self.running.terminate(time.monotonic())
        return {}
