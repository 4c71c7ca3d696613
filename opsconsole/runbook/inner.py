"""What each program starts, or which small language stands in its words: one function a family, found by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from opsconsole.model.runbook import Risk
from opsconsole.runbook.languages import judge_awk, judge_redis, judge_redis_lines, judge_sed
from opsconsole.runbook.nested import (
    SHELLS,
    Inner,
    InnerScript,
    InnerWords,
    Opens,
    in_shell,
    inside,
    wrappers,
)
from opsconsole.runbook.sql import judge_sql
from opsconsole.runbook.table import Entry, Judgement, Line, programs, take_apart
from opsconsole.runbook.words import HIDDEN, Word

Found: TypeAlias = Inner | Judgement
Family: TypeAlias = Callable[[Sequence[Word], str | None, bool], Iterable[Found]]


def starts(name: str, words: Sequence[Word], stdin: str | None, fed: bool) -> tuple[Sequence[Word], list[Found]]:
    """The words that are the program's own, and what it starts with the others."""
    words = [Word(name), *words[1:]]
    if name in FAMILIES:
        return words, list(FAMILIES[name](words, stdin, fed))
    table = wrappers()
    taken, wrapper = 1, table.get(name)
    entry = programs().get(name)
    if entry is not None and not _starting(entry.name).isdisjoint(word.template for word in words):
        line = take_apart(entry, words)
        for length in range(len(line.path), 0, -1):
            if found := table.get(" ".join((entry.name, *line.path[:length]))):
                taken, wrapper = line.rest, found
                break
    if wrapper is None:
        return words, []
    inner = list(inside(wrapper, words[taken:]))
    shortest = max((len(i.words) if isinstance(i, InnerWords) else getattr(i, "taken", 0) for i in inner), default=0)
    return words[: len(words) - shortest], [*inner]


@lru_cache(maxsize=256)
def _starting(program: str) -> frozenset[str]:
    """The last words of those subcommands of `program` that start another."""
    several = (name.split() for name in wrappers())
    return frozenset(words[-1] for words in several if len(words) > 1 and words[0] == program)


def _shell(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    yield from in_shell(words, stdin, fed)


def _eval(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    yield InnerScript(" ".join(word.template for word in words[1:]), any(word.text is None for word in words[1:]))


def _trap(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    if len(words) > 2 and words[1].text not in ("-", "", "-l", "-p"):
        yield InnerScript(words[1].template, pasted=words[1].text is None)


def _xargs(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    """The words that come from outside are added behind, or put where `{}` stands."""
    replaced = None
    for number, word in enumerate(words):
        if (word.text or "").startswith(("-I", "-i", "--replace")):
            attached = (word.text or "")[2:] if not (word.text or "").startswith("--") else "{}"
            following = words[number + 1].template if number + 1 < len(words) else "{}"
            replaced = attached or (following if (word.text or "").startswith("-I") else "{}")
    for inner in inside(wrappers()["xargs"], words[1:]):
        if not isinstance(inner, InnerWords):
            yield inner
        elif replaced:
            yield InnerWords(tuple(Word(w.template.replace(replaced, HIDDEN), w.splits) for w in inner.words))
        else:
            yield InnerWords((*inner.words, Word(HIDDEN, splits=True)))
            if stdin is not None:
                yield InnerWords((*inner.words, *(Word(word) for word in stdin.split())))


def _find(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    at = 1
    while at < len(words):
        if words[at].text in ("-exec", "-execdir", "-ok", "-okdir"):
            end = at + 1
            while end < len(words) and words[end].text not in (";", "+"):
                end += 1
            inner = [Word(word.template.replace("{}", HIDDEN), word.splits) for word in words[at + 1 : end]]
            yield InnerWords(tuple(inner)) if inner else Opens("the command is missing")
            at = end
        at += 1


def _awk(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    line = take_apart(programs()["awk"], words)
    options = {option for option, _ in line.options}
    given = [value for option, value in line.options if option in ("-e", "--source")]
    if ("-i", "inplace") in line.options:
        yield Judgement(Risk.CHANGE, "writes a file")
    elif options & {"-f", "--file", "-E", "--exec", "-i", "--include", "-l", "--load"}:
        yield Judgement(Risk.UNKNOWN, "the program is in a file")
    elif not given and not options & {"--version", "-V", "--help"}:
        given = list(line.plain[:1])
    for program in given:
        found = judge_awk(program)
        yield found
        if found.risk is Risk.CHANGE:
            yield from (InnerScript(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', program) if text.strip())


def _sed(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    line = take_apart(programs()["sed"], words)
    given = [value for option, value in line.options if option in ("-e", "--expression")]
    if any(option in ("-f", "--file") for option, _ in line.options):
        yield Judgement(Risk.UNKNOWN, "the program is in a file")
    for program in given or line.plain[:1]:
        yield judge_sed(program)
        if match := re.search(r"^[^a-z/]*e\s+(.+)", program):
            yield InnerScript(match[1])


def _redis(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    entry = programs()["redis-cli"]
    at = 1
    alone = False
    while at < len(words):
        text = words[at].text
        if text is None or not text.startswith("-") or text == "-":
            break
        alone = alone or text in ("--scan", "--bigkeys", "--memkeys", "--hotkeys", "--latency", "--latency-history",
                                  "--latency-dist", "--stat", "--version", "-v", "--help", "--rdb", "--pipe", "--eval",
                                  "--cluster", "--intrinsic-latency", "--lru-test")  # fmt: skip
        at += 2 if text in entry.values else 1
    if alone:
        return
    if at < len(words):
        yield judge_redis(words[at:])
    elif stdin is not None:
        yield from judge_redis_lines(stdin)
    else:
        yield Opens("runs what is fed to it" if fed else "opens a shell")


def _client(statement: tuple[str, ...], *, positional: int | None) -> Family:
    """A database's client: statements in options, in the plain word at `positional`, or fed to it."""

    def family(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
        entry = programs()[words[0].text or ""]
        line = take_apart(entry, words)
        given = [value for option, value in line.options if _is(option, statement)]
        if positional is not None:
            given += line.plain[positional:]
        yield from map(judge_sql, given)
        for text in [*given, stdin or ""]:
            yield from (InnerScript(line) for line in re.findall(r"(?m)^\s*(?:\\!|\.shell|\.system)\s*(.+)", text))
        if given or _looks_only(entry, line):
            return
        if any(option in ("-f", "--file") for option, _ in line.options):
            yield Judgement(Risk.UNKNOWN, "the statements are in a file")
        elif stdin is not None:
            yield judge_sql(stdin)
        else:
            yield Opens("runs what is fed to it" if fed else "opens a shell")

    return family


def _is(option: str, names: tuple[str, ...]) -> bool:
    return any(option == name or (name.startswith(option) and option.startswith("--c")) for name in names)


def _looks_only(entry: Entry, line: Line) -> bool:
    """Some options make a client say something and leave."""
    return any(option in ("-l", "--list", "--version", "-V", "--help", "-?") for option, _ in line.options)


def _python(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    """`python manage.py …` and `python -m pip …` are programs of their own."""
    rest = list(words[1:])
    while rest and (rest[0].text or "") in ("-u", "-B", "-I", "-E", "-s", "-S", "-O", "-q"):
        rest.pop(0)
    first = rest[0].text if rest else None
    if first == "-m" and len(rest) > 1 and rest[1].text is not None:
        yield InnerWords((Word(f"python -m {rest[1].text}"), *rest[2:]))
    elif first is not None and (first == "manage.py" or first.endswith("/manage.py")):
        yield InnerWords((Word("manage.py"), *rest[1:]))
    elif first in ("--version", "-V", "--help"):
        return
    else:
        yield Opens("opens a shell" if not rest and not fed else "runs a program of theirs")


def _parallel(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    plain = [word for word in words[1:] if not (word.text or "x").startswith("-")]
    end = next((n for n, word in enumerate(plain) if (word.text or "").startswith(":::")), len(plain))
    if end:
        yield InnerScript(" ".join(word.template.replace("{}", HIDDEN) for word in plain[:end]), pasted=True)
    else:
        yield Opens("runs what is fed to it")


def _coproc(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    yield InnerWords(tuple(words[1:]))
    if len(words) > 2:
        yield InnerWords(tuple(words[2:]))


def _brace(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Found]:
    """Behind a `!`, the grammar takes the brace of a group for a program."""
    if len(words) > 1:
        yield InnerWords(tuple(words[1:]))
    else:
        yield Opens("the command is missing")


FAMILIES: Final[Mapping[str, Family]] = {
    **dict.fromkeys(SHELLS, _shell),
    "eval": _eval,
    "trap": _trap,
    "xargs": _xargs,
    "find": _find,
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "sed": _sed,
    "gsed": _sed,
    "redis-cli": _redis,
    "valkey-cli": _redis,
    "psql": _client(("-c", "--command"), positional=None),
    "mysql": _client(("-e", "--execute"), positional=None),
    "mariadb": _client(("-e", "--execute"), positional=None),
    "sqlite3": _client(("-cmd",), positional=1),
    "python": _python,
    "python3": _python,
    "parallel": _parallel,
    "coproc": _coproc,
    "{": _brace,
}
"""Program -> what it starts or says in a language of its own."""
