"""A message as text that may be read by whoever asked for it: secrets hidden by their names, escaped, cut. Pure."""

from __future__ import annotations

import json
from typing import Any, Final

from opsconsole.model.targets import QueueKind
from opsconsole.model.text import one_line
from opsconsole.probes.details.environment import is_secret, looks_secret, masked
from opsconsole.probes.details.headers import celery_body, parsed
from opsconsole.probes.hush import HIDDEN

CUT: Final = 2000
"""Characters of one message that are shown."""

_DEEPEST: Final = 12


def readable(kind: QueueKind, body: bytes) -> tuple[str, int, bool]:
    """The text, how many values were hidden in it, and whether it was cut."""
    counted = _Hidden()
    text = _text(kind, body, counted)
    told = one_line(text, CUT + 1)
    return (told if len(told) <= CUT else told[: CUT - 1] + "…"), counted.many, len(told) > CUT


class _Hidden:
    """Counts what is hidden."""

    def __init__(self) -> None:
        self.many = 0

    def value(self, told: Any, name: str = "", depth: int = 0) -> Any:
        """`told` with every value hidden whose name is that of a secret, or which looks like one."""
        if name and is_secret(name) and told not in (None, "", [], {}):
            self.many += 1
            return HIDDEN
        if depth > _DEEPEST:
            return "…"
        if isinstance(told, dict):
            return {str(key): self.value(one, str(key), depth + 1) for key, one in told.items()}
        if isinstance(told, list):
            return [self.value(one, "", depth + 1) for one in told]
        return self.text(told) if isinstance(told, str) else told

    def text(self, told: str) -> str:
        """A string, of which only what is secret is hidden."""
        if looks_secret(told):
            self.many += 1
            return HIDDEN
        shown = masked(told, [])
        self.many += shown != told
        return shown


def _text(kind: QueueKind, body: bytes, hidden: _Hidden) -> str:
    told = parsed(body) if kind != "rq" else None
    if kind == "rq":
        return f"{hidden.text(body.decode('utf-8', 'replace'))} (its data is pickled, and is not unpacked)"
    if kind == "celery" and isinstance(told, dict):
        return _celery(told, hidden)
    if kind == "dramatiq" and isinstance(told, dict):
        return _json({key: hidden.value(told.get(key)) for key in ("args", "kwargs")})
    return _json(hidden.value(told)) if told is not None else _unpacked(body, hidden)


def _celery(told: dict[str, Any], hidden: _Hidden) -> str:
    inner = celery_body(told)
    if inner is None:
        return f"(packed as {told.get('content-type', '?')}, {len(str(told.get('body', '')))} bytes; is not unpacked)"
    if isinstance(inner, list) and len(inner) == 3:
        return _json({"args": hidden.value(inner[0]), "kwargs": hidden.value(inner[1])})
    return _json(hidden.value(inner))


def _unpacked(body: bytes, hidden: _Hidden) -> str:
    try:
        return hidden.text(body.decode("utf-8"))
    except UnicodeDecodeError:
        return f"(no text: {body[:200]!r}{'…' if len(body) > 200 else ''})"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
