"""What the files beside an environment say, read again only where one of them has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from opsconsole.model.held import hold_all
from opsconsole.model.runtime import COMPOSE_FILE, EnvOf, EnvReading
from opsconsole.model.text import one_line
from opsconsole.probes.environ import listed

_LONGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Given:
    """The variables that something was started with; of a container its labels, and the names that its image sets."""

    running: dict[str, str] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    image: frozenset[str] | None = None


class EnvFiles:
    """Readings by target. Of what was read only marks are kept, and how each file was when it was read."""

    def __init__(self) -> None:
        self._known: dict[EnvOf, tuple[tuple[object, ...], dict[str, object], EnvReading]] = {}

    def reading(self, of: EnvOf, given: Given) -> EnvReading:
        """The environment beside its files. OSError where one cannot be read, ValueError where one makes no sense."""
        running = hold_all(given.running, of.tell)
        made_from = (running, given.labels, given.image)
        known = self._known.get(of)
        if known and known[0] == made_from and all(_state(file) == state for file, state in known[1].items()):
            return known[2]
        self._known.pop(of, None)
        files: dict[str, object] = {}

        def read(file: str) -> str:
            files[file] = _state(file)  # before it is read: what is written meanwhile is seen at the next look
            with Path(file).open("rb") as opened:
                return opened.read(_LONGEST).decode(errors="surrogateescape")

        written = [(_short(file), hold_all(listed(read(file)), of.tell)) for file in of.files]
        dropped: set[str] = set()
        if of.compose:
            from opsconsole.probes.composed import environment_of

            composed = environment_of(given.labels, read)
            written.append((COMPOSE_FILE, hold_all(composed.variables, of.tell)))
            if composed.whole and given.image is not None:
                dropped = given.running.keys() - composed.variables.keys() - composed.untold - given.image
        required: Iterable[str] = listed(read(of.example)) if of.example is not None else ()
        contract = _short(of.example) if of.example is not None else ""
        reading = EnvReading(running, tuple(written), tuple(required), contract, tuple(sorted(dropped)))
        self._known[of] = made_from, files, reading
        return reading


def _state(file: str) -> object:
    """What of a file changes when it is written; None where it is not there."""
    try:
        told = Path(file).stat()
    except OSError:
        return None
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _short(file: str) -> str:
    return one_line(Path(file).name, 60)
