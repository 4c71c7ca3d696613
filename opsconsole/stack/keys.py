"""The way to a value in a stack file, and how people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from opsconsole.model.text import one_line

Key: TypeAlias = tuple[str | int, ...]
"""Names of keys, and places in arrays from 0: `("service", 0, "memory", "limit")`."""


def shown(key: Key, raw: Any) -> str:
    """A key of the file `raw`, elements of an array by name (`service[worker].memory`), else by number from 1."""
    text = ""
    for part in key:
        raw = _inside(raw, part)
        if isinstance(part, int):
            name = raw.get("name") if isinstance(raw, Mapping) else None
            text += f"[{one_line(name, 60) if isinstance(name, str) and name.strip() else part + 1}]"
        else:
            text += f"{'.' if text else ''}{one_line(part, 60)}"
    return text


def _inside(raw: Any, part: str | int) -> Any:
    try:
        return raw[part]
    except (LookupError, TypeError):
        return None
