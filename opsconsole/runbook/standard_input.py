"""What a command reads: whether it needs a terminal, and what compose must be told when it has none. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from opsconsole.model.runbook import Command
from opsconsole.runbook.marks import blanked
from opsconsole.runbook.shell import Simple, read_script

_ASKS: Final = frozenset({"read", "mapfile", "readarray", "select", "passwd", "ssh-keygen", "dialog", "whiptail"})
_READS_WHEN_BARE: Final = frozenset({"cat", "tee", "bash", "sh", "zsh", "python", "python3", "xargs", "sort", "wc"})
_HANDS_ON: Final = frozenset({"docker", "docker-compose", "podman", "kubectl", "oc", "ssh", "sudo", "doas"})
"""Programs that hand their own input on where one of these says so."""
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "dash", "ash", "ksh"})
_FLAGS: Final = frozenset({"-i", "-t", "-it", "-ti", "--interactive", "--tty", "--stdin"})
_COMPOSE_FLAGS_WITH_VALUE: Final = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--parallel"}
    | {"--context", "-c", "-H", "--host"}
)


def needs_terminal(script: str, commands: tuple[Command, ...]) -> bool:
    """Whether something in `script` may want to read what somebody types.

    What changes something may ask before it does; a look does not, unless its own words say so.
    """
    if any(command.risk.changes or command.opens for command in commands):
        return True
    return _reads(script)


def _reads(script: str) -> bool:
    return any(_wants(simple) or _wants_inside(simple) for simple in read_script(script).simples)


def _wants_inside(simple: Simple) -> bool:
    """Whether a shell that it starts, by itself or through another program, is given a text with such a command."""
    if simple.fed:
        return False
    names = [posixpath.basename(word.text or "") for word in simple.words]
    for place, name in enumerate(names):
        rest = simple.words[place + 1 :]
        given = next((at for at, word in enumerate(rest) if not (word.text or "").startswith("-")), None)
        if name in _SHELLS and given and any("c" in (word.text or "") for word in rest[:given]):
            text = rest[given].text
            return text is None or _reads(text)
    return False


def _wants(simple: Simple) -> bool:
    words = [word.text or "" for word in simple.words]
    if not words:
        return False
    program = posixpath.basename(words[0])
    if simple.fed:
        return False
    bare = program in _READS_WHEN_BARE and all(word.startswith("-") for word in words[1:])
    compose = _compose_verb(words) is not None and not {"-T", "--no-TTY"} & set(words)
    handed_on = program in _HANDS_ON and bool(_FLAGS & set(words[1:]))
    return program in _ASKS or bare or compose or handed_on


def _compose_verb(words: list[str]) -> int | None:
    """Where `exec` or `run` stands in a call of compose; None in any other command."""
    program = posixpath.basename(words[0])
    at = 1 if program == "docker-compose" else 2 if program == "docker" and words[1:2] == ["compose"] else 0
    while at and at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _COMPOSE_FLAGS_WITH_VALUE else 1
    return at if at and words[at : at + 1] in (["exec"], ["run"]) else None


def without_terminal(script: str) -> str:
    """`script` with `-T` in each `docker compose exec` or `run` whose input or output is redirected or piped.

    Without it compose gives the program a terminal, and refuses since its input is none, or puts carriage returns
    into what goes to a file.
    """
    found = script.encode(errors="surrogateescape")
    for place in sorted(_places(script), reverse=True):
        found = found[:place] + b" -T" + found[place:]
    return found.decode(errors="surrogateescape")


def _places(script: str) -> Iterator[int]:
    """Where a ` -T` is missing: the byte behind `exec` or `run`."""
    source = blanked(script)
    data = source.encode(errors="surrogateescape")
    if b"compose" not in data:
        return
    for simple in read_script(source).simples:
        words = [word.text or "" for word in simple.words]
        verb = _compose_verb(words) if words else None
        redirected = simple.fed or any(redirect.writes for redirect in simple.redirects) or _piped(data, simple)
        if verb is None or not redirected or {"-T", "--no-TTY", "-d", "--detach"} & set(words[verb + 1 :]):
            continue
        place = _behind(data, simple, words[: verb + 1])
        if place is not None:
            yield place


def _piped(data: bytes, simple: Simple) -> bool:
    return data[simple.end :].lstrip(b" \t").startswith((b"| ", b"|&"))


def _behind(data: bytes, simple: Simple, words: list[str]) -> int | None:
    """The end of the last of `words` where they stand one after the other as they are; None where they do not."""
    at = simple.begin
    for word in words:
        at = data.find(word.encode(), at, simple.end)
        if at < 0:
            return None
        at += len(word.encode())
    return at
