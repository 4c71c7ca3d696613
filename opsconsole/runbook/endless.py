"""Commands that have no end of their own: they stream until somebody stops them, and that is no failure. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.lines import every_line
from opsconsole.runbook.table import Entry, judge_line, make_row, programs
from opsconsole.runbook.words import Word

_PATTERNS: Final = {
    "docker": (
        *(
            "logs -f",
            "logs --follow",
            "container logs -f",
            "service logs -f",
            "compose logs -f",
            "compose logs --follow",
        ),
        *("events !--until", "stats !--no-stream", "compose events", "compose watch", "attach"),
    ),
    "journalctl": ("-f", "--follow"),
    "tail": ("-f", "-F", "--follow"),
    "kubectl": ("logs -f", "logs --follow", "get -w", "get --watch", "port-forward", "proxy"),
    "watch": ("",),
    "top": ("!-b", "-b !-n"),
    **dict.fromkeys(("htop", "atop", "iotop", "iftop", "nethogs", "nload", "slabtop", "stern"), ("",)),
    "free": ("-s !-c",),
    "redis-cli": ("monitor", "subscribe", "MONITOR", "SUBSCRIBE", "--stat", "--latency", "--latency-history"),
    "ping": ("!-c !-w",),
    "dmesg": ("-w", "-W", "--follow"),
    "tcpdump": ("!-c !-r",),
    "less": ("+F",),
}
"""Program -> patterns as in the table of programs (table.py)."""

_SAMPLERS: Final = {**dict.fromkeys(("vmstat", "iostat", "mpstat", "pidstat", "sar"), 1), "dstat": 0}
"""Program -> so many bare numbers, and it goes on: an interval without a count (dstat needs not even that)."""
_VALUED: Final = frozenset(("-p", "-P", "-o", "-s", "-e", "-f", "-n", "-t", "-C", "-D", "-N"))
"""Options of samplers after which a number is a value of theirs."""

_MAYBE: Final = re.compile(
    r"\s-\w*[fFwWs]|--(?:follow|watch|stat|latency)|\+F|\w*stat\b|top\b|(?i:monitor|subscribe)"
    r"|\b(?:watch|ping|tcpdump|events|stats|attach|port-forward|proxy|less|sar|nethogs|nload|stern)\b"
)
"""What every one of them has: most scripts need no second look."""


def is_endless(script: str) -> bool:
    """Whether some command of `script` streams until it is stopped."""
    return bool(_MAYBE.search(script)) and any(_goes_on(name, words) for name, words in every_line(script))


def _goes_on(name: str, words: list[Word]) -> bool:
    if name == "docker-compose":
        name, words = "docker", [Word("docker"), Word("compose"), *words[1:]]
    if name in _SAMPLERS and _bare_numbers(words[1:]) in (_SAMPLERS[name], 1):
        return True
    entry = _entries().get(name)
    return entry is not None and judge_line(entry, [Word(name), *words[1:]]).risk is Risk.CHANGE


def _bare_numbers(words: list[Word]) -> int:
    """How many numbers stand there for themselves; -1 where a word is only known when it runs."""
    texts = [word.text for word in words]
    if None in texts:
        return -1
    return sum(
        bool(text and text.isdigit()) and (number == 0 or texts[number - 1] not in _VALUED)
        for number, text in enumerate(texts)
    )


@lru_cache(maxsize=1)
def _entries() -> dict[str, Entry]:
    """Entries in which a change stands for *endless*, so that the same rules of matching hold."""
    found = {}
    for name, patterns in _PATTERNS.items():
        known = programs().get(name)
        rows = [make_row(pattern, "change", "goes on") for pattern in patterns]
        paths = {" ".join(row.path) for row in rows}
        base = [make_row(path, "read", "ends") for path in paths | {""} if not any(p == path for p in patterns)]
        found[name] = Entry(
            name,
            (*base, *rows),
            known.values if known else frozenset(),
            known.flags if known else frozenset(),
        )
    return found
