"""What a command starts inside itself: behind `sudo`, in `sh -c '…'`, on another machine, in a container.

The wrappers are described in `wrappers.toml`:

    [sudo]
    values = ["-u"]          # options that take the next word
    flags = ["-E"]           # options that stand alone
    assigns = true           # NAME=value may stand before the program
    skip = 1                 # so many plain words stand before the program (a host, a container, a duration)
    script = ["-c"]          # options whose value is a piece of shell
    stops = ["-V"]           # with one of these, nothing is started
    opens = true             # with nothing to start, it opens a shell
    joins = true             # the words are joined and read by another shell
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, TypeAlias

from opsconsole.runbook.words import HIDDEN, Word

SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh", "mksh", "rbash"})


@dataclass(frozen=True, slots=True)
class InnerWords:
    """Another command, by its words, which are the last ones of the wrapper's own."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class InnerScript:
    """A piece of shell; `pasted` where variables of the outer shell are put into it as text.

    `taken` is how many of the wrapper's last words it is made of, where it is made of those.
    """

    text: str
    pasted: bool = False
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Opens:
    """A shell or a session whose commands nobody knows yet; with `shell`, it would run shell that is fed to it."""

    why: str
    shell: bool = False


Inner: TypeAlias = InnerWords | InnerScript | Opens


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One wrapper of the table."""

    values: frozenset[str]
    flags: frozenset[str]
    script: frozenset[str]
    stops: frozenset[str]
    skip: int
    assigns: bool
    opens: bool
    joins: bool


@lru_cache(maxsize=1)
def wrappers() -> Mapping[str, Wrapper]:
    """The wrappers by program, or by program and subcommand ("docker compose exec")."""
    text = files("opsconsole.runbook").joinpath("wrappers.toml").read_text(encoding="utf-8")
    table: dict[str, Wrapper] = {}
    for name, raw in tomllib.loads(text).items():
        values, flags, script, stops = (frozenset(raw.get(key, ())) for key in ("values", "flags", "script", "stops"))
        assigns, opens, joins = (bool(raw.get(key, False)) for key in ("assigns", "opens", "joins"))
        wrapper = Wrapper(values, flags, script, stops, raw.get("skip", 0), assigns, opens, joins)
        for alias in (name, *raw.get("also", ())):
            table[alias] = wrapper
    return table


def inside(wrapper: Wrapper, words: Sequence[Word]) -> Iterator[Inner]:
    """What `wrapper` starts; `words` are those after its own name. Where an option is not known, both readings."""
    at, skipped, started = 0, 0, False
    while at < len(words):
        text = words[at].text
        if text is not None and text.startswith("-") and text not in ("-", "--"):
            name, sign, _ = text.partition("=")
            if name in wrapper.stops:
                return
            script, used = _script(wrapper, text, words[at + 1 :])
            if script is not None:
                started = True
                yield script
            elif (
                not sign
                and name not in wrapper.flags
                and not _takes_value(wrapper, text)
                and not _bundle(wrapper, text)
            ):
                yield from _rest(wrapper, words[at + 2 :], skipped + (1 if at + 1 < len(words) else 0))
            at += 1 + (used if script is not None else _takes_value(wrapper, text))
            continue
        if text == "--":
            at += 1
        if text == "-":
            at += 1
            continue
        if skipped < wrapper.skip and at < len(words):
            skipped += 1
            at += 1
            continue
        break
    rest = words[at:]
    if rest:
        yield from _rest(wrapper, rest, skipped)
    elif wrapper.opens and not started:
        yield Opens("opens a shell", shell=True)


def _rest(wrapper: Wrapper, words: Sequence[Word], skipped: int) -> Iterator[Inner]:
    """The program that is started: what is left after assignments and words to be skipped."""
    rest = list(words[max(0, wrapper.skip - skipped) :])
    while rest and rest[0].text == "--":
        rest.pop(0)
    while wrapper.assigns and rest and re.match(r"[A-Za-z_]\w*=", rest[0].template):
        rest.pop(0)
    if not rest:
        if wrapper.opens:
            yield Opens("opens a shell", shell=True)
        return
    if wrapper.joins:
        text = " ".join(word.template for word in rest)
        yield InnerScript(text, pasted=any(word.text is None for word in rest), taken=len(rest))
    else:
        yield InnerWords(tuple(rest))


def _takes_value(wrapper: Wrapper, text: str) -> bool:
    """Whether the next word is the option's value: `-u NAME`, also at the end of a bundle (`-nu NAME`)."""
    if text in wrapper.values:
        return True
    if text.startswith("--") or len(text) < 3:
        return False
    for number, letter in enumerate(text[1:], 2):
        if "-" + letter in wrapper.values:
            return number == len(text)
    return False


def _bundle(wrapper: Wrapper, text: str) -> bool:
    """Whether a word is made of known short options, the last of which may have its value attached."""
    if text.startswith("--"):
        return False
    if re.fullmatch(r"-\d+", text):
        return True
    for letter in text[1:]:
        if "-" + letter in wrapper.values or "-" + letter in wrapper.script:
            return True
        if "-" + letter not in wrapper.flags:
            return False
    return True


def _script(wrapper: Wrapper, text: str, following: Sequence[Word]) -> tuple[InnerScript | None, int]:
    """The piece of shell that an option carries, and how many of the following words it took."""
    name, sign, value = text.partition("=")
    if sign and name in wrapper.script:
        return InnerScript(value, pasted=False), 0
    if name in wrapper.script or (not text.startswith("--") and "-" + text[-1] in wrapper.script and len(text) > 1):
        if not following:
            return InnerScript(HIDDEN, pasted=True), 0
        return InnerScript(following[0].template, pasted=following[0].text is None), 1
    for number, letter in enumerate(text[1:], 2):
        if text.startswith("--") or "-" + letter in wrapper.values:
            break
        if "-" + letter in wrapper.script:
            return InnerScript(text[number:], pasted=False), 0
    return None, 0


def in_shell(words: Sequence[Word], stdin: str | None, fed: bool) -> Iterator[Inner]:
    """What a shell (`words[0]`) runs: its `-c`, a file, what is fed to it, or what is typed."""
    at = 1
    while at < len(words):
        text = words[at].text
        if text is None:
            yield Opens("runs a hidden word")
            return
        if text in ("--version", "--help") or (text == "-n" and not any(w.template.startswith("+") for w in words)):
            return
        if text in ("-o", "-O", "+o", "+O", "--rcfile", "--init-file"):
            if text.startswith("--"):
                yield Opens("runs a file")
            at += 2
            continue
        if text.startswith(("-", "+")) and text not in ("-", "--", "-s"):
            if not text.startswith("--") and "c" in text:
                following = words[at + 1] if at + 1 < len(words) else Word(HIDDEN, splits=True)
                yield InnerScript(following.template, pasted=following.text is None)
                return
            at += 1
            if not text.startswith("--") and text[-1] in "oO":
                at += 1
            continue
        if text in ("-s", "-", "--"):
            at += 1
            continue
        yield Opens("runs a script of theirs")
        return
    if stdin is not None:
        yield InnerScript(stdin, pasted=HIDDEN in stdin)
    else:
        yield Opens("runs what is fed to it" if fed else "opens a shell")
