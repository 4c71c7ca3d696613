"""A program's name from how it is written, and the judgement of its own words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.inner import FAMILIES
from opsconsole.runbook.nested import wrappers
from opsconsole.runbook.table import Judgement, judge_line, programs
from opsconsole.runbook.words import Word

_VERSIONED: Final = re.compile(r"(python3?|pip3?|psql|mkfs)(?:\.[\w.]+|-\d[\w.]*)$")
_WRITABLE_BY_ALL: Final = ("/tmp/", "/var/tmp/", "/dev/shm/")


def known_as(text: str) -> tuple[str, bool]:
    """The name in the table for a program as it is written, and whether it can be trusted to be that program.

    A path is trusted where it lies in some `bin` or `sbin` that not everybody can write to.
    """
    if text == "." or "/" not in text:
        name, trusted = text, True
    elif text.endswith("manage.py"):
        return "manage.py", True
    else:
        path = posixpath.normpath(text)
        name = posixpath.basename(path)
        folder = posixpath.basename(posixpath.dirname(path))
        trusted = folder in ("bin", "sbin") and not path.startswith(_WRITABLE_BY_ALL)
    if match := _VERSIONED.fullmatch(name):
        name = match[1]
    return {"python3": "python", "pip3": "pip"}.get(name, name), trusted


def own_judgement(name: str, words: Sequence[Word]) -> Judgement:
    """What the program itself does; one that only starts others, or speaks a language, does nothing of its own."""
    entry = programs().get(name)
    if entry is not None and entry.rows:
        return judge_line(entry, _with_dash(name, words))
    if name in wrappers() or name in FAMILIES:
        return Judgement(Risk.READ, "starts another")
    return Judgement(Risk.UNKNOWN, f"{name} is not known here")


def _with_dash(name: str, words: Sequence[Word]) -> Sequence[Word]:
    """`tar tf x` is `tar -tf x`."""
    if name == "tar" and len(words) > 1 and not words[1].template.startswith("-"):
        return [words[0], Word("-" + words[1].template, words[1].splits), *words[2:]]
    return words


def is_known(name: str) -> bool:
    """Whether anything describes this program."""
    return name in programs() or name in wrappers() or name in FAMILIES
