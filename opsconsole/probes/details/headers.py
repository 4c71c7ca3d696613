"""What the headers of a message say: the name of its task, and whether it is tried again. Pure.

Its arguments are not looked at. Sources: Celery's message protocol 1 and 2 (docs.celeryq.dev), dramatiq/message.py,
rq/job.py, and for plain lists the names that programs of their own usually use.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opsconsole.model.targets import QueueKind
from opsconsole.model.text import one_line

_USUAL: Final = ("task", "actor_name", "job", "func", "function", "class", "type", "event", "action", "name", "kind")
"""Fields in which programs of their own name what is to be done; Sidekiq and Resque call it `class`."""

_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Headers:
    """The name of a message's task, empty where none can be told; `fields` are the names of fields it has then."""

    name: str = ""
    retried: bool = False
    fields: tuple[str, ...] = ()


def headers_of(kind: QueueKind, body: bytes) -> Headers:
    """Those of one message of a queue of that kind."""
    if kind == "rq":  # the description is a call: what stands before its arguments is the name
        return Headers(_name(body.decode("utf-8", "replace").partition("(")[0]))
    told = parsed(body)
    if not isinstance(told, dict):
        return Headers(fields=("(not JSON)",) if told is None else ())
    found = {"celery": _celery, "dramatiq": _dramatiq}.get(kind, _plain)(told)
    return found if found.name else Headers(fields=tuple(one_line(str(key), 40) for key in list(told)[:8]))


def parsed(body: bytes) -> Any:
    """A message as JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def celery_body(told: Mapping[str, Any]) -> Any:
    """The body of an envelope of kombu's, where it is JSON; None for what is packed otherwise (pickle)."""
    body = told.get("body")
    if not isinstance(body, str) or "json" not in str(told.get("content-type", "json")):
        return None
    coded = (told.get("properties") or {}).get("body_encoding", "base64")
    try:
        return json.loads(base64.b64decode(body) if coded == "base64" else body)
    except (ValueError, RecursionError):
        return None


def _celery(told: Mapping[str, Any]) -> Headers:
    headers = told.get("headers")
    headers = headers if isinstance(headers, dict) else {}
    if isinstance(headers.get("task"), str):
        return Headers(_name(headers["task"]), bool(headers.get("retries")))
    body = celery_body(told)  # protocol 1 has no headers: the body names the task
    if isinstance(body, dict) and isinstance(body.get("task"), str):
        return Headers(_name(body["task"]), bool(body.get("retries")))
    return Headers()


def _dramatiq(told: Mapping[str, Any]) -> Headers:
    options = told.get("options")
    again = bool(options.get("retries")) if isinstance(options, dict) else False
    name = told.get("actor_name")
    return Headers(_name(name), again) if isinstance(name, str) else Headers()


def _plain(told: Mapping[str, Any]) -> Headers:
    for key in _USUAL:
        if isinstance(told.get(key), str) and len(told[key]) <= _LONGEST:
            return Headers(_name(told[key]))
    return Headers()


def _name(text: str) -> str:
    return one_line(text, _LONGEST)
