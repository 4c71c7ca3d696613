"""Secrets that people wrote into a command line, or that a program prints, taken out before they are shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

HIDDEN: Final = "***"

_NAME: Final = r"[\w.-]*(?:passw(?:or)?d|passphrase|requirepass|masterauth|secret|token|api[-_]?key|credential)s?"
_OPTION: Final = re.compile(rf"--?{_NAME}", re.IGNORECASE)
_GIVEN: Final = re.compile(rf"((?<![\w.-]){_NAME}=)(\"[^\"]*\"|'[^']*'|[^\s;&|\"']+)", re.IGNORECASE)
_SPOKEN: Final = re.compile(rf"(--?{_NAME}\s+)(\"[^\"]*\"|'[^']*'|[^\s;&|\"'-][^\s;&|\"']*)", re.IGNORECASE)
_SHORTEST: Final = 6
"""A shorter value of a variable is more likely to be a word such as `true` than a secret."""

_CALLED_SECRET: Final = re.compile(_NAME, re.IGNORECASE)
_CORES: Final = (
    "passw",
    "passphrase",
    "requirepass",
    "masterauth",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "credential",
)
"""One of these stands in every such name: to look for them first costs a fiftieth of looking for the names."""

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


def is_secret(name: str) -> bool:
    """Whether a variable called so holds a secret, by its name."""
    return _CALLED_SECRET.fullmatch(name) is not None


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """The values of variables that are secret by their name."""
    return frozenset(value for name, value in environment.items() if len(value) >= _SHORTEST and is_secret(name))


def hush_text(text: str, secrets: Iterable[str] = ()) -> str:
    """What a program printed, without `secrets` and without what is secret by the name that stands before it."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    if "://" in text and "@" in text:
        text = _IN_URL.sub(rf"\1{HIDDEN}", text)
    if "=" in text:
        folded = text.casefold()
        if any(core in folded for core in _CORES):
            text = _GIVEN.sub(rf"\1{HIDDEN}", text)
    return text
