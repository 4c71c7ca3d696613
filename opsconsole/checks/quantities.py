"""Quantities of the stack file as the types of its fields, with one hook that lets msgspec read them.

A bare number is refused wherever a unit could be meant: `800` for a memory threshold is a slip, not 800 bytes.
"""

from __future__ import annotations

import re
from typing import Any, Final, Self

from opsconsole.model.units import parse_duration, parse_size

_RATE: Final = re.compile(r"(.+?)\s*/\s*(s|sec|m|min|h)")
_PER: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}


class Size(int):
    """Bytes, written `800M` or `1.5G`."""

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        text = _text(written, "a size like 700M or 1.5G", "M")
        return cls(parse_size(text))


class Duration(float):
    """Seconds, written `30s`, `5m` or `1h30m`."""

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        text = _text(written, "a duration like 30s, 5m or 1h30m", "s")
        return cls(parse_duration(text))


class Span(Duration):
    """A duration that is more than nothing."""

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        seconds = super().read(written)
        if seconds <= 0:
            raise ValueError("more than 0 s is wanted here")
        return seconds


class Rate(float):
    """Bytes per second, written `10M/min`."""

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        form = "a rate like 10M/min or 1G/h"
        match = _RATE.fullmatch(_text(written, form, "M/min").strip())
        if not match:
            raise ValueError(f"{written!r} is not {form}")
        return cls(parse_size(match[1]) / _PER[match[2]])


def read(kind: type, written: Any) -> Any:
    """msgspec's `dec_hook`: every type of ours reads itself."""
    return kind.read(written)  # type: ignore[attr-defined]


def _text(written: Any, form: str, unit: str) -> str:
    """What is written, if it is text that says its unit; zero needs none."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(f"{form} is wanted here")
    bare = str(written).strip()
    if bare == "0":
        return f"0{unit.partition('/')[0]}" + (f"/{unit.partition('/')[2]}" if "/" in unit else "")
    if not isinstance(written, str) or bare.replace(".", "", 1).isdigit():
        raise ValueError(f'{bare} has no unit: write "{bare}{unit}" for {form}')
    return written
