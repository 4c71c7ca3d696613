"""A shell on the run's own terminal, whenever somebody wants one: recorded, but no part of any step."""

from __future__ import annotations

import os
import shlex
import shutil
from typing import TYPE_CHECKING, Final

from opsconsole.run.attach import NO_TERMINAL, make_room, terminal_type
from opsconsole.run.carrying import wish_for
from opsconsole.run.going import change_lock, claimed, shell_place
from opsconsole.run.kinds import Kind
from opsconsole.run.starting import digest

if TYPE_CHECKING:
    from opsconsole.run.session import Session

READ_ONLY: Final = "read-only: a shell could change something"
_PAGERS: Final = ("PAGER", "GIT_PAGER", "MANPAGER", "SYSTEMD_PAGER")


async def open_shell(run: Session, step: int) -> None:
    """Have a shell opened where `step` runs. Refused where only looking is allowed, or others change the stack."""
    if not run.operator.has_terminal or not run.state.steps:
        run.operator.tell(f"a shell: {NO_TERMINAL}")
        return
    refused = READ_ONLY if run.guard.read_only else claimed(run)
    if refused:
        await run.append(Kind.REFUSED, {"name": "a shell", "text": "a shell", "reason": refused})
        run.operator.tell(f"no shell; {refused}")
        return
    place = shell_place(run, min(step, len(run.state.steps) - 1))
    text = shlex.join(map(str, place.argv))
    make_room(run)
    await run.link.ask(
        "start",
        number=len(run.state.shells) + 1,
        text=text,
        digest=digest(text),
        argv=place.argv,
        cwd=str(place.cwd),
        where=place.words,
        env=_environment(),
        session={
            "carried": [
                [name, value, True] for name, value, _ in wish_for(run.state, place, "", run.secrets)["carried"]
            ]
        },
        **change_lock(run),
        after=run.state.seq,
    )


def _environment() -> dict[str, str]:
    """A person is there to turn the pages."""
    pager = shutil.which("less") or "cat"
    return {"TERM": terminal_type(), **{name: os.environ.get(name) or pager for name in _PAGERS}}
