"""Where a link in a runbook leads: to a section of it, to another runbook, or out of the house.

Whoever follows one keeps where it was, so that Back returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.model.runbook import Runbook, Section
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.runbook.anchors import section_at
from opsconsole.runbook.library import ENDINGS, Library
from opsconsole.runbook.near import or_near

_SCHEME: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|//)")


@dataclass(frozen=True, slots=True)
class Goal:
    """A place in a runbook: `section` is None where a link names a runbook alone."""

    runbook: Runbook
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """A web page, or a file that is no runbook: nothing that opens here, so `address` is shown."""

    address: str


def follow(target: str, here: Runbook, library: Library) -> Goal | Outside | Trouble:
    """Where `target`, a link in `here`, leads. A trouble says what is not there.

    Files are looked for as a web page would, beside the runbook, with or without their ending; else it is a name in
    the library, since sites that publish runbooks link to pages that are no files.
    """
    if _SCHEME.match(target):
        return Outside(target)
    path, _, fragment = target.partition("#")
    path = path.partition("?")[0]
    if not path:
        return _within(here, fragment) if fragment else Goal(here)
    file = next(_files(path, here.path), None)
    if file is not None and file.suffix.lower() not in ENDINGS:
        return Outside(str(file))
    try:
        return _within(library.find(str(file) if file else _name(path, library)), fragment)
    except TroubleError as error:
        return error.troubles[0]


def _name(path: str, library: Library) -> str:
    """The runbook that a page of a site is made of. TroubleError where there is none."""
    page = path.rstrip("/").rpartition("/")[2]
    names = [page, re.sub(r"\.(?:md|markdown|html?)$", "", page, flags=re.IGNORECASE)]
    known = [runbook.name for runbook in library.all()]
    found = next((each for name in names for each in known if each.lower() == name.lower()), None)
    if found is None:
        raise TroubleError(Trouble(f"leads nowhere{or_near(names[1], known)}", f"the link to {one_line(path)}"))
    return found


def _within(runbook: Runbook, fragment: str) -> Goal | Trouble:
    if not fragment:
        return Goal(runbook)
    section = section_at(fragment, runbook.sections)
    if section is not None:
        return Goal(runbook, section)
    near = or_near(fragment, [section.anchor for section in runbook.sections])
    return Trouble(f"no section is called #{one_line(fragment)}{near}", str(runbook.path or runbook.name))


def _files(path: str, here: Path | None) -> Iterator[Path]:
    """The files that `path` may mean, those that are there."""
    if here is None or path.startswith("/"):
        return
    wanted = here.parent / path
    beside = (Path(f"{wanted}{ending}") for ending in ("", *ENDINGS))
    inside = (wanted / name for name in ("index.md", "README.md", "_index.md"))
    yield from (file for file in (*beside, *inside) if _is_there(file))


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # no file has a name as long as this
        return False
