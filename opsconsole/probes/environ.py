"""Variables: those that a process was started with, and those that a file lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from opsconsole.probes.base import World

_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
_FILLED: Final = re.compile(r"\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])((?:[^{}$]|\$\{[^{}]*\}|\$)*))?\})")
_LONGEST: Final = 1 << 20


def variables_of(world: World, pid: int) -> dict[str, str]:
    """What a process was started with (proc_pid_environ(5)). PermissionError for another user's, OSError if gone."""
    with (world.proc / str(pid) / "environ").open("rb") as file:
        raw = file.read(_LONGEST)
    return pairs(raw.decode(errors="surrogateescape").split("\0"))


def pairs(lines: list[str]) -> dict[str, str]:
    """Variables written `NAME=value`, as kernels and engines write them. Pure."""
    return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals and name}


def listed(text: str) -> dict[str, str]:
    """The variables of an env file, as Compose, systemd and dotenv agree to read it. Pure.

    A value in quotes ends with them and may go on over lines; one without ends at " #". The last of a name counts.
    """
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        match = None if line.lstrip().startswith(("#", ";")) else _LINE.fullmatch(line)
        if not match:
            continue
        value = match[2].strip()
        if value[:1] in ("'", '"'):
            quote = value[0]
            while not _closed(value, quote) and (more := next(lines, None)) is not None:
                value += f"\n{more}"
            value = _unquoted(value, quote)
        else:
            value = re.split(r"\s#", f" {value}", maxsplit=1)[0].strip()
        found[match[1]] = value
    return found


def _closed(value: str, quote: str) -> bool:
    return re.match(rf"{quote}(?:\\.|[^{quote}\\])*{quote}", value, re.DOTALL) is not None


def _unquoted(value: str, quote: str) -> str:
    match = re.match(rf"{quote}((?:\\.|[^{quote}\\])*){quote}", value, re.DOTALL)
    inner = match[1] if match else value[1:]
    if quote == "'":
        return inner
    return re.sub(r"\\(.)", lambda one: {"n": "\n", "t": "\t", "r": "\r"}.get(one[1], one[1]), inner, flags=re.DOTALL)


def filled(text: str, variables: Mapping[str, str]) -> str:
    """`text` of a compose file with `$NAME`, `${NAME:-default}`, `${NAME:+other}` and `$$` put in. Pure."""

    def one(match: re.Match[str]) -> str:
        name, how, other = match[1] or match[2], match[3] or "", match[4] or ""
        if name is None:
            return "$"
        value = variables.get(name)
        there = bool(value) if how.startswith(":") else value is not None
        if how.endswith("+"):
            return filled(other, variables) if there else ""
        if not there and how.endswith("-"):
            return filled(other, variables)
        return value or ""

    return _FILLED.sub(one, text)


def unknown(text: str, variables: Mapping[str, str]) -> bool:
    """Whether `text` has something to be filled in that nothing here says, and no default for it. Pure."""
    return any(
        name not in variables and not match[3]
        for match in _FILLED.finditer(text)
        if (name := match[1] or match[2]) is not None
    )
