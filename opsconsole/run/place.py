"""Where a step runs: on the box, as somebody, or inside a service. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.model.runbook import Runbook, Step
from opsconsole.model.service import ContainerRef
from opsconsole.model.stack import Stack

STRICTLY: Final = ("-eu", "-o", "pipefail")
"""How bash runs several commands as one script."""


@dataclass(frozen=True, slots=True)
class Place:
    """`argv` is what is run, with None where the command's text stands; `cwd` the folder; `words` say it to people."""

    argv: tuple[str | None, ...]
    cwd: Path
    words: str


def place_of(
    step: Step,
    runbook: Runbook,
    stack: Stack,
    who: str,
    host: str,
    env: Collection[str] = (),
    *,
    strict: bool = False,
) -> Place:
    """Where `step` runs. `who` and `host` are for the words; `env` names the variables that must get through.

    `strict` is for several commands as one script, which ends at the first that fails.
    """
    cwd = _folder(step.options.cwd or runbook.cwd, stack.home)
    options = step.options
    argv: tuple[str | None, ...] = ("bash", *(STRICTLY if strict else ()), "-c", None)
    if options.interpreter:
        argv = (*shlex.split(options.interpreter), "-c", None)
    if options.container:
        name = _container(options.container, stack)
        user = ("--user", options.user) if options.user else ()
        passed = tuple(word for variable in sorted(env) for word in ("--env", variable))
        inside = argv if options.interpreter else ("sh", "-c", None)
        argv = ("docker", *_engine(stack), "exec", "-it", *user, *passed, name, *inside)
        return Place(argv, cwd, f"in container {name} on {host}" + (f" as {options.user}" if options.user else ""))
    how = f", as one script ({' '.join(('bash', *STRICTLY))})" if strict else ""
    if options.user and options.user != who:
        kept = (f"--preserve-env={','.join(sorted(env))}",) if env else ()
        words = f"in {cwd} on {host} as {options.user}{how}"
        return Place(("sudo", "-u", options.user, *kept, "--", *argv), cwd, words)
    return Place(argv, cwd, f"in {cwd} on {host} as {who}{how}")


def _folder(wish: str | None, home: Path) -> Path:
    return home / Path(wish).expanduser() if wish else home


def _container(name: str, stack: Stack) -> str:
    service = stack.service(name)
    return service.ref.name if service and isinstance(service.ref, ContainerRef) else name


def _engine(stack: Stack) -> tuple[str, ...]:
    return ("--host", stack.engine.host) if stack.engine.host else ()
