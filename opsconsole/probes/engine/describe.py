"""From what the engine's API says to readings. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from opsconsole.model.readings import ContainerReading, MemoryReading
from opsconsole.model.text import one_line, plain

NEVER: Final = "0001-01-01T00:00:00Z"
"""What the engine writes for a time that has not come."""

CHANGES: Final = "create start restart die stop oom pause unpause destroy rename update health_status"
EVENTS: Final = {"type": ["container", "network"], "event": [*CHANGES.split(), "connect", "disconnect"]}
"""The events that change a container's reading. Those of exec are left out: every health check makes three."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a container, at epoch seconds of the engine's clock."""

    action: str
    container: str
    at: float


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the engine: its id, its labels, and the variables that it sets, by name.

    `created_at` is when it was built, wherever that was; `tagged_at` when it last got a name here, None where it was
    pulled with it.
    """

    id: str
    labels: Mapping[str, str]
    variables: frozenset[str] = frozenset()
    created_at: float | None = None
    tagged_at: float | None = None


def image(raw: Mapping[str, Any]) -> Image:
    """One image, from the answer to `GET /images/NAME/json`."""
    config = raw.get("Config") or {}
    labels = config.get("Labels") or {}
    return Image(
        str(raw["Id"]),
        {str(key): plain(str(value)) for key, value in labels.items()},
        frozenset(str(one).partition("=")[0] for one in config.get("Env") or ()),
        moment(raw.get("Created")),
        moment((raw.get("Metadata") or {}).get("LastTagTime")),
    )


def container(raw: Mapping[str, Any]) -> ContainerReading:
    """One container, from the answer to `GET /containers/ID/json`."""
    state = raw.get("State") or {}
    config = raw.get("Config") or {}
    status = str(state.get("Status") or "unknown")
    health = (state.get("Health") or {}).get("Status")
    labels = config.get("Labels") or {}
    ended = status in ("exited", "dead", "restarting")
    return ContainerReading(
        id=str(raw["Id"]),
        name=one_line(str(raw.get("Name") or raw["Id"])).removeprefix("/"),
        state=one_line(status),
        image=one_line(str(config.get("Image") or "")),
        image_id=str(raw.get("Image") or ""),
        pid=state.get("Pid") or None,
        started_at=moment(state.get("StartedAt")),
        finished_at=moment(state.get("FinishedAt")),
        exit_code=state.get("ExitCode") if ended else None,
        restarts=int(raw.get("RestartCount") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        health=one_line(str(health)) if health and health != "none" else None,
        labels={str(key): plain(str(value)) for key, value in labels.items()},
        addresses=tuple(_addresses(raw)),
        memory_limit=(raw.get("HostConfig") or {}).get("Memory") or None,
        created_at=moment(raw.get("Created")),
    )


def _addresses(raw: Mapping[str, Any]) -> Iterator[str]:
    """Those on its networks; with the host's network, loopback. IPv4 first, since services listen there at least."""
    if (raw.get("HostConfig") or {}).get("NetworkMode") == "host":
        yield "127.0.0.1"
    networks = ((raw.get("NetworkSettings") or {}).get("Networks") or {}).values()
    for key in ("IPAddress", "GlobalIPv6Address"):
        yield from (str(network[key]) for network in networks if network and network.get(key))


def moment(text: str | None) -> float | None:
    """Epoch seconds of a time as the API writes it (RFC 3339, nanoseconds), None for one that has not come."""
    if not text or text == NEVER:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def event(line: bytes) -> Event | None:
    """One line of the event stream; None for what is about no container."""
    try:
        raw = json.loads(line)
        actor = raw["Actor"]
        attributes = actor.get("Attributes") or {}
        id = attributes.get("container") if raw.get("Type") == "network" else actor.get("ID")
        at = raw.get("timeNano", 0) / 1e9 or float(raw.get("time") or 0)
        return Event(str(raw["Action"]), str(id), at) if id else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def memory(raw: Mapping[str, Any], limit: int | None) -> MemoryReading | None:
    """Working memory from the answer to `GET /containers/ID/stats`; None without a memory cgroup.

    cgroup v1 has `total_inactive_file` among the figures, v2 `inactive_file` (docker/cli stats_helpers.go).
    """
    told = raw.get("memory_stats") or {}
    usage = told.get("usage")
    if usage is None:
        return None
    stats = told.get("stats") or {}
    return MemoryReading(working(usage, stats.get("total_inactive_file", stats.get("inactive_file", 0))), limit)


def working(usage: int, inactive_file: int) -> int:
    """What `docker stats` shows: usage without file pages that nobody needs, or raw where that makes no sense."""
    return usage - inactive_file if inactive_file < usage else usage


class Frames:
    """Takes the stream of an exec apart: the engine puts eight bytes before each piece, its stream and its length.

    At most `most` bytes of each stream are kept; `cut` says whether there were more.
    """

    def __init__(self, most: int) -> None:
        self.cut = False
        self._most = most
        self._kept = {1: bytearray(), 2: bytearray()}
        self._rest = b""
        self._stream = 0
        self._left = 0

    @property
    def stdout(self) -> bytes:
        """What was printed."""
        return bytes(self._kept[1])

    @property
    def stderr(self) -> bytes:
        """What was complained."""
        return bytes(self._kept[2])

    def feed(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        data = self._rest + data
        self._rest = b""
        while data:
            if not self._left:
                if len(data) < 8:
                    self._rest = data
                    return
                self._stream, self._left = data[0], int.from_bytes(data[4:8], "big")
                data = data[8:]
            piece, data = data[: self._left], data[self._left :]
            self._left -= len(piece)
            self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        kept = self._kept.get(self._stream)
        if kept is None:  # stream 0 is what was typed; newer engines send their own messages on 3
            return
        room = self._most - len(kept)
        kept += piece[:room]
        self.cut = self.cut or len(piece) > room
