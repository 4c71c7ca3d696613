"""Finding things by a few letters of their names. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

_BORDERS: Final = frozenset(" -_./:@›")
"""What parts the words of a name."""

_RUN: Final = 8
_START: Final = 6
_FIRST: Final = 10
"""Points for a letter right behind the one before, at the beginning of a word, and at the beginning of the name."""


class Match(NamedTuple):
    """How well letters fit a name (the more the better), and the places in the name where they are."""

    score: float
    places: tuple[int, ...]


def match(sought: str, name: str) -> Match | None:
    """How the letters of `sought` stand in `name`, in their order whatever their case; None where they do not.

    Words of `sought` may stand in any order. Letters that follow one another, or begin a word, count for more.
    """
    folded = _folded(name)
    places: set[int] = set()
    score = 0.0
    for word in sought.split():
        found = _word(_folded(word), folded)
        if found is None:
            return None
        score += found.score
        places |= set(found.places)
    return Match(score - len(name) / 100, tuple(sorted(places)))


def _folded(words: str) -> str:
    folded = words.lower()
    return folded if len(folded) == len(words) else words


def _word(word: str, name: str) -> Match | None:
    """The best of the ways to go through the name, one from each place where the word may begin."""
    best: Match | None = None
    begin = name.find(word[0])
    while begin >= 0:
        places = _from(word, name, begin)
        if places is None:
            break
        found = Match(_score(places, name), places)
        if best is None or found.score > best.score:
            best = found
        begin = name.find(word[0], begin + 1)
    return best


def _from(word: str, name: str, begin: int) -> tuple[int, ...] | None:
    """Where the letters of the word are from `begin` on: all together, or each at the next place where it is."""
    if name.startswith(word, begin):
        return tuple(range(begin, begin + len(word)))
    places: list[int] = []
    for letter in word:
        begin = name.find(letter, begin)
        if begin < 0:
            return None
        places.append(begin)
        begin += 1
    return tuple(places)


def _score(places: tuple[int, ...], name: str) -> float:
    score = 0.0
    for number, place in enumerate(places):
        if number and place == places[number - 1] + 1:
            score += _RUN
        elif not place:
            score += _FIRST
        elif name[place - 1] in _BORDERS:
            score += _START
    return score - (places[-1] - places[0] + 1 - len(places)) / 10
