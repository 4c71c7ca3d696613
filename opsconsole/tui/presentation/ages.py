"""Lengths of time as the console shows them: only as fine as it is worth, so that lines do not change every second."""

from __future__ import annotations


def age(seconds: float) -> str:
    """`7 s`, `15 s`, `4 m`, `2 h`, `6 d`: one unit, rounded down; from ten seconds on in steps of five."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole if whole < 10 else whole - whole % 5} s"
    if whole < 3600:
        return f"{whole // 60} m"
    if whole < 2 * 86400:
        return f"{whole // 3600} h"
    return f"{whole // 86400} d"
