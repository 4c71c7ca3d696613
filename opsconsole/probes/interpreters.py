"""What an interpreter was told to run. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.probes.wrappers import base


@dataclass(frozen=True, slots=True)
class Called:
    """How an interpreter was called: `words` begin with the script or module; `code` is text given on the line.

    Neither means that it reads from a terminal or a pipe.
    """

    language: str
    words: tuple[str, ...] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Language:
    values: frozenset[str] = frozenset()  # options that take the next word
    code: frozenset[str] = frozenset()  # options whose next word is program text
    runs: frozenset[str] = frozenset()  # options whose next word is what it runs
    verbs: frozenset[str] = frozenset()  # subcommands before the script


def _language(values: str = "", code: str = "", runs: str = "", verbs: str = "") -> _Language:
    return _Language(*(frozenset(words.split()) for words in (values, code, runs, verbs)))


_JAVA: Final = _language(
    "-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports --add-reads "
    "--upgrade-module-path --patch-module --limit-modules",
    runs="-jar -m --module",
)
_LANGUAGES: Final[dict[str, _Language]] = {
    "node": _language("-r --require --import --loader --experimental-loader -C --conditions --title", "-e --eval -p"),
    "ruby": _language("-r -I -C -E -x", "-e"),
    "perl": _language("-I", "-e -E"),
    "php": _language("-d -c -z -t -S", "-r", runs="-f"),
    "java": _JAVA,
    "deno": _language("-c --config --import-map -L", verbs="run serve"),
    "bun": _language("-r --preload -c --config", "-e --eval", verbs="run"),
    "dotnet": _language("--additionalprobingpath --depsfile --runtimeconfig --fx-version", verbs="exec"),
    "mono": _language("--config"),
    "rscript": _language("-e"),
    "lua": _language("-l", "-e"),
    "luajit": _language("-l", "-e"),
}
_ALIASES: Final = {"nodejs": "node", "jsvc": "java"}
_VERSION: Final = re.compile(r"[\d.]+[a-z]?$")
_PYTHON: Final = re.compile(r"(?:python|pypy)(?:\d+(?:\.\d+)*t?)?(?:-dbg)?")
_KNOWN_SCRIPTS: Final = {
    "npm-cli.js": "npm",
    "npx-cli.js": "npx",
    "yarn.js": "yarn",
    "pnpm.cjs": "pnpm",
}


def called(words: Sequence[str]) -> Called | None:
    """How the interpreter in `words` was called; None where `words` is no interpreter's command line."""
    name = base(words[0])
    if _PYTHON.fullmatch(name):
        return _python(words)
    short = _VERSION.sub("", name).lower()
    short = _ALIASES.get(short, short)
    language = _LANGUAGES.get(short)
    return _other(short, language, words) if language else None


def script_name(script: str) -> str:
    """What people call a script: its file's name, or that of the package whose `__main__.py` it is."""
    name = base(script)
    if name in ("__main__.py", "__main__"):
        return base(script.rstrip("/").rpartition("/")[0]) or name
    return _KNOWN_SCRIPTS.get(name, name)


def module_name(module: str) -> str:
    """The same for a module: `celery.__main__` is celery."""
    return module.removesuffix(".__main__") or module


def _python(words: Sequence[str]) -> Called:
    """Python's short options may stand together (`-uBm pkg`); `m` and `c` take the rest and end them."""
    at = 1
    while at < len(words):
        word = words[at]
        if word == "--" or not word.startswith("-"):
            rest = words[at + 1 :] if word == "--" else words[at:]
            return _script(rest)
        if word == "-":
            break
        step = 2 if word == "--check-hash-based-pycs" else 1
        for place, letter in enumerate(word[1:], 2) if not word.startswith("--") else ():
            attached = word[place:]
            if letter in "mc":
                value, rest = (attached, words[at + 1 :]) if attached else (_at(words, at + 1), words[at + 2 :])
                if letter == "c":
                    return Called("python", code=value)
                return Called("python", (module_name(value), *rest) if value else ())
            if letter in "WXQ":
                step = 1 if attached else 2
                break
        at += step
    return Called("python")


def _script(rest: Sequence[str]) -> Called:
    return Called("python", (script_name(rest[0]), *rest[1:]) if rest and rest[0] else ())


def _other(name: str, language: _Language, words: Sequence[str]) -> Called:
    at = 1
    verbs = language.verbs
    while at < len(words):
        word = words[at]
        if word in language.code:
            return Called(name, code=_at(words, at + 1))
        if word in language.runs:
            at += 1
            break
        if word in verbs:
            verbs = frozenset()
        elif word in language.values:
            at += 1
        elif word == "--":
            at += 1
            break
        elif not word.startswith("-") or word == "-":
            break
        at += 1
    rest = words[at:]
    if not rest or rest[0] in ("", "-", "."):
        return Called(name)
    return Called(name, (script_name(rest[0]), *rest[1:]))


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if place < len(words) else ""
