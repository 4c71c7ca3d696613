"""What can be done to services now, and what cannot, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from opsconsole.model.action import ACTIONS, ActionName, Offer, Subject, Tools
from opsconsole.run.actions.commands import jobs

READ_ONLY: Final = "read-only: nothing that changes anything can be run"
_ALONE: Final = "a shell is opened in one at a time"
_NOT_STARTED_HERE: Final = "nothing here says how it is started"


def _nothing_forbidden(text: str) -> str | None:
    return None


def offers(
    subjects: Sequence[Subject],
    tools: Tools,
    *,
    read_only: bool = False,
    forbids: Callable[[str], str | None] = _nothing_forbidden,
) -> tuple[Offer, ...]:
    """All actions, those that are not possible too. `forbids` says which rule of the stack a command breaks."""
    return tuple(offer(action, subjects, tools, read_only=read_only, forbids=forbids) for action in ACTIONS)


def offer(
    action: ActionName,
    subjects: Sequence[Subject],
    tools: Tools,
    *,
    read_only: bool = False,
    forbids: Callable[[str], str | None] = _nothing_forbidden,
) -> Offer:
    """What one action comes to: what is not possible for some services is done to the others."""
    hindered = [(one, hindrance(action, one, tools)) for one in subjects]
    if action == "shell" and len(subjects) > 1:
        hindered = [(one, _ALONE) for one in subjects]
    left_out = tuple((one.name, why) for one, why in hindered if why)
    these = [one for one, why in hindered if not why]
    made = jobs(action, these, tools)
    return Offer(
        action,
        made,
        left_out,
        refused=READ_ONLY if read_only and made else "",
        rule=next(filter(None, (forbids(job.text) for job in made)), ""),
        by_name=action == "stop" and len(these) > 1,
    )


def hindrance(action: ActionName, subject: Subject, tools: Tools) -> str:
    """Why the action is not possible on the service now; empty where it is."""
    if subject.hindered:
        return subject.hindered
    if subject.kind == "container" and not tools.docker:
        return "the command docker is not installed here"
    return _HINDRANCES[action](subject, tools)


def _start(subject: Subject, tools: Tools) -> str:
    if subject.kind == "processes":
        return "it runs already" if subject.runs else _NOT_STARTED_HERE
    if subject.paused:
        return f"it is paused: docker unpause {subject.thing}"
    return "it runs already" if subject.runs else _masked(subject)


def _stop(subject: Subject, tools: Tools) -> str:
    return "" if subject.runs else f"it does not run ({subject.state})"


def _restart(subject: Subject, tools: Tools) -> str:
    if subject.kind == "processes":
        return _NOT_STARTED_HERE
    if not subject.runs:
        return _masked(subject) or f"it does not run ({subject.state}): start it"
    return _masked(subject)


def _masked(subject: Subject) -> str:
    return f"its unit is masked: systemctl unmask {subject.thing} comes first" if subject.masked else ""


def _recreate(subject: Subject, tools: Tools) -> str:
    made = subject.compose
    if subject.kind != "container":
        return "only a container is recreated"
    if made is None:
        return "compose did not make it, and how it was made is not known"
    if made.absent:
        return made.absent
    if subject.one_of_many:
        return f"compose would recreate all containers of {made.service}, and this is one of them"
    return "" if tools.compose else "docker compose is not installed here"


def _shell(subject: Subject, tools: Tools) -> str:
    if subject.kind == "container" and (not subject.runs or subject.paused):
        return f"it does not run ({subject.state})"
    return "" if subject.kind == "container" or subject.user else "its user is not known"


_HINDRANCES: Final[Mapping[ActionName, Callable[[Subject, Tools], str]]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "recreate": _recreate,
    "shell": _shell,
}
