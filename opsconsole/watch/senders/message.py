"""How a digest reads: lines for people, the same for every way that carries text. Pure.

Whoever is woken up by it sees the first line alone, on a locked screen: it says what is wrong and where. All else of
an item follows, one thing a line, so that a message can be cut at any of them.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.model.alerts import Digest, Item, News
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, worst

_NAMES: Final = 8
"""Checks that a line of consequences names."""
_LONGEST: Final = 400
"""Characters of one line: a reason that is longer is no longer read."""
_SHORT: Final = 60
"""Characters of a reason where there is room for one line only."""
_DAY: Final = 86400


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its beginning stands out, the rest does not. Free of line ends and control characters."""

    bold: str
    rest: str = ""

    @property
    def plain(self) -> str:
        """As text."""
        return self.bold + self.rest

    @property
    def html(self) -> str:
        """As the HTML that messengers know. Whole in itself, so that no cut between lines breaks anything."""
        bold = f"<b>{_escaped(self.bold)}</b>" if self.bold.strip() else _escaped(self.bold)
        return bold + _escaped(self.rest)


def lines_of(digest: Digest) -> tuple[Line, ...]:
    """The whole message, as long as it is; never empty."""
    if digest.test:
        return _test(digest)
    if len(digest.items) == 1:
        (only,) = digest.items
        return (_line(f"{_sign(only)} {_place(digest)}: {_headline(only)}"), *_about(only, digest.at))
    return (_title(digest), *(line for item in digest.items for line in _block(item, digest.at)))


def fitted(digest: Digest, most: int, length: Callable[[str], int] = len) -> tuple[Line, ...]:
    """The message as text of at most `most` by `length`, line ends counted.

    Where there is too much to tell, the first items, which are the worst, are told in full, and of the others a line
    each: that something is well again must not be lost behind what is not. Only what does not fit even so is cut.
    """
    whole = lines_of(digest)
    if digest.test or len(digest.items) < 2 or _size(whole, length) <= most:
        return cut(whole, most, length)
    blocks = [_block(item, digest.at) for item in digest.items]
    briefs = [_brief(item) for item in digest.items]
    title = _title(digest)
    room = most - _size([title, Line(""), *briefs], length)
    count = 0
    for block, brief in zip(blocks, briefs, strict=True):
        room -= _size(block, length) - length(brief.plain)
        if room < 0:
            break
        count += 1
    told = (title, *(line for block in blocks[:count] for line in block), Line(""), *briefs[count:])
    return cut(told, most, length)


def cut(lines: Sequence[Line], most: int, length: Callable[[str], int] = len) -> tuple[Line, ...]:
    """The first lines, as text of at most `most` by `length`, line ends counted; the last says how many are missing.

    `most` has room for at least that last line.
    """
    sizes = [length(line.plain) + 1 for line in lines]
    if sum(sizes) - 1 <= most:
        return tuple(lines)
    room = most - length(_left_out(len(lines)).plain)
    count = 0
    for size in sizes:
        room -= size
        if room < 0:
            break
        count += 1
    while count and not lines[count - 1].plain:  # an empty line would say that something else follows
        count -= 1
    return (*lines[:count], _left_out(len(lines) - count))


def plain(lines: Sequence[Line]) -> str:
    """The lines as text, without an end to the last one."""
    return "\n".join(line.plain for line in lines)


def as_html(lines: Sequence[Line]) -> str:
    """The lines as HTML with `<b>` and nothing else."""
    return "\n".join(line.html for line in lines)


def _title(digest: Digest) -> Line:
    return _line(f"{worst(_level(item) for item in digest.items).sign} {_place(digest)}: {_counts(digest.items)}")


def _block(item: Item, now: float) -> tuple[Line, ...]:
    return (Line(""), _line(f"{_sign(item)} {_headline(item)}"), *_about(item, now))


def _brief(item: Item) -> Line:
    """An item in one line: what is so, why, and what treats it."""
    reason = f": {one_line(item.reason, _SHORT)}" if item.reason and item.news is not News.HAPPENED else ""
    runbook = f" → {item.runbook}" if item.runbook and item.news is not News.RECOVERED else ""
    return _line("", one_line(f"{_sign(item)} {_headline(item)}", 2 * _SHORT) + reason + runbook)


def _size(lines: Sequence[Line], length: Callable[[str], int]) -> int:
    return sum(length(line.plain) + 1 for line in lines) - 1


def utf16(text: str) -> int:
    """The length of `text` as Telegram counts it: what lies beyond the basic plane, as most pictures do, counts two."""
    return len(text) + sum(character > "\uffff" for character in text)


def _test(digest: Digest) -> tuple[Line, ...]:
    when = f"tried at {_clock(digest.at, digest.at)} UTC"
    return (
        _line(f"✓ {_place(digest)}: a test"),
        Line("", "nothing happened: somebody tries whether messages arrive"),
        Line("", when),
    )


def _place(digest: Digest) -> str:
    stack, host = one_line(digest.stack, 60), one_line(digest.host, 60)
    return stack if stack == host else f"{stack} on {host}"


def _level(item: Item) -> Level:
    return Level.OK if item.news is News.RECOVERED else item.level


def _sign(item: Item) -> str:
    match item.news:
        case News.FLAPPING:
            return "~"
        case News.NO_DATA:
            return Level.UNKNOWN.sign
        case News.HAPPENED if item.level is Level.OK:
            return "•"
        case _:
            return _level(item).sign


def _headline(item: Item) -> str:
    check, level, was = one_line(item.check, 80), item.level.name, item.was.name
    match item.news:
        case News.WORSE | News.BETTER if item.was is not item.level:
            return f"{check} is {level}, was {was}"
        case News.RECOVERED:
            return f"{check} is OK again"
        case News.REMINDER:
            return f"{check} is still {level}"
        case News.NO_DATA:
            return f"{check} cannot be looked at" + (f", was {was}" if item.was is not Level.OK else "")
        case News.FLAPPING:
            return f"{check} keeps changing, is {level} now"
        case _:
            return f"{check}: {item.reason}" if item.news is News.HAPPENED else f"{check} is {level}"


def _about(item: Item, now: float) -> Iterator[Line]:
    """All of an item but its headline, one thing a line."""
    if item.reason and item.news is not News.HAPPENED:
        yield _line("", item.reason)
    if item.measured or item.expected:
        measured = [f"measured {item.measured}"] if item.measured else []
        expected = [f"expected {item.expected}"] if item.expected else []
        yield _line("", ", ".join(measured + expected))
    yield _line("", _times(item, now))
    if item.news is News.FLAPPING:
        yield Line("", "nothing more is said of it until it is steady")
    if item.runbook and item.news is not News.RECOVERED:
        yield _line("", f"runbook: {item.runbook}")
    if item.consequences:
        yield _line("", f"cannot be judged because of it: {_named(item.consequences)}")
    if item.again:
        yield Line("", "may have reached you before: the sending of it was cut off")


def _times(item: Item, now: float) -> str:
    if item.news is News.HAPPENED:
        return f"at {_clock(item.since, now)} UTC"
    if item.news is News.RECOVERED and item.began is not None:
        lasted = duration(max(item.since - item.began, 0))
        was = item.was.name if item.was is not Level.OK else "not OK"
        return f"was {was} for {lasted}, from {_clock(item.began, now)} to {_clock(item.since, now)} UTC"
    lasts = now - item.since
    return f"since {_clock(item.since, now)} UTC" + (f", for {duration(lasts)}" if lasts >= 1 else "")


def _clock(at: float, now: float) -> str:
    """With the date where it is not of the day (in UTC) on which this is told."""
    same = at // _DAY == now // _DAY
    return time.strftime("%H:%M:%S" if same else "%Y-%m-%d %H:%M:%S", time.gmtime(at))


def _counts(items: Sequence[Item]) -> str:
    """How many of each, the worst first: what stands badly, what is new for the better, what only happened."""
    if not items:
        return "nothing to tell"
    told: dict[str, int] = {}
    for item in sorted(items, key=lambda item: -_level(item)):
        match item.news:
            case News.RECOVERED:
                word = "OK again"
            case News.FLAPPING:
                word = "changing"
            case News.HAPPENED:
                word = "happened"
            case _:
                word = item.level.name
        told[word] = told.get(word, 0) + 1
    counts = ", ".join(f"{number} {word}" for word, number in told.items())
    return f"still {counts}" if all(item.news is News.REMINDER for item in items) else counts


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(one_line(name, 80) for name in names[:_NAMES]) + more


def _left_out(count: int) -> Line:
    return Line("", f"… {count} more line{'s are' if count != 1 else ' is'} left out; opsconsole status tells all")


def _line(bold: str, rest: str = "") -> Line:
    return Line(_told(bold), _told(rest))


def _told(text: str) -> str:
    """One line of sound Unicode: a name with bytes that are none could not be sent at all."""
    return one_line(text, _LONGEST).encode("utf-8", "replace").decode("utf-8")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
