"""Where probes look: the `of` of each kind of target that is more than a service reference.

A target of kind memory, process, container or unit carries a service reference (model/service.py) in `of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QueueKind = Literal["celery", "dramatiq", "rq", "list", "stream"]


@dataclass(frozen=True, slots=True)
class QueueOf:
    """Queues behind one broker: `broker` is a URL (`redis://`, `rediss://`, `unix://`, `redis://container:NAME/0`).

    With `kind` None it is found out; with `queues` empty all queues of that kind are read. `password` is a
    reference (`env:NAME`, `file:/path`), never the secret itself. `prefix` is kombu's global key prefix, or
    dramatiq's namespace; `separator` is what kombu puts between a queue's name and a priority.
    """

    broker: str
    kind: QueueKind | None = None
    queues: tuple[str, ...] = ()
    password: str | None = None
    prefix: str = ""
    separator: str = "\x06\x16"


@dataclass(frozen=True, slots=True)
class HealthOf:
    """An endpoint: `url` is `http(s)://…`, or a broker's URL, which is asked to PING. Headers as pairs.

    A header's value may be a reference (`env:NAME`, `file:/path`); `password` is one, for a broker.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    follow_redirects: bool = False
    verify: bool = True
    password: str | None = None


@dataclass(frozen=True, slots=True)
class BoxOf:
    """The box: which mounts to read; empty means every real file system."""

    mounts: tuple[str, ...] = ()
