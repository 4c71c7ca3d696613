"""Files beside the manifest that `sha256sum FILE… > MANIFEST` wrote when they were frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from opsconsole.model.paths import FrozenOf, FrozenReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.units import duration
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.file import Sums, unreadable

_LINE: Final = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_TAGGED: Final = re.compile(r"(\\?)SHA256 \((.+)\) = ([0-9a-fA-F]{64})")
_LARGEST: Final = 4 << 20
_ESCAPES: Final = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


class FrozenSets:
    """Targets of kind `frozen`, each with a `FrozenOf`."""

    def __init__(self) -> None:
        self._shared = Shared()
        self._sums = Sums()

    async def look(self, of: FrozenOf, timeout: float) -> FrozenReading | Problem:
        """A `FrozenReading`; GONE without a manifest, UNREADABLE where it is none."""
        try:
            return await self._shared.call(of, lambda: self._read(of), timeout)
        except TimeoutError:
            return Problem(ProblemKind.TIMEOUT, f"the files of {of.manifest} took longer than {duration(timeout)}")

    def _read(self, of: FrozenOf) -> FrozenReading | Problem:
        try:
            with Path(of.manifest).open(encoding="utf-8", errors="surrogateescape") as file:
                recorded = dict(parsed(file.read(_LARGEST)))
        except OSError as fault:
            return unreadable(fault, of.manifest)
        except ValueError as fault:
            return Problem(
                ProblemKind.UNREADABLE, f"{of.manifest}: {fault}; record it with: sha256sum FILE… > MANIFEST"
            )
        changed, missing = [], []
        for name, wanted in recorded.items():
            try:
                if self._sums.of(str(Path(of.root) / name)) != wanted:
                    changed.append(name)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                missing.append(name)
            except OSError as fault:
                return unreadable(fault, name)
        return FrozenReading(tuple(recorded), tuple(changed), tuple(missing))


def parsed(manifest: str) -> Iterator[tuple[str, str]]:
    """(path, sum) of each line, in either form of sha256sum. ValueError with the number of a line that is none."""
    lines = [(number, line) for number, line in enumerate(manifest.splitlines(), 1) if line.strip()]
    if not lines:
        raise ValueError("the manifest is empty")
    for number, line in lines:
        match, tagged = _LINE.fullmatch(line), _TAGGED.fullmatch(line)
        if match is not None:
            escaped, summed, name = match.groups()
        elif tagged is not None:
            escaped, name, summed = tagged.groups()
        else:
            raise ValueError(f"line {number} is none of sha256sum")
        yield (_unescaped(name) if escaped else name).removeprefix("./"), summed.lower()


def _unescaped(name: str) -> str:
    return re.sub(r"\\[\\nr]", lambda match: _ESCAPES[match[0]], name)


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, FrozenSets().look, timed=True)
