"""What changed on this box lately: one module a source. Every source only reads, and none asks anything of the sick.

A source is a module with `async def read(asked: Asked) -> Told`. What is wrong out there it tells as unseen, or raises
as an OSError; it may tell of changes that are older than what was asked for, so that "the last one" is known.
"""

from __future__ import annotations

from typing import Final

SOURCES: Final[dict[str, str]] = {
    "boot": "opsconsole.lately.boots",
    "sign-in": "opsconsole.lately.signins",
    "deploy": "opsconsole.lately.deploys",
    "start": "opsconsole.lately.starts",
    "file": "opsconsole.lately.files",
    "package": "opsconsole.lately.packages",
    "run": "opsconsole.lately.runs",
}
"""The kind of change that each module tells of."""
