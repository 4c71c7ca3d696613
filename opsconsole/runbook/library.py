"""The runbooks of a stack: found in folders, read when asked for, read again when their file has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from opsconsole.model.runbook import Fault, Runbook
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.runbook.markdown import parse
from opsconsole.runbook.near import or_near

ENDINGS: Final = (".md", ".markdown")
_NOT_RUNBOOKS: Final = frozenset({"readme", "changelog", "contributing", "license", "code_of_conduct"})
_LONGEST: Final = 16 << 20
"""Bytes; nobody reads a longer document in an incident."""


@dataclass(slots=True)
class Library:
    """Runbooks of `folders` (not their subfolders); the first folder wins where a name is there twice."""

    folders: tuple[Path, ...] = ()
    _read: dict[Path, tuple[tuple[int, int], Runbook]] = field(default_factory=dict, repr=False)

    def all(self) -> list[Runbook]:
        """All of them by title. One that cannot be read is there too, without sections; its faults say why."""
        found: dict[str, Runbook] = {}
        for path in self._files():
            if path.stem not in found:
                found[path.stem] = self._or_fault(path)
        return sorted(found.values(), key=lambda runbook: (runbook.title.casefold(), runbook.name))

    def names(self) -> list[str]:
        """The names of all of them, which costs no reading."""
        return sorted({path.stem for path in self._files()})

    def find(self, name_or_path: str) -> Runbook:
        """The runbook of that name, or in that file. TroubleError says what is wrong with it, or what is near."""
        given = Path(name_or_path).expanduser()
        if "/" in name_or_path or given.suffix.lower() in ENDINGS:
            beside = [folder / given for folder in self.folders if (folder / given).is_file()]
            return self._runbook(beside[0] if beside and not given.is_file() else given)
        files = list(self._files())
        for path in files:
            if path.stem == name_or_path:
                return self._runbook(path)
        if given.is_file():
            return self._runbook(given)
        where = ", ".join(str(folder) for folder in self.folders) or "no folder with runbooks"
        hint = or_near(name_or_path, [path.stem for path in files])
        remedy = "" if hint else "opsconsole runbook list names those that are there"
        raise TroubleError(Trouble(f"no runbook is called {one_line(name_or_path)}{hint}", where, remedy))

    def treating(self, check_name: str, named: tuple[str, ...] = ()) -> list[Runbook]:
        """The runbooks for a check: first those that it names itself, then those that say they treat it."""
        every = self.all()
        by_name = {runbook.name: runbook for runbook in every}
        found = [by_name[name] for raw in named if (name := raw.removesuffix(".md")) in by_name]
        return found + [runbook for runbook in every if check_name in runbook.treats and runbook not in found]

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            try:
                inside = sorted(folder.iterdir())
            except OSError:
                continue  # a stack need not have runbooks; `find` names the folder
            for path in inside:
                if path.suffix.lower() in ENDINGS and path.stem.lower() not in _NOT_RUNBOOKS and path.is_file():
                    yield path

    def _or_fault(self, path: Path) -> Runbook:
        try:
            return self._runbook(path)
        except TroubleError as error:
            trouble = error.troubles[0]
            return Runbook(path.stem, path.stem, path, "", faults=(Fault(1, "unreadable", trouble.what),))

    def _runbook(self, path: Path) -> Runbook:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._read.get(path)
            if known is None or known[0] != stamp:
                known = stamp, read_runbook(path)
                self._read[path] = known
            return known[1]
        except OSError as error:
            self._read.pop(path, None)
            raise TroubleError(_gone(path, error)) from None


def read_runbook(path: Path) -> Runbook:
    """The runbook in a file. TroubleError where it is empty or not text in UTF-8; OSError where it cannot be read."""
    with path.open("rb") as file:  # a device such as /dev/zero never ends
        raw = file.read(_LONGEST + 1)
    if len(raw) > _LONGEST:
        raise TroubleError(Trouble("this is too long for a runbook", str(path), "check the path"))
    if not raw.strip():
        raise TroubleError(Trouble("the runbook is empty", str(path), "write its steps, or remove the file"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"the runbook is not text in UTF-8: byte {error.start} (0x{raw[error.start]:02x}) does not belong there"
        raise TroubleError(Trouble(what, str(path), "save it as UTF-8")) from None
    return parse(text, path.stem, path)


def _gone(path: Path, error: OSError) -> Trouble:
    if isinstance(error, FileNotFoundError):
        return Trouble("the runbook is not there (any more)", str(path), "put it back, or choose another")
    if isinstance(error, IsADirectoryError):
        return Trouble("this is a folder, not a runbook", str(path))
    return Trouble(f"the runbook cannot be read: {error.strerror or error}", str(path))
