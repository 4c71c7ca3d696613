"""From a service and what was last seen of it to the subject of an action. Pure but for the files it is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from opsconsole.model.action import Compose, Subject
from opsconsole.model.readings import ContainerReading, Process, ProcessReading, UnitReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Service
from opsconsole.model.text import one_line

_LABEL: Final = "com.docker.compose."
_TELLS: Final = frozenset({"container", "unit", "process", "health", "memory", "tcp"})
"""Kinds of check that tell whether a service is well now; the others look at what was before, or at files."""

_ALIVE: Final = ("running", "restarting", "paused")
_ACTIVE: Final = ("active", "activating", "reloading", "refreshing", "deactivating")


def subject(service: Service, snapshot: Snapshot, exists: Callable[[str], bool]) -> Subject:
    """What an action has to know of a service; `exists` says whether a file is on this box."""
    match service.ref:
        case ContainerRef():
            return _container(service, snapshot, exists)
        case UnitRef(name=unit):
            return _unit(service, snapshot, unit)
        case ProcessesRef():
            return _processes(service, snapshot, service.ref)


def checks_of(service: Service, snapshot: Snapshot) -> tuple[str, ...]:
    """The checks that tell whether the service is well."""
    return tuple(
        check.name
        for check in snapshot.stack.checks
        if check.kind in _TELLS
        and not check.optional
        and (check.target.of == service.ref or check.target.name == service.name)
    )


def _sample(service: Service, snapshot: Snapshot, kind: str) -> Sample | None:
    """The newest look at what the service is."""
    target = Target(kind, service.name, service.ref)
    found = snapshot.latest.get(target)
    same = (one for other, one in snapshot.latest.items() if other.kind == kind and other.of == service.ref)
    return found or next(same, None)


def _unknown(sample: Sample | None) -> str:
    """Why nothing is known of it; empty where something is."""
    if sample is None:
        return "it has not been looked at yet"
    return one_line(sample.problem.reason) if sample.problem is not None else ""


def _container(service: Service, snapshot: Snapshot, exists: Callable[[str], bool]) -> Subject:
    sample, checks = _sample(service, snapshot, "container"), checks_of(service, snapshot)
    unknown = _unknown(sample)
    reading = sample.value if sample is not None else None
    if unknown or not isinstance(reading, ContainerReading):
        return Subject(service.name, "container", state="unknown", checks=checks, hindered=unknown or "it is not known")
    compose = _compose(reading.labels, exists)
    ours = snapshot.stack.engine.project
    other = compose is not None and ours is not None and compose.project != ours
    return Subject(
        service.name,
        "container",
        reading.name,
        f"{reading.state} ({reading.exit_code})" if reading.exit_code else reading.state,
        reading.state in _ALIVE,
        checks,
        hindered=f"it belongs to the project {compose.project}; this stack is {ours}" if compose and other else "",
        compose=compose,
        one_of_many=compose is not None and _others(reading, snapshot),
        paused=reading.state == "paused",
    )


def _compose(labels: Mapping[str, str], exists: Callable[[str], bool]) -> Compose | None:
    project, service = labels.get(f"{_LABEL}project"), labels.get(f"{_LABEL}service")
    if not project or not service or labels.get(f"{_LABEL}oneoff", "False").lower() == "true":
        return None
    folder = labels.get(f"{_LABEL}project.working_dir", "")
    files = _split(labels.get(f"{_LABEL}project.config_files", ""), folder)
    env_files = _split(labels.get(f"{_LABEL}project.environment_file", ""), folder)
    gone = [file for file in (folder, *files, *env_files) if not exists(file)]
    absent = f"{one_line(gone[0])} is not on this box" if gone and gone[0] else ""
    if not folder or not files:
        absent = "its labels do not say by which files it was made"
    return Compose(project, service, folder, files, tuple(e for e in env_files if e != f"{folder}/.env"), absent)


def _split(files: str, folder: str) -> tuple[str, ...]:
    named = (name.strip() for name in files.split(",") if name.strip())
    return tuple(name if name.startswith("/") else f"{folder}/{name}" for name in named)


def _others(reading: ContainerReading, snapshot: Snapshot) -> bool:
    """Whether another container that is watched is of the same compose service."""
    keys = (f"{_LABEL}project", f"{_LABEL}service")
    seen = (sample.value for sample in snapshot.latest.values() if isinstance(sample.value, ContainerReading))
    return any(one.id != reading.id and all(one.labels.get(k) == reading.labels.get(k) for k in keys) for one in seen)


def _unit(service: Service, snapshot: Snapshot, unit: str) -> Subject:
    sample, checks = _sample(service, snapshot, "unit"), checks_of(service, snapshot)
    unknown = _unknown(sample)
    reading = sample.value if sample is not None else None
    if unknown or not isinstance(reading, UnitReading):
        unknown = unknown or "it is not known"
        return Subject(service.name, "unit", unit, "unknown", checks=checks, hindered=unknown)
    missing = reading.load_state == "not-found"
    return Subject(
        service.name,
        "unit",
        unit,
        f"{reading.active_state}/{reading.sub_state}",
        reading.active_state in _ACTIVE,
        checks,
        hindered=f"there is no unit {one_line(unit)}" if missing else "",
        masked=reading.load_state == "masked",
    )


def _processes(service: Service, snapshot: Snapshot, ref: ProcessesRef) -> Subject:
    sample, checks = _sample(service, snapshot, "process"), checks_of(service, snapshot)
    reading = sample.value if sample is not None else None
    if not isinstance(reading, ProcessReading):
        gone = sample is not None and sample.problem is not None and sample.problem.kind.level.name == "DOWN"
        said = "" if gone else _unknown(sample)
        return Subject(service.name, "processes", "", "gone" if gone else "unknown", False, checks, said, argv=ref.argv)
    many = len(reading.processes)
    return Subject(
        service.name,
        "processes",
        reading.main.program,
        f"{many} process{'es' * (many > 1)}",
        True,
        checks,
        user=reading.main.user,
        folder=ref.cwd or "",
        pids=_roots(reading.processes),
        argv=ref.argv,
    )


def _roots(processes: Iterable[Process]) -> tuple[int, ...]:
    """Those that no other of them has started; what only starts or serves others is left to them."""
    own = [one for one in processes if not one.supporting]
    pids = {one.pid for one in own}
    return tuple(one.pid for one in own if one.ppid not in pids)
