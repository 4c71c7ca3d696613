"""Files, logs and source trees: where a check looks, and what it saw there. Sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileOf:
    """The files that `pattern` matches (`*`, `**`); with `newest` only the one that was written last.

    `sha256` is what their content should sum up to.
    """

    pattern: str
    newest: bool = False
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One file. `mode` are its permission bits; an owner without a name is a number.

    `same`: whether its content sums up to what was wanted; None where nothing was.
    """

    path: str
    size: int
    modified_at: float
    mode: int
    owner: str
    group: str
    kind: str = "file"
    same: bool | None = None


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a pattern matches now; `count` is of all, also of those that were not the newest."""

    files: tuple[File, ...]
    count: int


@dataclass(frozen=True, slots=True)
class FrozenOf:
    """A manifest as `sha256sum` writes it; its paths begin in `root`."""

    manifest: str
    root: str


@dataclass(frozen=True, slots=True)
class FrozenReading:
    """What the manifest names, and of that what is not as it was recorded."""

    recorded: tuple[str, ...]
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogOf:
    """The end of a log: of exactly one of `file`, `container` and `unit`.

    The last `lines` lines, and of these the ones of the last `span` seconds where that is given.
    """

    file: str | None = None
    container: str | None = None
    unit: str | None = None
    lines: int = 1000
    span: float | None = None


@dataclass(frozen=True, slots=True)
class LogReading:
    """The lines that were asked for, oldest first. `cut`: there were more, which the bounds did not let in."""

    lines: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class SourceOf:
    """Files below `root` that match one of `files`, without those that match one of `exclude`.

    `calls` are names of Python (`datetime.datetime.now`; with `()` behind it only without arguments), `texts` and
    `strings` are texts or /patterns/: of any line, and of Python's string constants alone.
    """

    root: str
    files: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReading:
    """How many files were looked at, each place where something forbidden stands, and what could not be looked at."""

    files: int
    places: tuple[tuple[str, int, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
