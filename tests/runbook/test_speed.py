"""A long runbook is read in at most three times what its Markdown alone takes.

What each command can do is worked out when it is first looked at, and is no part of this.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from opsconsole.runbook.markdown import parse

PROSE = (
    "## Part {n}\n\nWhen the queue `{n}` grows, **look** at its worker first. It may be *busy*, or wait for\n"
    "[the database](#part-{n}); the difference shows in its log.\n\n- one that is busy writes a line a second\n"
    "- one that waits writes nothing\n- one that is gone leaves its last words\n\n| sign | meaning |\n|---|---|\n"
    "| many | busy |\n| few | waits |\n\n```bash\ndocker compose logs --tail {n} worker | grep -c error\n"
    "# Expected: {n}\n```\n\nGo on only when the number is small. Else ask whoever is on call for part {n}.\n\n"
)
"""Prose, lists, a table and a command."""
COMMANDS = (
    "## Part {n}\n\n```bash\nkubectl -n app{n} get pods -o wide\n"
    "kubectl -n app{n} logs <pod> | grep -i 'error {n}'\n```\n\n"
)
"""Hardly a word of prose."""


def long_runbook(lines: int, section: str) -> str:
    """That section again and again, no two the same."""
    return "".join(section.format(n=n) for n in range(lines // section.count("\n") + 1))


def quickest(*works: Callable[[], object]) -> list[float]:
    """Seconds of processor time that each takes, the best of three in turn, so that a busy box counts alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(3):
        for work, times in zip(works, taken, strict=True):
            begin = time.process_time()
            work()
            times.append(time.process_time() - begin)
    return [min(times) for times in taken]


@pytest.mark.parametrize("section", [PROSE, COMMANDS], ids=["prose", "commands"])
def test_ten_thousand_lines(section: str) -> None:
    text = long_runbook(10_000, section)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parse("```bash\nls\n```", "warm")
    ours, markdown = quickest(lambda: parse(text, "long"), lambda: parser.parse(text))
    assert ours <= 3 * markdown


def test_time_grows_with_the_length_and_no_faster() -> None:
    """Nothing but commands under one heading: each has a name of its own, and names must be found quickly too."""
    short, long = (long_runbook(lines, "```bash\nsystemctl restart app{n}\n```\n\n") for lines in (2_500, 10_000))
    slow, quick = quickest(lambda: parse(long, "long"), lambda: parse(short, "short"))
    assert slow <= 8 * quick
