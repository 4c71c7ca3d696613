"""From the words on the command line to a command and its arguments. Quick to import: `--help` needs no more."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from opsconsole.cli import COMMANDS

_BAD_USAGE = 3  # cli/exits.py says why; its import would cost more than all of this module

_OPTIONS = """\
options that every command takes, before or after its name:
  --stack FILE   the stack file (else: $OPSCONSOLE_STACK, ./opsconsole.toml, ./stack.toml,
                 the user's config folder, /etc/opsconsole/; with none, what is found on this box)
  --read-only    nothing that changes anything can be run
  --no-color     no colours; NO_COLOR does the same
  --theme NAME   the colours of the console: dark, light, contrast, sixteen, or a file of one's own;
                 $OPSCONSOLE_THEME does the same
"""

_CODES = """\
exit codes of status and check: 0 OK · 1 DEGRADED · 2 DOWN · 3 UNKNOWN, bad usage, a bad stack file, a fault of ours
"""


class Parser(argparse.ArgumentParser):
    """An argument parser that leaves with 3 on bad usage, because 2 says that something is DOWN."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """One line of what is wrong, one of where help is."""
        self.exit(_BAD_USAGE, f"opsconsole: {message}\ntry: {self.prog} --help\n")


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The arguments, with `command` among them ("" for the console) and the command's function in `main`.

    Prints and raises SystemExit for `--help`, `--version` and bad usage.
    """
    shared, left = _shared(words)
    command, own = (left[0], left[1:]) if left else ("", [])
    parser = Parser(prog="opsconsole", add_help=False)
    if command in ("-h", "--help"):
        command = "help"
    if command == "help" and own[:1] and own[0] in COMMANDS:
        command, own = own[0], ["--help"]
    if command == "help":
        print(overview(), end="")
        parser.exit(0)
    if command == "--version":
        from opsconsole import __version__

        print(f"opsconsole {__version__}")
        parser.exit(0)
    if command.startswith("-"):
        parser.error(f"unknown option {command}")
    if not command:
        return shared
    if command not in COMMANDS:
        parser.error(f"there is no command {command!r}; " + _suggestion(command))
    module_name, summary = COMMANDS[command]
    module = import_module(module_name)
    parser = Parser(
        prog=f"opsconsole {command}",
        description=summary[0].upper() + summary[1:] + ".",
        epilog=_OPTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    args = parser.parse_args(own, shared)
    args.command, args.main = command, module.main
    return args


def overview() -> str:
    """What `opsconsole --help` prints."""
    width = max(map(len, COMMANDS))
    commands = "".join(f"  {name:{width}}   {summary}\n" for name, (_, summary) in COMMANDS.items())
    return (
        "usage: opsconsole [--stack FILE] [--read-only] [--no-color] [--theme NAME] [COMMAND …]\n\n"
        "What should be true on this box, whether it is true, and how to mend it.\n"
        "Without a command: opens the console.\n\n"
        f"commands (opsconsole COMMAND --help says more):\n{commands}\n"
        f"{_OPTIONS}  --help         this text\n  --version      the version\n\n{_CODES}"
    )


def _shared(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options that every command takes, wherever they stand, and all other words.

    argparse would want them either before or after the command's name, and would forget the ones before.
    """
    found = argparse.Namespace(stack=None, read_only=False, no_color=False, theme="", command="")
    left: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            left += [word, *rest]
        elif word == "--read-only":
            found.read_only = True
        elif word == "--no-color":
            found.no_color = True
        elif (option := word.partition("=")[0]) in ("--stack", "--theme"):
            value = next(rest, "") if word == option else word.partition("=")[2]
            if not value:
                what = "a file" if option == "--stack" else "a theme"
                Parser(prog="opsconsole", add_help=False).error(f"{option} needs the name of {what}")
            if option == "--stack":
                found.stack = Path(value)
            else:
                found.theme = value
        else:
            left.append(word)
    return found, left


def _suggestion(command: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(command, COMMANDS, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(COMMANDS)}"
