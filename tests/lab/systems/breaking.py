"""Ways to break a system under Docker Compose that several have in common. They share nothing with any runbook."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.lab.systems.composed import Composed


def edit(path: Path, old: str, new: str) -> None:
    """Put `new` in the place of `old`, which must be there."""
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))


def stop(*services: str) -> Callable[[Composed], None]:
    """Containers are stopped."""

    def break_it(lab: Composed) -> None:
        lab.docker("stop", "--time", "5", *(lab.container(service) for service in services))

    return break_it


def hang(service: str) -> Callable[[Composed], None]:
    """All processes of a container stand still: connections are taken, and nothing answers."""

    def break_it(lab: Composed) -> None:
        for pid in lab.docker("top", lab.container(service), "-eo", "pid").split()[1:]:
            os.kill(int(pid), signal.SIGSTOP)

    return break_it


def asleep(services: Iterable[str]) -> str:
    """A compose file under which these services only sleep, and are said to be healthy."""
    sleep = '{ entrypoint: [sleep, "3600"], command: [], healthcheck: { test: [CMD, "true"] } }'
    return "services:\n" + "".join(f"  {service}: {sleep}\n" for service in services)
