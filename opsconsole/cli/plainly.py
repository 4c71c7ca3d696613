"""A stream of text without its terminal escapes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from opsconsole.model.text import plain

_CUT_OFF: Final = re.compile(r"(?:\r|\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,4096}|[ -/]*)?)\Z")


@dataclass(slots=True)
class Plainly:
    """Takes terminal escapes out of a stream, also where one comes split over two pieces."""

    _held: str = field(default="")

    def feed(self, text: str) -> str:
        """What can be shown of it by now."""
        whole = self._held + text
        cut = _CUT_OFF.search(whole)
        self._held = whole[cut.start() :] if cut else ""
        return self._plain(whole[: cut.start()] if cut else whole)

    def flush(self) -> str:
        """What was held back, at the end."""
        held, self._held = self._held, ""
        return self._plain(held)

    @staticmethod
    def _plain(text: str) -> str:
        return plain(text.replace("\r\n", "\n").replace("\r", "\n"))
