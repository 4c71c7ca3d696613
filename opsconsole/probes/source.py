"""What stands in a source tree and should not. A file is read again when it has changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from opsconsole.checks.patterns import compiled
from opsconsole.model.paths import SourceOf, SourceReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes import pysource
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.file import unreadable
from opsconsole.probes.tree import MOST, walk

_LARGEST: Final = 2 << 20
"""Bytes; what is larger was written by a program."""

_PLACES: Final = 200
_PYTHON: Final = (".py", ".pyi")

Seen: TypeAlias = "tuple[tuple[pysource.Place, ...], str]"
"""The places in one file, and why it could not be looked at, if so."""


class Sources:
    """Targets of kind `source`, each with a `SourceOf`."""

    def __init__(self) -> None:
        self._shared = Shared()
        self._seen: dict[SourceOf, dict[str, tuple[tuple[int, ...], Seen]]] = {}

    async def look(self, of: SourceOf, timeout: float) -> SourceReading | Problem:
        """A `SourceReading`; GONE without the folder, or where it holds no such file."""
        try:
            return await self._shared.call(of, lambda: self._read(of), timeout)
        except TimeoutError:
            return Problem(ProblemKind.UNREADABLE, f"{of.root} takes longer than {duration(timeout)} to read")

    def _read(self, of: SourceOf) -> SourceReading | Problem:
        root, before = Path(of.root), self._seen.get(of, {})
        seen: dict[str, tuple[tuple[int, ...], Seen]] = {}
        self._seen[of] = seen  # what was read by the time that somebody gives up is not read again
        try:
            for path in walk(root, of.files, of.exclude):
                if len(seen) >= MOST:
                    return Problem(ProblemKind.UNREADABLE, f"{of.root} has more than {MOST} such files; exclude some")
                what = (root / path).stat()
                mark = (what.st_mtime_ns, what.st_size, what.st_ino)
                known = before.get(path)
                seen[path] = known if known is not None and known[0] == mark else (mark, _look(of, root / path))
        except OSError as fault:
            return unreadable(fault, of.root)
        if not seen:
            return Problem(ProblemKind.GONE, f"no file in {of.root} matches {', '.join(of.files)}")
        places = [(path, *place) for path, (_, found) in seen.items() for place in found[0]]
        unread = tuple((path, found[1]) for path, (_, found) in seen.items() if found[1])
        return SourceReading(len(seen), tuple(places[:_PLACES]), unread)


def _look(of: SourceOf, file: Path) -> Seen:
    try:
        if file.stat().st_size > _LARGEST:
            return (), "is too large"
        content = file.read_bytes()
    except OSError as fault:
        return (), fault.strerror or type(fault).__name__
    places = list(_lines(of, content))
    if file.suffix in _PYTHON and (of.strings or pysource.may_use(content, of.calls)):
        try:
            nodes = list(ast.walk(ast.parse(content)))
        except (SyntaxError, ValueError, RecursionError) as fault:
            return tuple(places), f"does not parse: {one_line(str(fault), 80)}"
        places += pysource.uses(nodes, of.calls)
        places += pysource.strings(nodes, [compiled(pattern) for pattern in of.strings])
    return tuple(sorted({(line, one_line(what, 80)) for line, what in places})), ""


def _lines(of: SourceOf, content: bytes) -> Iterator[pysource.Place]:
    patterns = [compiled(pattern) for pattern in of.texts]
    if patterns:
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if any(pattern.search(line) for pattern in patterns):
                yield number, line.strip()


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Sources().look, timed=True)
