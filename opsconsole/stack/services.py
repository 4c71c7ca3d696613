"""A service of a stack file: where it runs, and a check for each thing that is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef, UnitRef
from opsconsole.model.stack import Service
from opsconsole.stack.assembly import NO_TERMS, Assembly
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import ProcessesTable, ServiceTable, Terms
from opsconsole.stack.take import take

EXPECTATIONS: Final = ("state", "memory", "process", "restarts", "env")
"""What can be expected of a service; each is a check called `SERVICE.EXPECTATION`."""


def service(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    """A service: its targets, the check on its state, and those on what is expected of it."""
    (it,) = take(table, key, stack.faults, ServiceTable)
    new = stack.enter("service", it.name, key, table)
    ref = _service_ref(it, table, key, stack)
    for what, runbook in it.runbooks.items():
        if what not in EXPECTATIONS:
            stack.faults.unknown((*key, "runbooks", what), f"nothing is expected under the name '{what}'", EXPECTATIONS)
        stack.runbook(runbook, (*key, "runbooks", what))
    if ref is None or not new:
        _only_faults(it, key, stack)
        return
    stack.services[it.name] = Service(it.name, ref, dict(it.runbooks))
    needs = _state(it, ref, key, stack)
    for what in ("memory", "process"):
        stack.watch(Target(what, it.name, ref))
    _process(it, ref, key, stack, needs)
    if isinstance(ref, ProcessesRef):
        needs = (f"{it.name}.process",)
    if it.memory is not None:
        own = (*key, "memory")
        _written(it, "memory", "memory", Target("memory", it.name, ref), it.memory, own, stack, needs)
    if it.restarts is not None:
        target = life_target(it.name, ref)
        first = (stack.engine(),) if isinstance(ref, ContainerRef) else ()
        _written(it, "restarts", "restarts", target, it.restarts, (*key, "restarts"), stack, first)
    if it.env is not None:
        from opsconsole.stack import environment

        environment.of_service(it.name, ref, it.env, (*key, "env"), stack, needs, _runbooks(it, "env"))


def _written(
    it: ServiceTable, what: str, kind: str, target: Target, table: Mapping[str, Any], key: Key, stack: Assembly,
    needs: tuple[str, ...],
) -> None:  # fmt: skip
    stack.written(f"{it.name}.{what}", kind, target, table, key, needs=needs, runbooks=_runbooks(it, what))


def _state(it: ServiceTable, ref: ServiceRef, key: Key, stack: Assembly) -> tuple[str, ...]:
    """The check on the state of a container or unit, and that name, which all others of the service need."""
    if isinstance(ref, ProcessesRef):
        if it.state is not None:
            stack.faults.add((*key, "state"), "plain processes have no state", "write process = { is = … }")
        return ()
    target = life_target(it.name, ref)
    kind, name = target.kind, f"{it.name}.state"
    needs = (stack.engine(),) if kind == "container" else ()
    if it.state is None:
        stack.implied(name, kind, target, key, needs=needs, runbooks=_runbooks(it, "state"))
    elif set(it.state) <= set(Terms.__struct_encode_fields__) and it.state:
        # Terms alone are enough here: what the state should be goes without saying.
        (terms,) = take(it.state, (*key, "state"), stack.faults, Terms)
        stack.refers(terms, (*key, "state"))
        stack.implied(
            name, kind, target, (*key, "state"), terms or NO_TERMS, needs=needs, runbooks=_runbooks(it, "state")
        )
    else:
        _written(it, "state", kind, target, it.state, (*key, "state"), stack, needs)
    return (name,)


def _process(it: ServiceTable, ref: ServiceRef, key: Key, stack: Assembly, needs: tuple[str, ...]) -> None:
    """What runs. Plain processes have no state, so for them there is always a check that something does."""
    target = Target("process", it.name, ref)
    if it.process is not None:
        _written(it, "process", "process", target, it.process, (*key, "process"), stack, needs)
    elif isinstance(ref, ProcessesRef):
        stack.implied(f"{it.name}.process", "process", target, key, runbooks=_runbooks(it, "process"))


def life_target(name: str, ref: ServiceRef) -> Target:
    """Where it is seen whether a service lives."""
    match ref:
        case ContainerRef():
            return Target("container", name, ref)
        case UnitRef():
            return Target("unit", name, ref)
        case ProcessesRef():
            return Target("process", name, ref)


def _runbooks(it: ServiceTable, what: str) -> tuple[str, ...]:
    return (it.runbooks[what],) if what in it.runbooks else ()


def _service_ref(it: ServiceTable, table: Mapping[str, Any], key: Key, stack: Assembly) -> ServiceRef | None:
    given = [name for name in ("container", "unit", "processes") if name in table]
    if len(given) != 1:
        what = f"{' and '.join(given)} are both given" if given else "where it runs is missing"
        stack.faults.add(key, what, "give one of container, unit or processes")
        return None
    if getattr(it, given[0]) is None:
        return None  # what stands there is no such thing, which is told already
    ways: dict[str, Callable[..., ServiceRef | None]] = {
        "container": container_ref,
        "unit": unit_ref,
        "processes": _processes_ref,
    }
    return ways[given[0]](getattr(it, given[0]), (*key, given[0]), stack)


def container_ref(name: str, key: Key, stack: Assembly) -> ContainerRef | None:
    """A container by its name, or by `project/service`."""
    if not _one_word(name):
        stack.faults.add(key, "this is not the name of a container", "write its name, or project/service")
        return None
    return ContainerRef(name)


def unit_ref(name: str, key: Key, stack: Assembly) -> UnitRef | None:
    """A unit; one without a suffix is a service, as systemctl has it."""
    if not _one_word(name) or name.startswith("-"):
        stack.faults.add(key, "this is not the name of a unit", "write it as systemctl shows it")
        return None
    return UnitRef(name if "." in name else f"{name}.service")


def _processes_ref(it: ProcessesTable, key: Key, stack: Assembly) -> ProcessesRef | None:
    if not it.argv.strip():
        stack.faults.add((*key, "argv"), "argv is empty, which is part of every command line", "name the program")
        return None
    cwd = stack.path(it.cwd, (*key, "cwd")) if it.cwd is not None else None
    return ProcessesRef(it.argv, it.user, str(cwd) if cwd else None)


def _only_faults(it: ServiceTable, key: Key, stack: Assembly) -> None:
    """An entry that is at fault: people want to hear at once of what else is wrong in it."""
    for what in EXPECTATIONS:
        table = getattr(it, what)
        if table is not None and what not in ("state", "env"):
            stack.read(what, table, (*key, what))
        stack.know(f"{it.name}.{what}")


def _one_word(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(letter.isspace() for letter in text)
