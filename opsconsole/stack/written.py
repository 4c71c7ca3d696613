"""From what was found on a box to the text of a first stack file. Pure.

What runs now is taken for what should run, and today's memory for the baseline. Whoever reads the file corrects what
they know better, and adds names of runbooks and people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from opsconsole.model.readings import BrokerReading, ContainerReading, MemoryReading, ProcessReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.stack import Service, Stack
from opsconsole.model.targets import HealthOf, QueueOf
from opsconsole.stack.found import PROJECT

FOLDER: Final = "com.docker.compose.project.working_dir"
MIB: Final = 1 << 20
ROOM: Final = (2, 64)
"""Times its memory of today, and MiB more than that at least, that a service may hold without being a finding; ours."""
NEAR: Final = 0.9
WAITING: Final = 100
"""Tasks that may wait before it is a finding; ours."""
_DEPTH: Final = f"depth = {{ degraded = {WAITING} }}"


def first_file(stack: Stack, latest: Mapping[Target, Sample], project: str | None = None) -> str:
    """The text; where a compose `project` is named, of that one alone."""
    return "\n".join(_lines(_Seen(stack, latest, project)))


def projects_of(stack: Stack, latest: Mapping[Target, Sample]) -> set[str]:
    """The compose projects that run here."""
    return _Seen(stack, latest, None).projects


class _Seen:
    """What was seen of the services that belong into the file."""

    def __init__(self, stack: Stack, latest: Mapping[Target, Sample], project: str | None) -> None:
        self.stack = stack
        self._values = {(target.kind, target.name): sample.value for target, sample in latest.items() if sample.value}
        self.services = [one for one in stack.services if project in (None, self._project(one))]
        self.projects = {found for one in self.services if (found := self._project(one))}
        self.targets = [
            target
            for target in stack.watched
            if target.kind in ("queue", "health") and any(one.name == target.name for one in self.services)
        ]

    def of(self, kind: str, name: str) -> object:
        """The newest reading of that kind, None without one."""
        return self._values.get((kind, name))

    def labels(self, service: Service) -> Mapping[str, str]:
        """Those of its container."""
        reading = self.of("container", service.name)
        return reading.labels if isinstance(reading, ContainerReading) else {}

    def _project(self, service: Service) -> str | None:
        return self.labels(service).get(PROJECT)

    def short(self, name: str) -> str:
        """A name without its project where there is only one of these."""
        return name.partition("/")[2] if len(self.projects) == 1 and "/" in name else name.replace("/", "-")

    @property
    def home(self) -> str:
        """Where compose was started, if that is one folder; else where we are."""
        folders = {found for one in self.services if (found := self.labels(one).get(FOLDER))}
        return folders.pop() if len(folders) == 1 else str(self.stack.home)


def _lines(seen: _Seen) -> Iterator[str]:
    yield "# Written by `opsconsole init` from what was found here. What ran then is taken for what should run: correct"
    yield '# what you know better. `runbooks = { memory = "NAME" }` in a service names NAME.md beside this file.'
    project = next(iter(seen.projects)) if len(seen.projects) == 1 else None
    yield f"name = {_text(project or seen.stack.name)}"
    yield f"home = {_text(seen.home)} # where steps of runbooks run"
    if project:
        yield from ("", "[docker]", f"project = {_text(project)}")
    for service in seen.services:
        yield from ("", *_service(service, seen))
    for target in seen.targets:
        yield from ("", *_broker(target, seen))
    yield from ("", "[contacts]", 'lead = "" # who decides, and how they are reached')
    yield ""


def _service(service: Service, seen: _Seen) -> Iterator[str]:
    yield "[[service]]"
    yield f"name = {_text(seen.short(service.name))}"
    if isinstance(service.ref, ContainerRef):
        yield f"container = {_text(service.ref.name)}"
    elif isinstance(service.ref, UnitRef):
        yield f"unit = {_text(service.ref.name)}"
    process = seen.of("process", service.name)
    if isinstance(process, ProcessReading) and process.main.program.isprintable():
        yield f"process = {{ is = {_text(process.main.program)} }}"
    memory = seen.of("memory", service.name)
    if isinstance(memory, MemoryReading) and memory.used:
        yield _memory(memory)


def _memory(memory: MemoryReading) -> str:
    baseline = max(1, round(memory.used / MIB))
    times, more = ROOM
    threshold = max(baseline * times, baseline + more)
    if memory.limit is None:
        return f'memory = {{ baseline = "{baseline}M", degraded = "{threshold}M" }}'
    limit = max(1, memory.limit // MIB)
    threshold = max(baseline, min(threshold, int(limit * NEAR)))
    return f'memory = {{ baseline = "{baseline}M", degraded = "{threshold}M", limit = "{max(limit, threshold)}M" }}'


def _broker(target: Target, seen: _Seen) -> Iterator[str]:
    name = seen.short(target.name)
    if isinstance(target.of, HealthOf):
        yield from ("[[health]]", f"name = {_text(f'{name}-answers')}", f"url = {_text(target.of.url)}")
        return
    assert isinstance(target.of, QueueOf)
    reading = seen.of("queue", target.name)
    if not isinstance(reading, BrokerReading):
        yield "# What waits here was not seen. Name the queues or lists, and take the signs away:"
        for line in (
            "[[queue]]",
            f"name = {_text(name)}",
            f"broker = {_text(target.of.broker)}",
            "queues = []",
            _DEPTH,
        ):
            yield f"# {line}"
        return
    yield from ("[[queue]]", f"name = {_text(name)}", f"broker = {_text(target.of.broker)}")
    if reading.queues:
        yield f"queues = [{', '.join(_text(queue.name) for queue in reading.queues)}]"
    yield _DEPTH


def _text(text: str) -> str:
    """As TOML writes it, which for one line is as JSON does."""
    return json.dumps(text, ensure_ascii=False)
