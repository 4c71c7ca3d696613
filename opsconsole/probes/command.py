"""Commands of checks: on the box, in a container, as a user. Only what the rules take for a look is run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from opsconsole.model.programs import CommandOf, CommandReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import plain
from opsconsole.probes.base import World
from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve
from opsconsole.probes.each import Each
from opsconsole.probes.hush import hush_text, is_secret, secrets_of
from opsconsole.probes.inside import run_inside
from opsconsole.probes.running import run


class Commands:
    """Targets of kind `command`, each with a `CommandOf`."""

    def __init__(self, world: World, environ: Mapping[str, str] = os.environ) -> None:
        self._world = world
        self._environ = environ

    async def look(self, of: CommandOf, timeout: float) -> CommandReading | Problem:
        """A `CommandReading`; DENIED where the rules refuse it."""
        try:
            env = {name: resolve(v, self._environ) if is_reference(v) else v for name, v in of.env}
        except SecretError as fault:
            return fault.problem
        if refused := refusal(self._world, of):
            return refused
        if of.container is not None:
            ran = await run_inside(self._world, of.container, of.run, timeout, cwd=of.cwd, env=env, user=of.user)
        else:
            ran = await run(of.run, timeout, cwd=of.cwd, env=env, user=of.user, merged=True)
        if isinstance(ran, Problem):
            return ran
        secrets = {env[name] for name, v in of.env if is_reference(v) or is_secret(name)} | secrets_of(self._environ)
        both = (
            ran.stdout + (b"\n" if ran.stdout and ran.stderr and not ran.stdout.endswith(b"\n") else b"") + ran.stderr
        )
        return CommandReading(ran.exit_code, hush_text(plain(both.decode(errors="replace")), secrets), ran.cut)


def refusal(world: World, of: CommandOf) -> Problem | None:
    """Why the command must not run; its variables count, as some of them change what a program does."""
    if world.rules is None:
        return Problem(ProblemKind.UNREADABLE, "our own fault: nobody says what a check may run")
    variables = [f"{name}={shlex.quote('' if is_reference(value) else value)}" for name, value in of.env]
    reason = world.rules.command(" ".join([*variables, shlex.join(of.run)]), of.vouched)
    return Problem(ProblemKind.DENIED, reason) if reason else None


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Commands(world).look, timed=True)
