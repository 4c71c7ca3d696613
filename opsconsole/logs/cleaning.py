"""What of a line may be shown, kept and saved: no escapes, no control or direction characters, no secrets. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from opsconsole.model.text import plain
from opsconsole.probes.hush import HIDDEN, hush_text

LONGEST: Final = 16 << 10
"""Characters that are kept of a line."""

CUT: Final = " … (the rest of this line is not shown)"


class Cleaner:
    """Cleans lines of one source, whose `secrets` (values of variables) are taken out as well."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The line as it may be shown."""
        cut = len(text) > LONGEST
        for secret in self._secrets:  # before it is cut, or the beginning of one may be left
            if secret in text:
                text = text.replace(secret, HIDDEN)
        if cut:
            text = text[:LONGEST]
        if not text.isprintable():
            text = printable(text)
        text = hush_text(text)
        return text + CUT if cut else text


def printable(text: str) -> str:
    """One line of what can be printed: tabs widened, escapes left out, anything else that is no character a blank."""
    text = plain(text.rstrip("\r\n").replace("\r", " ").expandtabs(8)).replace("\n", " ")
    return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)
