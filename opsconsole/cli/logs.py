"""`opsconsole logs`: the logs of services in plain lines, merged by time."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from opsconsole.cli.exits import TROUBLE, Exit
from opsconsole.cli.parts import parts_here
from opsconsole.model.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from opsconsole.logs.book import Book
    from opsconsole.logs.matches import Pattern
    from opsconsole.wiring import Parts

T = TypeVar("T")

_LINES: Final = 200
_REST: Final = 0.05  # seconds between two looks for what has come


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("names", nargs="*", metavar="SERVICE", help="a service or a check of a log; none means all")
    parser.add_argument("--since", metavar="TIME", help="from a time on: 10m ago, 03:12 (UTC), 2026-01-06 23:50")
    parser.add_argument("-n", "--lines", type=int, default=_LINES, help=f"without --since: the last lines ({_LINES})")
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    parser.add_argument("--grep", metavar="RE", help="only messages that hold the expression, each with its traceback")


def main(args: argparse.Namespace) -> int:
    """Print them; 3 where no log could be read."""
    return asyncio.run(_print(args))


async def _print(args: argparse.Namespace) -> int:
    parts = await parts_here(args)
    try:
        pattern = _pattern(args.grep)
        return await _read(parts, args, pattern)
    finally:
        await parts.close()


async def _read(parts: Parts, args: argparse.Namespace, pattern: Pattern | None) -> int:
    from opsconsole.logs.book import Book
    from opsconsole.logs.lines import Wanted
    from opsconsole.logs.readers.processes import spread
    from opsconsole.logs.sources import known, sources

    names = args.names or known(parts.stack)
    found, none = sources(parts.stack, names)
    if none or not found:
        raise TroubleError(*(_unknown(name, known(parts.stack), parts.stack.name) for name in none or ["any log"]))
    readers = parts.log_readers(found := await spread(parts.world, found))
    wanted = Wanted(max(args.lines, 1), _since(args.since, parts.world.clock()))
    book = Book(found, readers, wanted, follow=args.follow)
    book.narrow(pattern)
    book.open()
    try:
        return await _follow(book, [source.name for source in found], follow=args.follow)
    finally:
        await book.close()
        await readers.close()


async def _follow(book: Book, names: list[str], *, follow: bool) -> int:
    """Print what comes until all is read, or with `follow` until Ctrl-C."""
    told: dict[str, str] = {}
    printed, over = 0, False
    while not over:
        await asyncio.sleep(_REST)
        over = not follow and not book.reading and (book.filter is None or not book.filter.behind)
        if book.filter is not None and book.filter.too_slow:
            raise TroubleError(Trouble("this expression takes too long", "--grep", "use a simpler one"))
        printed = _show(book, names, printed)
        for one in book.standings:
            if one.said and told.get(one.source.name) != one.said:
                print(f"opsconsole: {one.source.name}: {one.said}", file=sys.stderr)
            told[one.source.name] = one.said
    return TROUBLE if all(one.said for one in book.standings) else Exit.OK


def _show(book: Book, names: list[str], printed: int) -> int:
    """Print the lines after the first `printed` of those that were shown so far; how many that are now."""
    from opsconsole.logs.saving import written

    ring, only = book.ring, book.filter
    gone, count = (ring.first, len(ring)) if only is None else (only.forgotten, len(only))
    if printed < gone:
        print(f"opsconsole: {gone - printed} lines came faster than they could be printed", file=sys.stderr)
    places = range(max(printed - gone, 0), count)
    numbers = (ring.first + place if only is None else only.at(place) for place in places)
    for line in written(ring, numbers, names):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return gone + count


def _pattern(sought: str | None) -> Pattern | None:
    from opsconsole.logs.matches import Pattern

    return _or_trouble("--grep", lambda: Pattern(sought, regex=True)) if sought else None


def _since(said: str | None, now: float) -> float | None:
    from opsconsole.logs.moments import parse_moment

    return _or_trouble("--since", lambda: parse_moment(said, now)) if said else None


def _or_trouble(option: str, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except ValueError as fault:
        raise TroubleError(Trouble(str(fault), option)) from None


def _unknown(name: str, names: list[str], stack: str) -> Trouble:
    remedy = f"there are: {', '.join(names[:12])}" if names else "it names no service and no log"
    return Trouble(f"no log is known of {name!r}", f"stack {stack}", remedy)
