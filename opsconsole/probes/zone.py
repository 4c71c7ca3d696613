"""In which time zone clocks are read below a root: that of the box, or of a container."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from opsconsole.model.text import one_line

_ZONES: Final = "/usr/share/zoneinfo/"
_POSIX: Final = re.compile(r"(?:<[\w+-]+>|[A-Za-z]{3,})[+-]?\d.*")
_LINKS: Final = 12  # symbolic links in a row
_LONGEST: Final = 1 << 16


def zone_below(root: Path, variable: str | None) -> tuple[str, str, str]:
    """Name, rule ("" where it is not known) and where that is said, as the C library decides it (tzset(3)).

    `variable` is TZ of the process, which comes first. OSError where the root may not be looked into.
    """
    if variable is not None and variable.removeprefix(":"):
        return *_by_variable(root, variable.removeprefix(":")), f"by its TZ={one_line(variable, 40)}"
    if variable is not None:
        return "UTC", "UTC0", "by an empty TZ"
    real = inside(root, "/etc/localtime")
    try:
        rule = rule_of(_read(root, real))
    except FileNotFoundError:
        os.stat(root)  # noqa: PTH116  what may not be looked into is not without a zone
        return "UTC", "UTC0", "it has no /etc/localtime"
    name = real.partition(_ZONES)[2] or _written(root) or rule
    return name.removeprefix("posix/"), rule, "by /etc/localtime"


def _by_variable(root: Path, name: str) -> tuple[str, str]:
    try:
        return name, rule_of(_read(root, inside(root, name if name.startswith("/") else _ZONES + name)))
    except (OSError, ValueError):
        # A rule written out; or a zone whose file is not there, which the C library silently takes for UTC. Programs
        # that bring zones of their own do not, so the name counts.
        return name, name if _POSIX.fullmatch(name) else ""


def rule_of(data: bytes) -> str:
    """The rule at the end of a zone file: what holds from now on (tzfile(5)). ValueError where it is none. Pure."""
    if not data.startswith(b"TZif"):
        raise ValueError("this is no zone file")
    return data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace") if data[4:5] != b"\0" else ""


def inside(root: Path, path: str) -> str:
    """What `path` below `root` leads to, links followed as a process would that sees only that root."""
    for _ in range(_LINKS):
        try:
            target = os.readlink(f"{root}{path}")  # noqa: PTH115  the target is text here, and no path of ours
        except OSError:
            return path
        path = os.path.normpath(target if target.startswith("/") else f"{os.path.dirname(path)}/{target}")  # noqa: PTH120
    return path


def _read(root: Path, path: str) -> bytes:
    with Path(f"{root}{path}").open("rb") as file:
        return file.read(_LONGEST)


def _written(root: Path) -> str:
    try:
        return one_line(_read(root, "/etc/timezone").decode(errors="replace"), 60)
    except OSError:
        return ""
