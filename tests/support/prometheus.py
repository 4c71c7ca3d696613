"""A reader of Prometheus's text format that forgives nothing: written from its description, not from our writer."""

from __future__ import annotations

import re

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
_HELP = re.compile(rf"# HELP ({_NAME}) ((?:[^\\\n]|\\[\\n])+)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge|histogram|summary|untyped)")
_SAMPLE = re.compile(
    rf"({_NAME})(?:\{{((?:{_LABEL})(?:,{_LABEL})*)\}})? ([-+]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|Inf)|NaN)"
)
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
_MEANS = {"\\": "\\", '"': '"', "n": "\n"}

Family = dict[frozenset[tuple[str, str]], float]


def parse(text: str) -> dict[str, Family]:
    """Metric -> labels -> value. AssertionError names the first line that a strict reader would refuse.

    Each metric has HELP, TYPE and at least one sample in one block; no sample comes twice or has a time of its own,
    which the text file collector of the node exporter refuses.
    """
    assert text.endswith("\n") and "\r" not in text, "the last line has no end"
    found: dict[str, Family] = {}
    helped = typed = ""
    for line in text.removesuffix("\n").split("\n"):
        if match := _HELP.fullmatch(line):
            assert match[1] not in found and match[1] != helped, f"a second block: {line!r}"
            helped = match[1]
        elif match := _TYPE.fullmatch(line):
            assert match[1] == helped and match[1] not in found, f"TYPE without HELP before it: {line!r}"
            typed = match[1]
            found[typed] = {}
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, f"no line of the format: {line!r}"
            assert match[1] == typed, f"outside of its block: {line!r}"
            pairs = [(name, _unescaped(value)) for name, value in _PAIR.findall(match[2] or "")]
            assert len({name for name, _ in pairs}) == len(pairs), f"a label twice: {line!r}"
            labels = frozenset(pairs)
            assert labels not in found[typed], f"the same sample twice: {line!r}"
            found[typed][labels] = float(match[3])
    assert all(found.values()), "a block without a sample"
    return found


def value(found: dict[str, Family], metric: str, **labels: str) -> float:
    """That of the one sample of `metric` which has these labels among its own."""
    (only,) = [v for known, v in found[metric].items() if labels.items() <= dict(known).items()]
    return only


def _unescaped(text: str) -> str:
    return re.sub(r'\\(["\\n])', lambda match: _MEANS[match[1]], text)
