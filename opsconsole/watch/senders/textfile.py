"""Where every check stands, in a file for the text file collector of the node exporter."""

from __future__ import annotations

import os
from pathlib import Path

from opsconsole.model.alerts import AlertSettings, Failed, Outcome, Publisher, Sent
from opsconsole.model.snapshot import Snapshot
from opsconsole.probes.aside import Busy
from opsconsole.watch.exposition import exposition
from opsconsole.watch.senders import Around
from opsconsole.watch.senders.atomic import replace_file


class TextFile:
    """Writes the whole file in every round. It is never half there, and all may read it, as another user does."""

    name = "textfile"

    def __init__(self, file: Path, around: Around) -> None:
        self._file = file
        self._around = around
        self._busy = Busy()

    async def publish(self, snapshot: Snapshot) -> Outcome:
        """In a thread: the folder may be on a disk that hangs."""
        content = exposition(snapshot).encode()
        try:
            await self._busy.call("write", lambda: replace_file(self._file, content, 0o644), self._around.timeout)
        except TimeoutError:
            return Failed(f"{self._file} cannot be written: its folder hangs")
        except FileNotFoundError:
            folder = self._file.parent
            return Failed(f"{folder} does not exist; make it: sudo install -d -o {_user()} {folder}", for_good=True)
        except OSError as fault:
            return Failed(f"{self._file} cannot be written: {fault.strerror or type(fault).__name__}")
        return Sent()

    async def close(self) -> None:
        """Nothing is open; the file stays, and its own time says how old it is."""


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def open_publishers(settings: AlertSettings, around: Around) -> list[Publisher]:
    """The one of the settings."""
    return [TextFile(Path(settings.textfile), around)] if settings.textfile else []
