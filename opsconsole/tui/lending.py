"""The console's terminal in the hands of a program: the console lets go of it, and draws nothing until it is back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from opsconsole.run.real import RealTerminal, real_terminal

if TYPE_CHECKING:
    from textual.app import App


class LendingDriver(LinuxDriver):
    """Textual's driver, which would go on drawing while its terminal is with somebody else."""

    _away = False

    def write(self, data: str) -> None:
        """Draw, unless the terminal is away."""
        if not self._away:
            super().write(data)

    def suspend_application_mode(self) -> None:
        """Let go of the terminal, once all that was drawn has reached it."""
        if not self._away:
            super().suspend_application_mode()
            self.close()
            self._away = True

    def _sigtstp_application(self, *_: object) -> None:
        """As Textual: first the terminal is given back, then we stop; and with us all that waits for us, as the demo.

        The shell must not have the terminal before: who no longer has it cannot restore it.
        """
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.killpg(os.getpgrp(), signal.SIGSTOP)

    def hold_mouse(self, held: bool) -> None:
        """Have the terminal report its mouse to us, or keep it for itself, also when we come back to it later."""
        self._mouse = True
        if held:
            self._enable_mouse_support()
            if self._mouse_pixels:
                self._enable_mouse_pixels()
        else:
            self._disable_mouse_support()
            self._mouse = False

    def resume_application_mode(self) -> None:
        """Take it up again. Woken without having been put to sleep by us, there is everything to set up anew."""
        self.suspend_application_mode()
        self._away = False
        super().resume_application_mode()


@contextmanager
def lent(app: App[int]) -> Iterator[RealTerminal | None]:
    """The terminal that the app is on, for somebody else."""
    fault: BaseException | None = None
    with app.suspend():  # it does not come back by itself from an exception
        try:
            with real_terminal() as real:
                yield real
        except BaseException as error:
            fault = error
    if fault is not None:
        raise fault
