"""The ways to tell people and programs: one module a way, imported when the stack file has it.

Each module has `open_senders(settings, around)` or `open_publishers(settings, around)`, which opens nothing yet: the
first thing that is sent does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final

from opsconsole.model.alerts import AlertSettings, Publisher, Sender
from opsconsole.watch.senders.guarded import GuardedPublisher, GuardedSender

SENDERS: Final = {
    "telegram": "opsconsole.watch.senders.telegram",
    "webhook": "opsconsole.watch.senders.webhook",
    "apprise": "opsconsole.watch.senders.apprise",
}
"""Field of `AlertSettings` -> module with `open_senders`."""

PUBLISHERS: Final = {"textfile": "opsconsole.watch.senders.textfile"}
"""Field of `AlertSettings` -> module with `open_publishers`."""

TIMEOUT: Final = 10.0
"""Seconds after which one way has failed, whatever it does."""


@dataclass(frozen=True, slots=True)
class Around:
    """What senders are given beside their settings.

    `folder` is where they may keep what they learn from one round to the next (a group's new number); it need not
    exist. `environ` is where `env:` references lead. `timeout` is in seconds.
    """

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    timeout: float = TIMEOUT


def open_senders(settings: AlertSettings, around: Around) -> list[Sender]:
    """All ways that the settings name. None of them raises, none takes much longer than the time-out."""
    return [
        GuardedSender(sender, around.timeout)
        for name, module in SENDERS.items()
        if getattr(settings, name)
        for sender in import_module(module).open_senders(settings, around)
    ]


def open_publishers(settings: AlertSettings, around: Around) -> list[Publisher]:
    """The same for what shows where everything stands."""
    return [
        GuardedPublisher(publisher, around.timeout)
        for name, module in PUBLISHERS.items()
        if getattr(settings, name)
        for publisher in import_module(module).open_publishers(settings, around)
    ]
