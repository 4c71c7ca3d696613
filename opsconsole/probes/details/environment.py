"""Which values of an environment may be shown. Pure. In doubt one is hidden: a name and its presence say enough."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from opsconsole.model import held
from opsconsole.model.detail import Variable
from opsconsole.model.text import one_line
from opsconsole.probes import hush

_LONGEST: Final = 400
_SHORTEST: Final = 6
"""Characters of a secret below which it is not looked for in other values: it would be found everywhere."""

_KNOWN: Final = re.compile(
    r"-----BEGIN |eyJ[\w-]{10,}\.|AKIA[0-9A-Z]{12,}|gh[pousr]_\w{20,}|github_pat_|glpat-|xox[abprs]-"
    r"|[sr]k_(?:live|test)_|sk-[\w-]{16,}|SG\.[\w-]{16,}|AIza[\w-]{30,}|\b\d{8,10}:[\w-]{30,}\b|ya29\.|hvs\.|npm_\w{30,}"
)
"""How keys of well known services begin: of clouds, code hosts, payment, mail, chat bots."""

_RANDOM: Final = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_HEX: Final = re.compile(r"[0-9a-fA-F]{32,}")
_USERINFO: Final = re.compile(r"(\w://)[^\s/@]+(?=@)")
"""Who signs in at an address, password or not: of some (Sentry) the name alone is the key."""

NAMED: Final = "hidden: by its name it may be a secret"
LOOKS: Final = "hidden: it looks like a key"


def shown(variables: Mapping[str, str]) -> tuple[Variable, ...]:
    """All of them by name, in the order they came; no value that is a secret, holds one or looks like one."""
    secrets = sorted((v for n, v in variables.items() if is_secret(n) and len(v) >= _SHORTEST), key=len, reverse=True)
    return tuple(_variable(name, value, secrets) for name, value in variables.items())


def is_secret(name: str) -> bool:
    """Whether a variable of this name may hold a secret."""
    return held.is_secret(name) or hush.is_secret(name)


def looks_secret(value: str) -> bool:
    """Whether a value is like those that keys have: of a known make, or long and of random letters and digits."""
    if _KNOWN.search(value) or _HEX.fullmatch(value):
        return True
    return any(_is_random(word) for word in re.findall(_RANDOM, value) if "/" not in word)


def masked(text: str, secrets: list[str]) -> str:
    """`text` without these secrets, and without whoever signs in at an address in it."""
    return _USERINFO.sub(rf"\1{hush.HIDDEN}", hush.hush_text(text, secrets))


def _variable(name: str, value: str, secrets: list[str]) -> Variable:
    told = one_line(name, 200)
    if is_secret(name):
        return Variable(told, None, NAMED if value else "empty; by its name it may be a secret")
    if looks_secret(value):
        return Variable(told, None, LOOKS)
    return Variable(told, one_line(masked(value, secrets), _LONGEST))


def _is_random(word: str) -> bool:
    kinds = (any(c.islower() for c in word), any(c.isupper() for c in word), sum(c.isdigit() for c in word) >= 3)
    return sum(kinds) >= 2 and kinds[2] and len(set(word)) >= 12
