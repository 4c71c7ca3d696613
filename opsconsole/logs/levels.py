"""How bad a line of a log is, by the habits of those who write logs. Pure."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

_BEGINNING: Final = 240
"""Characters of a line in which its level must stand; of a JSON line all of this many times four."""


class LogLevel(IntEnum):
    """How bad; NONE where the line does not say."""

    NONE = 0
    DEBUG = 1
    INFO = 2
    WARNING = 3
    ERROR = 4
    FATAL = 5


_NAMES: Final = {
    **dict.fromkeys(("trace", "debug", "dbg", "verbose", "finest", "fine"), LogLevel.DEBUG),
    **dict.fromkeys(("info", "information", "notice", "log", "inf"), LogLevel.INFO),
    **dict.fromkeys(("warn", "warning", "wrn"), LogLevel.WARNING),
    **dict.fromkeys(("error", "err", "severe", "eror"), LogLevel.ERROR),
    **dict.fromkeys(("critical", "crit", "fatal", "panic", "alert", "emerg", "emergency", "dpanic"), LogLevel.FATAL),
}

_JSON: Final = re.compile(r'"(?:level|levelname|log\.level|severity|lvl|loglevel)"\s*:\s*(?:"([A-Za-z]+)"|(\d+))')
_LOGFMT: Final = re.compile(r"\b(?:level|lvl|severity)=\"?([A-Za-z]+)")
_LOUD: Final = re.compile(
    r"(?<![\w/=.-])"
    r"(TRACE|DEBUG|VERBOSE|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL|PANIC|ALERT|EMERG|LOG(?=:))"
    r"(?![\w=-])"
)
_BRACKETED: Final = re.compile(
    r"\[(trace|debug|info|notice|warn|warning|error|crit|critical|alert|emerg|fatal|Trace|Debug|Info|Notice|Warning|Error"
    r"|\w+:(?:debug|info|notice|warn|error|crit|alert|emerg))\s*\]"
)
_REDIS: Final = re.compile(r"^\d+:[XCSM] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)? ([.\-*#]) ")
_REDIS_SIGNS: Final = {
    ".": LogLevel.DEBUG,
    "-": LogLevel.DEBUG,
    "*": LogLevel.INFO,
    "#": LogLevel.WARNING,
}
_GLOG: Final = re.compile(r"^([IWEF])\d{4} \d\d:\d\d:\d\d")
_GLOG_LETTERS: Final = {"I": LogLevel.INFO, "W": LogLevel.WARNING, "E": LogLevel.ERROR, "F": LogLevel.FATAL}
_ACCESS: Final = re.compile(r"\" ([1-5])\d\d(?: |$)|\bHTTP/\d(?:\.\d)?\"? ([1-5])\d\d\b")
_PRIORITY: Final = re.compile(r"^<(\d{1,3})>")
_RAISED: Final = re.compile(r"^(?:Traceback \(most recent|Exception in thread |panic: |Unhandled |Uncaught )")


def level_of(text: str) -> LogLevel:
    """What a line says of itself: JSON lines, logfmt, gunicorn, celery, nginx, postgres, redis, and others like them.

    An access line counts by its answer: 5xx is an error, 4xx a warning.
    """
    level = _by_form(text[: 4 * _BEGINNING])
    return level if level is not None else _by_word(text[: 4 * _BEGINNING])


def _by_form(text: str) -> LogLevel | None:
    """Of a line whose whole form is known."""
    if text.startswith("{") and (match := _JSON.search(text)):
        return _named(match[1]) if match[1] else _of_number(int(match[2]))
    if match := _REDIS.match(text):
        return _REDIS_SIGNS[match[1]]
    if match := _GLOG.match(text):
        return _GLOG_LETTERS[match[1]]
    if match := _PRIORITY.match(text):
        return of_priority(int(match[1]) & 7)
    return LogLevel.ERROR if _RAISED.match(text) else None


def _by_word(text: str) -> LogLevel:
    """By the first word that names a level; an access line by its answer, where that is worse."""
    head = text[:_BEGINNING]
    named = filter(None, (_LOUD.search(head), _BRACKETED.search(head), _LOGFMT.search(head)))
    first = min(named, key=lambda match: match.start(), default=None)
    level = _named(first[1].rpartition(":")[2]) if first is not None else LogLevel.NONE
    if level > LogLevel.INFO:
        return level
    answer = _ACCESS.search(text)
    return max(level, _of_answer(answer)) if answer else level


def of_priority(number: int) -> LogLevel:
    """Of syslog's numbers, which the journal has too: 0 the worst, 7 debugging."""
    order = (LogLevel.FATAL,) * 3 + (LogLevel.ERROR, LogLevel.WARNING, LogLevel.INFO, LogLevel.INFO, LogLevel.DEBUG)
    return order[number] if 0 <= number < len(order) else LogLevel.NONE


def _named(word: str) -> LogLevel:
    return _NAMES.get(word.lower(), LogLevel.NONE)


def _of_answer(match: re.Match[str]) -> LogLevel:
    kind = match[1] or match[2]
    return {"5": LogLevel.ERROR, "4": LogLevel.WARNING}.get(kind, LogLevel.NONE)


def _of_number(number: int) -> LogLevel:
    """As bunyan and pino count (10 trace … 60 fatal); small numbers are syslog's."""
    if number < 8:
        return of_priority(number)
    if number >= 60:
        return LogLevel.FATAL
    tens = {10: LogLevel.DEBUG, 20: LogLevel.DEBUG, 30: LogLevel.INFO, 40: LogLevel.WARNING, 50: LogLevel.ERROR}
    return tens.get(number - number % 10, LogLevel.NONE)
