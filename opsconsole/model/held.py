"""Values of variables that may be compared, but not seen."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

_SECRET: Final = re.compile(
    r"passw|secret|token|api_?key|private|credential|dsn|salt|cookie|auth|_key$|^key$|_pw$|database_url|_ur[il]$",
    re.IGNORECASE,
)
_KEY: Final = os.urandom(16)
"""Of this program's run: what was held cannot be compared with anything outside of it."""

_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Held:
    """A value of which only a mark is kept; `told` is the value itself where it may be shown."""

    mark: bytes
    told: str | None = None

    def __repr__(self) -> str:
        return f"Held({self.told!r})" if self.told is not None else "Held(…)"


def hold(value: str, *, tell: bool = False) -> Held:
    """`value`, held; with `tell` it may be shown too, as long as it is short."""
    from hashlib import blake2b

    mark = blake2b(value.encode(errors="surrogateescape"), key=_KEY, digest_size=16).digest()
    return Held(mark, value if tell and len(value) <= _LONGEST else None)


def hold_all(values: Mapping[str, str], tell: Collection[str] = ()) -> dict[str, Held]:
    """All of `values`; those in `tell` may be shown, unless their name is that of a secret."""
    return {name: hold(value, tell=name in tell and not is_secret(name)) for name, value in values.items()}


def is_secret(name: str) -> bool:
    """Whether a variable of this name may hold a secret."""
    return bool(_SECRET.search(name))
