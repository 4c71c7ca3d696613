"""Where a step runs: on the box, as somebody, or inside a service. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from opsconsole.model.runbook import Runbook, Step
from opsconsole.model.service import ContainerRef
from opsconsole.model.stack import Stack

STRICTLY: Final = ("-eu", "-o", "pipefail")
"""How bash runs several commands as one script."""

BACKGROUND: Final = (
    '"$@" & began=$!; for _ in {1..20}; do kill -0 $began 2>/dev/null || { wait $began; exit; }; sleep 0.05; done'
)
"""How something is started and left running: it has failed if it ends badly within its first second."""

_TAKES: Final = {
    **dict.fromkeys(("node", "ruby", "perl", "lua", "mysql", "mariadb", "Rscript"), ("-e",)),
    **{"php": ("-r",), "sqlite": (), "deno": ("eval",), "mongosh": ("--eval",), "mongo": ("--eval",)},
}
"""How an interpreter is given its text, where not by `-c`."""

Session: TypeAlias = Literal["shell", "process", "user", "container"]
"""What runs the text, which decides what of the run's session holds there (carrying.py)."""


@dataclass(frozen=True, slots=True)
class Place:
    """`argv` is what is run, with None where the command's text stands; `cwd` the folder; `words` say it to people."""

    argv: tuple[str | None, ...]
    cwd: Path
    words: str
    session: Session = "shell"
    terminal: bool = True


def place_of(
    step: Step,
    runbook: Runbook,
    stack: Stack,
    who: str,
    host: str,
    env: Collection[str] = (),
    *,
    strict: bool = False,
    session_cwd: str = "",
    terminal: bool = True,
) -> Place:
    """Where `step` runs. `who` and `host` are for the words; `env` names the variables that must get through.

    `strict` is for several commands as one script, which ends at the first that fails. `session_cwd` is where
    earlier steps have gone; it holds where the step itself does not say. Without `terminal` nothing can be typed there.
    """
    where = (step, runbook, stack, who, host, env)
    if step.options.background:
        return _left_running(_foreground(*where, strict=strict, session_cwd=session_cwd, terminal=False))
    return _foreground(*where, strict=strict, session_cwd=session_cwd, terminal=terminal)


def _left_running(place: Place) -> Place:
    """The same place for what goes on beside the steps after it, and leaves nothing to them."""
    argv = ("bash", "-c", BACKGROUND, "bash", *place.argv)
    session: Session = "process" if place.session == "shell" else place.session
    return replace(place, argv=argv, words=f"{place.words}, in the background", session=session)


def _foreground(
    step: Step,
    runbook: Runbook,
    stack: Stack,
    who: str,
    host: str,
    env: Collection[str],
    *,
    strict: bool,
    session_cwd: str,
    terminal: bool,
) -> Place:
    cwd = _folder(step.options.cwd or session_cwd or runbook.cwd, stack.home)
    options = step.options
    runs = _runs(step, runbook, strict=strict)
    if options.container:
        name = _container(options.container, stack)
        user = ("--user", options.user) if options.user else ()
        passed = tuple(word for variable in sorted(env) for word in ("--env", variable))
        inside = runs if options.interpreter else ("sh", "-c", None)
        argv = ("docker", *_engine(stack), "exec", *(("-it",) if terminal else ()), *user, *passed, name, *inside)
        words = f"in container {name} on {host}" + (f" as {options.user}" if options.user else "")
        return Place(argv, cwd, words, "container", terminal)
    how = f", as one script ({' '.join(('bash', *STRICTLY))})" if strict else ""
    if options.user and options.user != who:
        kept = (f"--preserve-env={','.join(sorted(env))}",) if env else ()
        words = f"in {cwd} on {host} as {options.user}{how}"
        return Place(("sudo", "-u", options.user, *kept, "--", *runs), cwd, words, "user", terminal)
    session: Session = "shell" if in_bash(step, runbook) else "process"
    return Place(runs, cwd, f"in {cwd} on {host} as {who}{how}", session, terminal)


def wants_terminal(step: Step, text: str) -> bool:
    """Whether the step's standard input is to be the run's terminal: something in `text` may read what is typed."""
    from opsconsole.runbook.risk import assess
    from opsconsole.runbook.standard_input import needs_terminal

    return bool(step.options.interactive or step.options.interpreter) or needs_terminal(text, assess(text))


def in_bash(step: Step, runbook: Runbook) -> bool:
    """Whether bash runs the step's text on the box itself."""
    return not step.options.container and _runs(step, runbook)[0] == "bash"


def _runs(step: Step, runbook: Runbook, *, strict: bool = False) -> tuple[str | None, ...]:
    """The program that is given the text: the step's interpreter, else the runbook's shell."""
    words = shlex.split(step.options.interpreter or runbook.shell) or ["bash"]
    takes = _TAKES.get(words[0].rpartition("/")[2].rstrip("0123456789."), ("-c",))
    return (*words, *(STRICTLY if strict else ()), *takes, None)


def shell_of(step: Step, runbook: Runbook, stack: Stack, who: str, host: str, session_cwd: str = "") -> Place:
    """A shell where `step` runs, in the same folder or container and as the same user."""
    bare = replace(step, options=replace(step.options, interpreter=None, background=False))
    place = place_of(bare, runbook, stack, who, host, session_cwd=session_cwd)
    return replace(place, argv=(*place.argv[:-2], *(() if step.options.container else ("-i",))))


def _folder(wish: str | None, home: Path) -> Path:
    return home / Path(wish).expanduser() if wish else home


def _container(name: str, stack: Stack) -> str:
    service = stack.service(name)
    return service.ref.name if service and isinstance(service.ref, ContainerRef) else name


def _engine(stack: Stack) -> tuple[str, ...]:
    return ("--host", stack.engine.host) if stack.engine.host else ()
