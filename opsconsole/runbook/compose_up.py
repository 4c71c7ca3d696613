"""The calls of `docker compose up` in a script, taken apart. Pure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Final

from opsconsole.runbook.marks import blanked
from opsconsole.runbook.shell import Simple, read_script

_WITH_VALUE: Final = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--parallel"}
    | {"-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--progress"}
)
_UP_WITH_VALUE: Final = frozenset(
    {"-t", "--timeout", "--scale", "--exit-code-from", "--attach", "--no-attach", "--pull", "--wait-timeout"}
)


@dataclass(frozen=True, slots=True)
class ComposeUp:
    """One call: `engine` are its words for the engine (`docker --host x`), `compose` those before `up`.

    `services` are those that it names (none: all), `env` what is set for it alone. `known` is false where some of
    its words are only known when it runs.
    """

    engine: tuple[str, ...]
    compose: tuple[str, ...]
    services: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    force: bool = False
    keeps: bool = False
    alone: bool = False
    builds: bool = False
    known: bool = True


def compose_ups(script: str) -> tuple[ComposeUp, ...]:
    """The calls of `up` at the top of `script`, as far as its text tells."""
    if "compose" not in script or "up" not in script:
        return ()
    found = (_taken_apart(simple) for simple in read_script(blanked(script)).simples)
    return tuple(one for one in found if one is not None)


def _taken_apart(simple: Simple) -> ComposeUp | None:
    words = [word.text or "\0" for word in simple.words]
    if words[:1] == ["sudo"]:
        del words[0]
    at = _behind_compose(words)
    if at is None:
        return None
    verb = _skip_options(words, at, _WITH_VALUE)
    if words[verb : verb + 1] != ["up"]:
        return None
    flags, services = _split(words[verb + 1 :])
    engine = words[: at - 1] if posixpath.basename(words[0]) == "docker" else ["docker"]
    env = tuple((name, word.text or "\0") for name, word in simple.assigned)
    return ComposeUp(
        tuple(engine),
        tuple(words[:verb]),
        services,
        env,
        force="--force-recreate" in flags,
        keeps="--no-recreate" in flags,
        alone="--no-deps" in flags,
        builds="--build" in flags,
        known="\0" not in (*words, *(value for _, value in env)),
    )


def _behind_compose(words: list[str]) -> int | None:
    """The place behind the word that stands for compose."""
    program = posixpath.basename(words[0]) if words else ""
    if program == "docker-compose":
        return 1
    at = _skip_options(words, 1, _WITH_VALUE)
    return at + 1 if program == "docker" and words[at : at + 1] == ["compose"] else None


def _skip_options(words: list[str], at: int, with_value: frozenset[str]) -> int:
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in with_value else 1
    return at


def _split(words: list[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    flags, services = set(), []
    at = 0
    while at < len(words):
        if words[at].startswith("-"):
            flags.add(words[at])
            at += 1 if words[at] in _UP_WITH_VALUE else 0
        else:
            services.append(words[at])
        at += 1
    return frozenset(flags), tuple(services)
