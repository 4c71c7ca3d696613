"""What `when` may say of a step, so that a run can work it out. Pure.

    CONDITION   one or more TERMs with `and` between them, or with `or` (not both)
    TERM        [not] NAME                          an input or a capture that is not empty, a check that is OK,
                                                    a step that was done
                NAME is VALUE, NAME is not VALUE    also written == and !=; of a check its level (OK, DEGRADED, DOWN,
                                                    UNKNOWN), of a decision its answer, of another step how it ended
                                                    (done, failed, skipped)
                NAME has VALUE                      the text is somewhere in it; /…/ is a regular expression
    NAME        of an input, a capture, a check or a step; in quotes where it has blanks
    VALUE       a word, or text in quotes

Case does not matter in levels and in the little words. What is none of this is read by the operator, who says whether
it holds.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Sign = Literal["", "is", "has"]
_SIGNS: Final[dict[str, Sign]] = {"is": "is", "==": "is", "=": "is", "!=": "is", "has": "has"}
_JOINTS: Final = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked of `name`: that it holds by itself, that it `is` or `has` the value; or not so."""

    name: str
    sign: Sign = ""
    value: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """All of the terms, or any of them."""

    terms: tuple[Term, ...]
    every: bool = True


def condition(text: str) -> Condition | None:
    """What `text` asks; None where it is said for people."""
    try:
        words = shlex.split(re.sub(r"(==|!=)", r" \1 ", text))
    except ValueError:
        return None
    joints = {word.lower() for word in words} & {"and", "or"}
    if len(joints) > 1:
        return None
    terms = [_term(part) for part in _parts(words)]
    found = tuple(term for term in terms if term is not None)
    return Condition(found, "or" not in joints) if found and len(found) == len(terms) else None


def _parts(words: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word.lower() in ("and", "or"):
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _term(words: list[str]) -> Term | None:
    negated = bool(words) and words[0].lower() == "not"
    rest = words[1:] if negated else words
    if len(rest) == 1 and rest[0].lower() not in _JOINTS:
        return Term(rest[0], negated=negated)
    if len(rest) < 3:
        return None
    name, word, *value = rest
    sign = _SIGNS.get(word.lower(), "")
    if word.lower() == "is" and value[0].lower() == "not":
        negated, value = not negated, value[1:]
    if not sign or len(value) != 1:
        return None
    return Term(name, sign, value[0], negated != (word == "!="))
