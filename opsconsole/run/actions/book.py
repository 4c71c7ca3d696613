"""The small runbook that an action is: a look, the change with its proof, and the way back. Pure.

It is Markdown, so that its text is kept with its run, and read from there when the run is taken up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from opsconsole.model.action import ActionName, Job, Look, Offer
from opsconsole.model.markup import fenced, text
from opsconsole.model.runbook import Runbook

WELL_WITHIN: Final = 90.0
"""Seconds that a service gets to be well after it was started."""

_VERBS: Final[Mapping[ActionName, str]] = {
    "restart": "Restart",
    "start": "Start",
    "stop": "Stop",
    "recreate": "Recreate",
    "shell": "A shell in",
}
_SAID: Final[Mapping[ActionName, str]] = {
    "restart": "It keeps the configuration that it has.",
    "start": "",
    "stop": "It stays stopped until somebody starts it.",
    "recreate": "It is made anew from its files as they are now, changed or not. What it needs is left alone.",
    "shell": "What is typed there is on record, and part of no step. It is over when the shell is left.",
}
_NOT_PROVEN: Final = ("stop", "shell")
"""Actions after which nothing has to be well."""

_NAMED: Final = 3
"""Services that a title names."""


def runbook_for(offer: Offer) -> Runbook:
    """The action as a runbook without a file."""
    from opsconsole.runbook.markdown import parse

    return parse(text_for(offer), f"{offer.action}-{offer.names[0]}", None)


def title_of(offer: Offer) -> str:
    """What a run of it is called."""
    names = offer.names
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{_VERBS[offer.action]} {', '.join(names[:_NAMED])}{more}"


def text_for(offer: Offer) -> str:
    """Its text."""
    checks = tuple(dict.fromkeys(check for job in offer.jobs for check in job.checks))
    ends_well = checks and offer.action not in _NOT_PROVEN
    treats = f"---\ntreats: {json.dumps(checks)}\n---\n\n" if ends_well else ""
    blocks = [f"# {text(title_of(offer))}", *_left_out(offer)]
    for number, job in enumerate(offer.jobs, 1):
        blocks += _job(offer, job, f"-{number}" if len(offer.jobs) > 1 else "")
    return treats + "\n\n".join(block for block in blocks if block) + "\n"


def _left_out(offer: Offer) -> Iterator[str]:
    for name, why in offer.left_out:
        yield f"- not {text(name)}: {text(why)}"


def _job(offer: Offer, job: Job, number: str) -> Iterator[str]:
    action, names = offer.action, text(", ".join(job.names))
    if number:
        yield f"## {_VERBS[action]} {names}"
    yield "How it is now:" if len(job.names) == 1 else "How they are now:"
    yield _look(job.look, f"look{number}", job.cwd)
    proves = offer.action not in _NOT_PROVEN and bool(job.checks)
    proof = f"It has worked when {_listed(job.checks)}." if proves else ""
    yield " ".join(filter(None, (_SAID[action], proof)))
    options: dict[str, Any] = {"name": f"{action}{number}", "cwd": job.cwd}
    if proves:
        options |= {"check": list(job.checks), "until": WELL_WITHIN}
    if offer.by_name:
        options["confirm"] = "type"
    if action == "shell":
        options["interactive"] = True
    if job.undo:
        options["undo"] = f"take-back{number}"
    yield _block(job.text, options)
    if job.proof is not None:
        yield "It has worked when nothing of it runs any more:"
        yield _look(job.proof, f"stopped{number}", job.cwd)
    if job.undo:
        yield "Only to take it back:"
        yield _block(job.undo, {"name": f"take-back{number}", "cwd": job.cwd})


def _listed(checks: tuple[str, ...]) -> str:
    verb = "is OK" if len(checks) == 1 else "are OK"
    return f"{text(', '.join(checks))} {verb}"


def _look(look: Look, name: str, cwd: str) -> str:
    said: dict[str, Any] = {"name": name, "cwd": cwd, "expect": look.expect, "until": look.within}
    if look.exit != (0,):
        said["exit"] = list(look.exit)
    return _block(look.text, said)


def _block(command: str, options: Mapping[str, Any]) -> str:
    """A fence with attributes in which Markdown finds nothing of its own."""
    said = json.dumps({key: value for key, value in options.items() if value})
    for plain, escaped in (("\\\\", "\\u005c"), ('\\"', "\\u0022"), ("&", "\\u0026"), ("`", "\\u0060")):
        said = said.replace(plain, escaped)
    return fenced(command, f"bash {said}")
