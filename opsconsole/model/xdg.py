"""The user's own folders, as the XDG specification has them: others than absolute paths are to be ignored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NAME: Final = "opsconsole"


def config_folder(env: Mapping[str, str]) -> Path | None:
    """What the user has written for opsconsole lies here; None where nobody knows of a home."""
    base = env.get("XDG_CONFIG_HOME") or ""
    if Path(base).is_absolute():
        return Path(base) / _NAME
    return Path(env["HOME"]) / ".config" / _NAME if env.get("HOME") else None


def state_folder(env: Mapping[str, str]) -> Path:
    """What opsconsole keeps for the user lies here."""
    base = env.get("XDG_STATE_HOME") or ""
    root = Path(base) if Path(base).is_absolute() else Path(env.get("HOME") or "~").expanduser() / ".local" / "state"
    return root / _NAME
