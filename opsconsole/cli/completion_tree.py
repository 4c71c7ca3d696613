"""What can be typed, as the real parsers of all commands have it: the source of every shell's completion.

Each command's parser is built and looked at; nothing is written down twice, and a new option is completed by itself.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from opsconsole.cli import COMMANDS
from opsconsole.cli.arguments import Parser, overview

Kind = Literal["none", "words", "file", "checks", "services", "logs", "runbooks", "runs"]
"""What stands in the place of a value: nothing that is known, one of some words, a file, or a name of this stack."""

_BY_DEST: Final[dict[str, Kind]] = {
    "checks": "checks",
    "silence": "checks",
    "unsilence": "checks",
    "services": "services",
    "runbook": "runbooks",
    "id": "runs",
    "names": "logs",
}
"""By the name of an argument in the parsers."""

_SHARED: Final = re.compile(r"^  (--[a-z-]+)(?: ([A-Z]+))?  +(\S[^;(:\n]*)", re.MULTILINE)
"""An option of all commands in the text of `--help`, which is where people read of it: name, value, meaning."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a place takes."""

    kind: Kind = "none"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One option under all its names; `value` is None for a switch."""

    names: tuple[str, ...]
    help: str = ""
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A command or one of its actions: `path` are the words that lead to it, () for the program itself.

    `places` are its positional arguments in order; with `more` the last may be repeated.
    """

    path: tuple[str, ...]
    help: str = ""
    options: tuple[Option, ...] = ()
    places: tuple[Value, ...] = ()
    more: bool = False
    below: tuple[Node, ...] = ()

    @property
    def name(self) -> str:
        """Its own word."""
        return self.path[-1] if self.path else ""

    def every(self) -> Iterator[Node]:
        """It and all below it."""
        yield self
        for node in self.below:
            yield from node.every()


def tree() -> Node:
    """All of the program."""
    commands = tuple(_command(name, module, summary) for name, (module, summary) in COMMANDS.items())
    helped = Option(("--help", "-h"), "what can be done")
    return Node((), options=(*shared(), helped, Option(("--version",), "the version")), below=commands)


def shared() -> tuple[Option, ...]:
    """The options that every command takes, before or after its name."""
    found = []
    for name, metavar, help in _SHARED.findall(overview()):
        if name not in ("--help", "--version"):
            kind: Kind = "file" if metavar in ("FILE", "NAME") else "none"
            found.append(Option((name,), help.strip(), Value(kind) if metavar else None))
    return tuple(found)


def _command(name: str, module: str, summary: str) -> Node:
    parser = Parser(prog=f"opsconsole {name}")
    import_module(module).add_arguments(parser)
    return _node((name,), summary, parser)


def _node(path: tuple[str, ...], help: str, parser: argparse.ArgumentParser) -> Node:
    options: list[Option] = []
    places: list[Value] = []
    below: list[Node] = []
    more = False
    for action in parser._actions:  # argparse shows them nowhere else; `shtab` and others go the same way
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            below += [_node((*path, name), told.get(name, ""), inner) for name, inner in action.choices.items()]
        elif action.help == argparse.SUPPRESS:
            continue
        elif action.option_strings:
            # A value that may be left away is not waited for: what follows is more often something else.
            value = None if action.nargs in (0, "?") else _value(action)
            options.append(Option(tuple(action.option_strings), _first_words(action.help), value))
        else:
            places.append(_value(action))
            more = action.nargs in ("*", "+")
    return Node(path, _first_words(help), (*options, *shared()), tuple(places), more, tuple(below))


def _value(action: argparse.Action) -> Value:
    if action.choices is not None:
        return Value("words", tuple(str(choice) for choice in action.choices))
    if action.dest in _BY_DEST:
        return Value(_BY_DEST[action.dest])
    kind: Any = action.type
    return Value("file" if kind is Path else "none")


def _first_words(help: str | None) -> str:
    """A help text up to its first aside: the shells have one short line for it."""
    return re.split(r" \(|[;:]", help or "", maxsplit=1)[0].replace("%%", "%").strip()
