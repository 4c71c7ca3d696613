"""`[[check]]` of the kinds that read files: as they are, as they were frozen, logs, source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

import msgspec

from opsconsole.checks.patterns import Pattern
from opsconsole.checks.quantities import Span
from opsconsole.model.paths import FileOf, FrozenOf, LogOf, SourceOf
from opsconsole.model.sample import Target
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind
from opsconsole.stack.places import InContainer, below_home, container, needs_container
from opsconsole.stack.schema import Table
from opsconsole.stack.services import unit_ref

_LINES: Final = 1000
_LINES_OF_A_SPAN: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*(?:\(\))?")


class Sha256(str):
    """A SHA-256 in hex, as sha256sum prints it."""

    __slots__ = ()

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", written):
            raise ValueError("64 hexadecimal digits are wanted here, as sha256sum prints them")
        return cls(written.lower())


class OfFile(Table, frozen=True):
    """`path`: a file or folder, or a pattern with `*`, `?` and `**`; relative to the stack's home.

    `newest = true`: of several only the one that was written last is looked at (the last backup). `sha256`: what
    the content of each sums up to.
    """

    path: str
    newest: bool = False
    sha256: Sha256 | None = None


class OfFrozen(Table, frozen=True):
    """`manifest`: as `sha256sum FILE… > MANIFEST` writes it, which is how files are frozen, and frozen anew.

    `root`: where its paths begin, the stack's home where it is not given.
    """

    manifest: str
    root: str | None = None


class OfLog(InContainer, frozen=True):
    """Where the log is: a `file`, a `unit` (by the journal), or a `container`, maybe as that of a `service`.

    `lines`: so many from its end (1000). `minutes`: of these only what was written in the last `"15m"`; up to
    10 000 lines then. A file needs times in its lines for that; one without a zone is meant as of this box.
    """

    file: str | None = None
    unit: str | None = None
    lines: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    minutes: Span | None = None


class OfSource(Table, frozen=True):
    """`root`: the tree, the stack's home where it is not given; `files`: patterns of names or paths in it (`*.py`).

    `exclude`: such patterns, also of folders (`migrations`, `app/repositories`); `.git`, `.venv` and the like always
    are. `calls`: names that Python must not use, however imported: `datetime.utcnow` never, `datetime.now()` not
    without arguments. `texts`: texts or /patterns/ in no line. `strings`: such in no string of Python's (SQL).
    """

    root: str | None = None
    files: tuple[str, ...] = ("*.py",)
    exclude: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    texts: tuple[Pattern, ...] = ()
    strings: tuple[Pattern, ...] = ()

    def __post_init__(self) -> None:
        """There is something to look for, in something."""
        if not (self.calls or self.texts or self.strings):
            raise ValueError("nothing is looked for: give calls, texts or strings")
        if not self.files:
            raise ValueError("files is empty, so nothing would be looked at")


def _file(name: str, it: OfFile, key: Key, stack: Assembly) -> Target | None:
    path = below_home(it.path, (*key, "path"), stack)
    return Target("file", name, FileOf(path, it.newest, it.sha256)) if path else None


def _frozen(name: str, it: OfFrozen, key: Key, stack: Assembly) -> Target | None:
    manifest = below_home(it.manifest, (*key, "manifest"), stack)
    root = below_home(it.root if it.root is not None else ".", (*key, "root"), stack)
    return Target("frozen", name, FrozenOf(manifest, root)) if manifest and root else None


def _log(name: str, it: OfLog, key: Key, stack: Assembly) -> Target | None:
    inside, sound = container(it, key, stack)
    given = [one for one in (it.file, it.unit, it.container or it.service) if one is not None]
    if len(given) != 1:
        what = "where the log is, is missing" if not given else "more than one place of the log is given"
        stack.faults.add(key, what, "give one of file, unit, container and service")
        return None
    file = below_home(it.file, (*key, "file"), stack) if it.file is not None else None
    unit = unit_ref(it.unit, (*key, "unit"), stack) if it.unit is not None else None
    if not sound or not (file or unit or inside):
        return None
    lines = it.lines or (_LINES if it.minutes is None else _LINES_OF_A_SPAN)
    return Target("log", name, LogOf(file, inside, unit.name if unit else None, lines, it.minutes))


def _source(name: str, it: OfSource, key: Key, stack: Assembly) -> Target | None:
    root = below_home(it.root if it.root is not None else ".", (*key, "root"), stack)
    for number, call in enumerate(it.calls):
        if not _NAME.fullmatch(call):
            stack.faults.add((*key, "calls", number), "this is no name of Python", 'write it like "datetime.utcnow"')
            root = None
    return (
        Target("source", name, SourceOf(root, it.files, it.exclude, it.calls, it.texts, it.strings)) if root else None
    )


KINDS: Final[Mapping[str, Kind]] = {
    "file": Kind(OfFile, _file),
    "frozen": Kind(OfFrozen, _frozen),
    "log": Kind(OfLog, _log, needs=needs_container),
    "source": Kind(OfSource, _source),
}
