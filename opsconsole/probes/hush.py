"""Secrets that people wrote into a command line, taken out before it is shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "***"

_NAME: Final = r"[\w.-]*(?:passw(?:or)?d|passphrase|requirepass|masterauth|secret|token|api[-_]?key|credential)s?"
_OPTION: Final = re.compile(rf"--?{_NAME}", re.IGNORECASE)
_GIVEN: Final = re.compile(rf"({_NAME}=)(\"[^\"]*\"|'[^']*'|[^\s;&|\"']+)", re.IGNORECASE)
_SPOKEN: Final = re.compile(rf"(--?{_NAME}\s+)(\"[^\"]*\"|'[^']*'|[^\s;&|\"'-][^\s;&|\"']*)", re.IGNORECASE)
_IN_URL: Final = re.compile(r"(\w://[^\s/:@]*:)[^\s/@]+(?=@)")


def hush(argv: Iterable[str]) -> tuple[str, ...]:
    """`argv` with the values of options, variables and addresses that are secrets by their name replaced by ***.

    `--password-file=/run/x` names a place and stays.
    """
    out: list[str] = []
    secret_next = False
    for word in argv:
        if secret_next and not word.startswith("-"):
            out.append(HIDDEN)
        else:
            out.append(_hush_word(word))
        secret_next = bool(_OPTION.fullmatch(word))
    return tuple(out)


def _hush_word(word: str) -> str:
    word = _IN_URL.sub(rf"\1{HIDDEN}", word)
    word = _GIVEN.sub(rf"\1{HIDDEN}", word)
    return _SPOKEN.sub(rf"\1{HIDDEN}", word) if " " in word else word
