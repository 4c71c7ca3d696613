"""Copying to the clipboard of whoever sits at the terminal, over SSH, tmux and GNU screen: by OSC 52.

Nobody answers to it: whether the terminal took it cannot be known, so what is said is that it was sent. `copy` is what
screens call; all else here is pure.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from opsconsole.model.text import plain
from opsconsole.model.units import size

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

Around = Literal["", "tmux", "screen", "either"]
"""What stands between us and the terminal; "either" where its name tells no more, as over SSH."""

MOST: Final = 74_000
"""Bytes that are copied at once: terminals drop a sequence of more than 100 000 characters, and base64 makes 4 of 3."""

_CHUNK: Final = 200
"""Bytes that GNU screen passes on in one string; older ones know no longer ones than 256."""

_PATIENCE: Final = 3.0  # seconds that tmux may take


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text to be copied: `what` names it in a word or two; of too much its beginning is kept, or its `end`.

    The text is what stands on a screen, or could: masked already, with nothing secret in it.
    """

    what: str
    text: str
    end: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a text is copied. `of` is how large it was, in bytes, where something had to go; 0 where nothing had."""

    text: str
    of: int = 0
    end: bool = False

    @property
    def words(self) -> str:
        """How much it is, and what was cut."""
        here = size(len(self.text.encode()))
        return f"{'the end' if self.end else 'the beginning'}, {here} of {size(self.of)}" if self.of else here


def taken(text: str, *, end: bool = False, most: int = MOST) -> Taken:
    """`text` without escapes in at most `most` bytes: its beginning or its `end`, cut between lines where it can be."""
    clean = plain(text)
    content = clean.encode("utf-8", "replace")
    if len(content) <= most:
        return Taken(content.decode())
    kept = (content[-most:] if end else content[:most]).decode("utf-8", "ignore")
    head, newline, tail = kept.partition("\n") if end else kept.rpartition("\n")
    whole = tail if end else head
    return Taken(whole if newline and whole else kept, len(content), end)


def around(env: Mapping[str, str]) -> Around:
    """What the terminal's environment says of what stands between."""
    if env.get("TMUX") and (not env.get("STY") or env.get("TERM_PROGRAM") == "tmux"):
        return "tmux"
    if env.get("STY"):
        return "screen"
    term = env.get("TERM", "")
    return "tmux" if term.startswith("tmux") else "either" if term.startswith("screen") else ""


def sequence(text: str, between: Around = "") -> str:
    """What to send so that `text` lands in the clipboard.

    tmux takes the bare sequence with `set-clipboard on`, and the wrapped one with `allow-passthrough on`; both carry
    the same, so both are sent. Each of them drops what it does not know.
    """
    bare = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if between == "tmux":
        return bare + _through_tmux(bare)
    if between == "screen":
        return _through_screen(bare)
    return bare + _through_screen(bare) if between == "either" else bare


def _through_tmux(inner: str) -> str:
    """Wrapped, so that tmux passes it on as it is: every escape in it is written twice."""
    doubled = inner.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _through_screen(inner: str) -> str:
    """In pieces, each wrapped: GNU screen passes on what is in them, and has no room for more at once."""
    return "".join(f"\x1bP{inner[start : start + _CHUNK]}\x1b\\" for start in range(0, len(inner), _CHUNK))


def copy(console: Console, found: Excerpt) -> None:
    """Send an excerpt to the clipboard and say so at the foot of the screen, with a word about what was cut."""
    part = taken(found.text, end=found.end)
    if not part.text.strip():
        console.say(f"nothing to copy: {found.what} is empty")
        return
    between = around(os.environ)
    console.send(sequence(part.text, between))
    if between == "tmux" and os.environ.get("TMUX"):
        console.run_worker(_give_to_tmux(part.text), group="copying", exclusive=True, exit_on_error=False)
    console.say(f"copied {found.what}: {part.words}")


async def _give_to_tmux(text: str) -> None:
    """Into tmux's own buffer, and by `-w` on to the terminal, which works with tmux as it is installed.

    It is a courtesy beside the sequence: a tmux that is too old or gone is no fault of the copy. The text goes by
    standard input, so that no list of processes shows it.
    """
    with suppress(OSError, asyncio.TimeoutError):
        asked = await asyncio.create_subprocess_exec(
            *("tmux", "load-buffer", "-w", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await asyncio.wait_for(asked.communicate(text.encode()), _PATIENCE)
        finally:
            if asked.returncode is None:
                asked.kill()
