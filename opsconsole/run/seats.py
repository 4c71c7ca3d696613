"""What the holder does for people's own terminals at a run's pty: shows, types, resizes, and knows what is asked there.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from opsconsole.model.run import Prompt
from opsconsole.run import wire
from opsconsole.run.gathering import Gathering
from opsconsole.run.guests import Guest, Refused
from opsconsole.run.prompting import QUIET, Passwords
from opsconsole.run.running import Running
from opsconsole.run.terminal import Terminal
from opsconsole.run.window import Window


class Seats:
    """The terminals of the consoles in `gathering`, at that of the run. `what_runs` is what they see and type into."""

    def __init__(
        self,
        terminal: Terminal,
        gathering: Gathering,
        passwords: Passwords,
        what_runs: Callable[[], Running | None],
    ) -> None:
        self.window = Window(terminal)
        self._terminal = terminal
        self._gathering = gathering
        self._passwords = passwords
        self._what_runs = what_runs
        self._prompt: Prompt | None = None

    @property
    def _attached(self) -> bool:
        return any(guest.attached for guest in self._gathering.guests)

    def shown(self, running: Running, chunk: bytes) -> None:
        """A piece of the output, masked: to those whose terminal is attached."""
        running.shown(chunk)
        for guest in self._gathering.guests:
            if guest.attached:
                guest.show(chunk)

    # --- time ----------------------------------------------------------------------------------------------------

    def moments(self, now: float) -> Iterator[float]:
        """When `due` has something to do next."""
        if self.window.due_at is not None:
            yield self.window.due_at
        running = self._what_runs()
        if running is not None and now < running.heard + QUIET:
            yield running.heard + QUIET

    def due(self, now: float) -> None:
        """The window's whole size, and what the program asks for once it has been quiet for a moment."""
        self.window.due(now)
        running, prompt = self._what_runs(), None
        if running is not None and running.exit is None:
            if now < running.heard + QUIET and self._prompt is None:
                return
            prompt = self._asked(running)
            if self._attached:
                running.kept.release()
        if prompt != self._prompt:
            self._prompt = prompt
            self._gathering.tell(self._prompt_message())

    def _asked(self, running: Running) -> Prompt | None:
        return running.asking.prompt(echo=self._terminal.echoes, by_line=self._terminal.by_line)

    def _prompt_message(self) -> dict[str, Any]:
        prompt = self._prompt
        return {"event": "prompt", "text": prompt and prompt.text, "secret": bool(prompt and prompt.secret)}

    def welcome(self, guest: Guest) -> None:
        """Tell one who has just come what is asked for."""
        if self._prompt is not None:
            guest.say(self._prompt_message())

    # --- orders --------------------------------------------------------------------------------------------------

    def attach(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """Its terminal becomes that of what runs: how it looked so far, and all that is printed from now on.

        Where all of it is still there and no terminal has seen it yet, it is given as it was printed (`fresh`).
        """
        running = self._what_runs()
        if running is None:
            raise Refused("nothing is running that could have the terminal", "idle")
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

    def detach(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """It is the console's again."""
        guest.attached = False
        return {}

    def seen(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """It has drawn so much."""
        running = self._what_runs()
        if running is not None:
            guest.seen(int(message["count"]), running.recent)
        return {}

    def input(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """What is typed. At a hidden prompt it is a password: from then on nobody is to see it."""
        running = self._what_runs()
        if running is None:
            raise Refused("nothing is running that could read it", "idle")
        keys = wire.as_bytes(message["data"]) if "data" in message else str(message["text"]).encode("utf-8", "replace")
        asked = self._asked(running)
        if asked is not None and asked.secret:
            self._passwords.typed(keys)
            running.kept.hide(self._passwords.known)
        return {"taken": self._terminal.type(keys)}

    def resize(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """The window's size. Where a terminal is attached, it goes by that one alone."""
        if guest.attached or not self._attached:
            self.window.resize(int(message["cols"]), int(message["rows"]))
        return {}
