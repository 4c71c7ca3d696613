"""`opsconsole completion`: what a shell needs to complete our words, and the names that it asks for meanwhile."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

from opsconsole.cli.output import write
from opsconsole.model.trouble import Trouble, TroubleError

SHELLS: Final = {
    "bash": "opsconsole.cli.completion_bash",
    "zsh": "opsconsole.cli.completion_zsh",
    "fish": "opsconsole.cli.completion_fish",
}
"""Shell -> module with `script(tree)`."""

_ON: Final = """\
to switch it on:
  bash   echo 'eval "$(opsconsole completion bash)"' >>~/.bashrc
  zsh    echo 'eval "$(opsconsole completion zsh)"' >>~/.zshrc        (after compinit)
  fish   opsconsole completion fish >~/.config/fish/completions/opsconsole.fish
"""

_SAFE: Final = re.compile(r"[\w.,@%+/-]+")
"""Names that are one word to every shell. Others, which people would have to quote, are not offered."""

_MOST_RUNS: Final = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("shell", nargs="?", choices=tuple(SHELLS), metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    parser.add_argument(
        "--names",
        choices=("checks", "services", "logs", "runbooks", "runs"),
        help="print names of this stack, as the scripts ask for them",
    )
    parser.epilog = f"{_ON}\n{parser.epilog or ''}"


def main(args: argparse.Namespace) -> int:
    """The script, or names, one a line: none where they cannot be had, since nobody wants to read why at a Tab."""
    if args.names:
        names: list[str] = []
        with suppress(TroubleError, OSError):
            names = list(dict.fromkeys(filter(_SAFE.fullmatch, _names(args))))
        write("".join(f"{name}\n" for name in names))
        return 0
    if args.shell is None:
        raise TroubleError(Trouble("no shell is named", "opsconsole completion", f"name one of {', '.join(SHELLS)}"))
    from opsconsole.cli.completion_tree import tree

    write(import_module(SHELLS[args.shell]).script(tree()))
    if sys.stdout is not None and sys.stdout.isatty():
        print(_ON, end="", file=sys.stderr)
    return 0


def _names(args: argparse.Namespace) -> Iterator[str]:
    """Cheaply: without a look at the box, and without reading what bears the names."""
    from opsconsole.cli.parts import stack_file

    file = stack_file(args)
    if args.names == "runbooks":
        yield from _runbooks(file.parent if file else Path())
        return
    from opsconsole.stack.load import load_what_is_sound

    stack = load_what_is_sound(file)[0] if file else None
    if args.names == "runs":
        from opsconsole.run.folder import default_state_folder

        yield from _runs((stack.state_folder if stack else None) or default_state_folder())
    elif stack is not None and args.names == "services":
        yield from (service.name for service in stack.services)
    elif args.names == "logs" and stack is not None:
        from opsconsole.logs.sources import known

        yield from known(stack)
    elif stack is not None:
        checks = [check.name for check in stack.checks]
        yield from dict.fromkeys(owner for name in checks if (owner := name.partition(".")[0]) != name)
        yield from checks


def _runbooks(folder: Path) -> Iterable[str]:
    from opsconsole.runbook.library import Library

    return Library((folder,)).names()


def _runs(state: Path) -> Iterator[str]:
    """`last`, and the newest of all; their ids begin with the time."""
    ids = sorted((path.name for path in (state / "runs").iterdir() if path.is_dir()), reverse=True)
    if ids:
        yield "last"
    yield from ids[:_MOST_RUNS]
