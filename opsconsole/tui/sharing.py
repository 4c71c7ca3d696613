"""What can be given to others of a screen: a picture of it, and the moment in words; to a file or to the clipboard.

Files lie in the user's own state folder, are readable by nobody else, and nothing is ever written over.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.xdg import state_folder
from opsconsole.tui.clipboard import Excerpt, copy

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

PICTURE: Final = "picture to a file: this screen (SVG)"
TEXT: Final = "text, copied: how the stack is"
MARKDOWN: Final = "Markdown, copied: how the stack is"
FILE: Final = "Markdown to a file: how the stack is"

_FOLDER: Final = "shared"


def offer(console: Console) -> None:
    """A list of what can be shared; the words only once there is something to say."""
    from opsconsole.tui.screens.choose import Choose

    ways: dict[str, Callable[[Console], None]] = {PICTURE: _picture}
    if console.snapshot is not None:
        ways |= {
            TEXT: lambda console: copy(console, Excerpt("how the stack is", _words(console, markdown=False))),
            MARKDOWN: lambda console: copy(console, Excerpt("how the stack is", _words(console, markdown=True))),
            FILE: lambda console: keep(console, _words(console, markdown=True), ".md", _name(console)),
        }

    def chosen(way: str | None) -> None:
        if way is not None:  # when the screen that is meant is in front again
            console.call_after_refresh(ways[way], console)

    console.push_screen(Choose("Share", list(ways)), chosen)


def _picture(console: Console) -> None:
    from opsconsole.tui.picture import as_svg

    keep(console, as_svg(console.screen, f"{_name(console)} @ {console.overview.host}"), ".svg", _name(console))


def _words(console: Console, *, markdown: bool) -> str:
    from opsconsole.watch.chat import as_markdown, as_text

    assert console.snapshot is not None
    return (as_markdown if markdown else as_text)(console.snapshot, console.overview.host)


def _name(console: Console) -> str:
    return one_line(console.overview.stack.name, 60) if console.overview.stack is not None else "opsconsole"


def keep(console: Console, content: str, ending: str, name: str) -> None:
    """Write it to a new file that is called after `name` and the moment, and say where that is."""

    async def write() -> None:
        from opsconsole.tui.screens.tell import Tell

        file = await asyncio.to_thread(written, content, name, ending, console.now())
        console.push_screen(Tell(f"Written, readable by you alone:\n{file}"))

    console.run_worker(write(), group="writing a file", exit_on_error=False)


def written(content: str, name: str, ending: str, now: float, folder: Path | None = None) -> Path:
    """A new file with that content; its name says when and of what. TroubleError where the disk says no."""
    folder = folder or state_folder(os.environ) / _FOLDER
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "opsconsole"
    stem = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{word}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{ending}"
            try:
                descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except FileExistsError:
                continue
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
            return path
    except OSError as error:
        what = f"it cannot be written: {error.strerror}"
        raise TroubleError(Trouble(what, str(folder), "make room, or set XDG_STATE_HOME")) from None
    raise TroubleError(Trouble("too many files of one second", str(folder), "wait a moment"))
