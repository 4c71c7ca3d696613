"""Where groups have moved to, kept from one round to the next."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from opsconsole.watch.senders.atomic import replace_file

_MOST_MOVES: Final = 8


class Moves:
    """From the numbers of chats to those that they have now, in a small file.

    A file that cannot be read or written costs one more question in each round, and nothing else.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, str] | None = None

    def now(self, chat: str) -> str:
        """The number that `chat` has now, as far as is known."""
        known = self._read()
        for _ in range(_MOST_MOVES):
            if chat not in known:
                break
            chat = known[chat]
        return chat

    def remember(self, before: str, after: str) -> None:
        """`before` has become `after`."""
        known = {**self._read(), before: after}
        known.pop(after, None)  # or two could lead to each other
        self._known = known
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, (json.dumps(known) + "\n").encode(), 0o600)

    def _read(self) -> dict[str, str]:
        if self._known is None:
            try:
                raw = json.loads(self._file.read_bytes())
                self._known = {str(before): str(after) for before, after in raw.items()}
            except (OSError, ValueError, AttributeError):
                self._known = {}
        return self._known
