"""What goes wrong in the shop by itself, once each: the kind of mistake that a deploy or a clumsy hand makes."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from opsconsole.demo.stage import Shop


def wrong_program(shop: Shop) -> None:
    """A deploy names the web service in the worker's place; the keeper starts that, and the queue grows."""
    _rewrite(shop.home / "etc/worker.env", r"PROGRAM=.*", "PROGRAM=web.py")
    _end(shop, "worker")


def leak(shop: Shop) -> None:
    """Somebody takes the bound off the thumbnailer's cache."""
    _rewrite(shop.home / "etc/thumbnailer.env", r"CACHE_ITEMS=\d+", "CACHE_ITEMS=0")
    _end(shop, "thumbnailer")


def sessions_gone(shop: Shop) -> None:
    """The sessions database is shut down, and nothing starts it again."""
    _end(shop, "sessions")


SCHEDULE: tuple[tuple[float, Callable[[Shop], None]], ...] = ((6, wrong_program), (12, leak), (18, sessions_gone))
"""Seconds after opening: long enough to see the shop well, short enough to wait for."""


class Faults:
    """Lets the faults arise at their times, beside whatever the console does."""

    def __init__(self, shop: Shop, schedule: tuple[tuple[float, Callable[[Shop], None]], ...] = SCHEDULE) -> None:
        self._shop = shop
        self._timers = [threading.Timer(after, self._arise, (fault,)) for after, fault in schedule]

    def start(self) -> None:
        """Begin to count."""
        for timer in self._timers:
            timer.daemon = True
            timer.start()

    def stop(self) -> None:
        """No further fault arises."""
        for timer in self._timers:
            timer.cancel()

    def _arise(self, fault: Callable[[Shop], None]) -> None:
        try:
            fault(self._shop)
        except OSError:
            return  # the shop is being closed


def _rewrite(file: Path, pattern: str, text: str) -> None:
    file.write_text(re.sub(pattern, text, file.read_text()))


def _end(shop: Shop, role: str) -> None:
    os.kill(int((shop.home / f"run/{role}.pid").read_text()), signal.SIGTERM)
