"""When this box was started, and how the kernel calls its life since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Boot:
    """`id` is another one after each boot, `at` is when that was (epoch seconds). Empty and 0 where nobody can tell."""

    id: str = ""
    at: float = 0.0


def boot(proc: Path, now: float) -> Boot:
    """The last boot, as `/proc` tells it."""
    try:
        id = (proc / "sys/kernel/random/boot_id").read_text().strip()
        up = float((proc / "uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return Boot()
    return Boot(id, now - up)
