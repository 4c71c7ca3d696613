"""Lengths of time as the console shows them: only as fine as it is worth, so that lines do not change every second."""

from __future__ import annotations


def age(seconds: float) -> str:
    """`12 s`, `4 m`, `2 h`, `6 d`: one unit, rounded down. Under ten seconds it is `now`."""
    whole = max(int(seconds), 0)
    if whole < 10:
        return "now"
    if whole < 60:
        return f"{whole - whole % 5} s"
    if whole < 3600:
        return f"{whole // 60} m"
    if whole < 2 * 86400:
        return f"{whole // 3600} h"
    return f"{whole // 86400} d"
