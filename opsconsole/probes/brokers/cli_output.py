"""What `redis-cli --no-raw` prints, understood; and commands as it reads them. Pure, and safe for any bytes.

In this form every string is quoted with its odd bytes as `\\xHH`, and arrays are numbered and indented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from opsconsole.probes.brokers.exchange import Command, Refusal, Reply, raw

_ELEMENT: Final = re.compile(r" *\d+\) ")
_QUOTED: Final = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}
_TOOK: Final = re.compile(r"\(\d+\.\d+s\)")
_EMPTY: Final = re.compile(r"\(empty (array|list or set|list|set|hash)\)")


def script(commands: Sequence[Command], mark: str) -> str:
    """Lines to be read by redis-cli; after each reply it will print `mark`, which must stand in no reply."""
    lines = []
    for command in commands:
        lines += [" ".join(_quote(raw(word)) for word in command), f"ECHO {_quote(mark.encode())}"]
    return "\n".join(lines) + "\n"


def replies(printed: str, mark: str, count: int) -> list[Reply]:
    """The replies to `count` commands. ValueError where that is not what was printed."""
    found = []
    current: list[str] = []
    for line in printed.split("\n"):
        if line.rstrip("\r") == f'"{mark}"':
            found.append(_reply([line for line in current if not _TOOK.fullmatch(line)]))
            current = []
        elif line:
            current.append(line.rstrip("\r"))
    if len(found) != count:
        raise ValueError(f"{len(found)} replies to {count} commands")
    return found


def _reply(lines: Sequence[str]) -> Reply:
    if not lines:
        raise ValueError("a reply is missing")
    element = _ELEMENT.match(lines[0])
    if element:
        return _array(lines, element.end())
    if len(lines) > 1:
        raise ValueError(f"more than one reply: {lines[:2]}")
    return _scalar(lines[0])


def _array(lines: Sequence[str], width: int) -> list[Reply]:
    """The elements begin with their numbers, right-aligned in `width` columns; what is deeper begins with blanks."""
    blank = " " * width
    elements: list[list[str]] = []
    for line in lines:
        if line.startswith(blank) and elements:
            elements[-1].append(line[width:])
        elif _ELEMENT.match(line):
            elements.append([line[width:]])
        else:
            raise ValueError(f"not an element: {line[:40]!r}")
    return [_reply(element) for element in elements]


def _scalar(line: str) -> Reply:
    if line.startswith('"') and line.endswith('"') and len(line) > 1:
        return _unquote(line[1:-1])
    if line.startswith("(integer) "):
        return int(line.removeprefix("(integer) "))
    if line == "(nil)":
        return None
    if line.startswith("(error) "):
        return Refusal(line.removeprefix("(error) "))
    if _EMPTY.fullmatch(line):
        return []
    return line.encode()


def _quote(data: bytes) -> str:
    safe = (chr(b) if 32 < b < 127 and chr(b) not in "\"\\'" else f"\\x{b:02x}" for b in data)
    return f'"{"".join(safe)}"'


def _unquote(quoted: str) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        escape = match[1]
        return bytes.fromhex(escape[1:].decode()) if len(escape) == 3 else _LETTERS.get(escape, escape)

    return _QUOTED.sub(one, quoted.encode("utf-8", "surrogateescape"))
