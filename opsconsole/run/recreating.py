"""What `docker compose up` would do to each service: judged by what compose and the engine say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsconsole.runbook.compose_up import ComposeUp

_LABEL = "com.docker.compose."


@dataclass(frozen=True, slots=True)
class Made:
    """One container of a service: the hash of the configuration and the image that it was made with."""

    service: str
    hash: str
    image: str
    image_id: str
    running: bool


@dataclass(frozen=True, slots=True)
class Now:
    """What holds now: hashes and what each service needs, by service; images' ids by their names.

    `tagged` says which images have got their name during this run, `changed` whether the project's files, or the
    run's environment, have changed during it; None where nobody knows.
    """

    hashes: Mapping[str, str]
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    tagged: frozenset[str] = frozenset()
    changed: bool | None = None


def made(inspected: Iterable[Mapping[str, Any]]) -> Iterator[Made]:
    """The services' containers among what `docker inspect` says; those of a single `compose run` are none."""
    for one in inspected:
        labels = one["Config"].get("Labels") or {}
        if labels.get(f"{_LABEL}service") and labels.get(f"{_LABEL}oneoff", "False").lower() != "true":
            yield Made(
                labels[f"{_LABEL}service"],
                labels.get(f"{_LABEL}config-hash", ""),
                one["Config"].get("Image", ""),
                one.get("Image", ""),
                bool(one["State"].get("Running")),
            )


def forecast(up: ComposeUp, containers: Sequence[Made], now: Now) -> tuple[str, ...]:
    """One line for each thing that will happen, what is recreated first; then what stays as it is."""
    reached = _reached(up, now)
    recreated, other, same = [], [], []
    for service in reached:
        own = [one for one in containers if one.service == service]
        why = _why_recreated(up, service, own, now)
        if not own:
            other.append(f"creates {service}: it has no container")
        elif why:
            recreated.append(f"recreates {service}: {why}")
        elif not all(one.running for one in own):
            other.append(f"starts {service}: it is stopped")
        else:
            same.append(service)
    lines = [*recreated, *other]
    if up.builds:
        lines.append("builds images first; a service whose image becomes another one is recreated too")
    if same:
        lines.append(f"leaves {', '.join(sorted(same))} as {'it is' if len(same) == 1 else 'they are'}")
    return tuple(lines)


def _reached(up: ComposeUp, now: Now) -> list[str]:
    """The services that it comes to: those named, and all that these need."""
    reached: dict[str, None] = {}
    waiting = list(up.services or now.hashes)
    while waiting:
        service = waiting.pop(0)
        if service in reached:
            continue
        reached[service] = None
        if not up.alone:
            waiting += now.needs.get(service, ())
    return list(reached)


def _why_recreated(up: ComposeUp, service: str, own: Sequence[Made], now: Now) -> str:
    if up.keeps or not own:
        return ""
    since = ""
    whys = []
    another = next((one for one in own if _other_image(one, now)), None)
    if another is not None:
        whys.append(f"the image {another.image} is another one than it was made from")
        since = "" if another.image in now.tagged else ", since before this run"
    if any(one.hash != now.hashes.get(service, one.hash) for one in own):
        if another is None or now.changed is not False:  # older composes take the image into the hash
            whys.append("its configuration is not the one that it was made with")
        if another is None:
            since = ", since before this run" if now.changed is False else ""
    if up.force and service in (up.services or now.hashes):
        whys.append("--force-recreate")
    named = " (it is not named in the command)" if whys and up.services and service not in up.services else ""
    return " and ".join(whys) + since + named if whys else ""


def _other_image(one: Made, now: Now) -> bool:
    current = now.images.get(one.image)
    return current is not None and bool(one.image_id) and current != one.image_id
