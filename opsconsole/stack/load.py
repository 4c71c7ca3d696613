"""From a stack file to a stack, or to all that is wrong with the file. Quick: only the standard library and msgspec."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from opsconsole.model.stack import EngineRef, Forbidden, Stack
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.entries import box, health, queue
from opsconsole.stack.faults import Faults
from opsconsole.stack.keys import Key
from opsconsole.stack.kinds import check
from opsconsole.stack.schema import FileTable
from opsconsole.stack.services import service
from opsconsole.stack.take import take

if TYPE_CHECKING:
    from opsconsole.model.alerts import AlertSettings

_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")

_NO_ENGINE: Final = "unknown (see [docker])"
"""Stands where an engine's address would; that it is none is then what is said of all containers."""


def _invariant(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    from opsconsole.stack.matrix import invariant  # few files have any

    invariant(table, key, stack)


def _failure(table: Mapping[str, Any], key: Key, stack: Assembly) -> None:
    from opsconsole.stack.matrix import failure

    failure(table, key, stack)


def _alerts(table: Mapping[str, Any], stack: Assembly) -> AlertSettings | None:
    from opsconsole.stack.alerts import alerts

    return alerts(table, stack)


_ENTRIES: Final[tuple[tuple[str, Callable[[Mapping[str, Any], Key, Assembly], None]], ...]] = (
    ("service", service),
    ("queue", queue),
    ("health", health),
    ("check", check),
    ("invariant", _invariant),
    ("matrix", _failure),
)
"""In this order: a queue may lie in a service's container, a check may be on a service or a queue, and what must hold
or can fail is seen by checks."""
_LONGEST: Final = 16 << 20
"""Bytes; a stack of a hundred services takes some tens of thousands."""


def load(path: Path) -> Stack:
    """The stack that the file describes. TroubleError with every fault of the file, each with its line and key."""
    stack, faults = _understood(path)
    if stack is None or len(faults):
        raise TroubleError(*faults.troubles())
    return stack


def load_what_is_sound(path: Path) -> tuple[Stack, tuple[Trouble, ...]]:
    """For who has to see something now: the stack without what is wrong in its file, and all that is wrong.

    TroubleError where nothing of the file can be read at all. With any trouble the stack is fit to look at only:
    rules of its guard may be among what is missing.
    """
    stack, faults = _understood(path)
    if stack is None:
        raise TroubleError(*faults.troubles())
    if not len(faults):
        return stack, ()
    if faults.below("docker"):
        # Whatever engine was meant, it is not surely the usual one: better none than the containers of another box.
        stack = replace(stack, engine=EngineRef(_NO_ENGINE))
    if not stack.name:
        stack = replace(stack, name=path.absolute().parent.name or "stack")
    return stack, faults.troubles()


def _understood(path: Path) -> tuple[Stack | None, Faults]:
    text = _read(path)
    raw = _parse(text, path)
    faults = Faults(_near(path), text, raw)
    return _assemble(raw, path.absolute(), faults), faults


def _assemble(raw: Mapping[str, Any], file: Path, faults: Faults) -> Stack | None:
    stack = Assembly(file.parent, faults)
    (it,) = take(raw, (), faults, FileTable)
    home = stack.path(it.home, ("home",)) if it is not None and it.home is not None else None
    stack.home = home or file.parent
    stack.project = it.docker.project if it is not None else None
    for name, enter in _ENTRIES:
        entries = raw.get(name)
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                enter(entry, (name, number), stack)
    own = raw.get("box")
    box(own if isinstance(own, Mapping) else None, stack)
    alerts = raw.get("alerts")
    settings = _alerts(alerts, stack) if isinstance(alerts, Mapping) else None
    stack.resolve()
    return _stack(it, file, stack, settings) if it is not None else None


def _stack(it: FileTable, file: Path, stack: Assembly, alerts: AlertSettings | None) -> Stack:
    if not it.name.strip() and len(stack.faults) == 0:
        stack.faults.add(("name",), "the name is empty", "name the stack")
    state = stack.path(it.state, ("state",)) if it.state is not None else None
    return Stack(
        name=one_line(it.name, 60),
        home=stack.home,
        file=file,
        engine=EngineRef(it.docker.host, it.docker.project),
        services=tuple(stack.services.values()),
        watched=tuple(stack.watched),
        checks=tuple(stack.checks.values()),
        forbidden=tuple(Forbidden(rule.words, rule.because, rule.unless) for rule in it.guard.forbid),
        contacts=dict(it.contacts),
        state_folder=state,
        invariants=tuple(stack.invariants.values()),
        matrix=tuple(stack.matrix.values()),
        alerts=alerts,
        telling=tuple(str(stack.home / pattern) for pattern in it.lately.files),
    )


def _near(path: Path) -> str:
    """The file as somebody in this folder would name it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:  # a device such as /dev/zero never ends
            content = file.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            _fail("this is too long for a stack file", _near(path), "check the path")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        _fail("the file is not UTF-8 text", f"{_near(path)}:{line}", "save it as UTF-8")
    except FileNotFoundError:
        _fail("there is no such file", _near(path), "check the path")
    except IsADirectoryError:
        _fail("this is a folder", _near(path), "name the file in it")
    except PermissionError:
        _fail("no permission to read it", _near(path), "run as a user who may, or change its mode")
    except OSError as fault:
        _fail(f"it cannot be read: {fault.strerror or type(fault).__name__}", _near(path), "")


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = _PLACE.search(str(fault))
        line = int(place[1]) if place and place[1] else len(text.rstrip().splitlines()) or 1
        column = f", column {place[2]}" if place and place[2] else ""
        what = one_line(_PLACE.sub("", str(fault)))
        _fail(
            f"this is not TOML: {what[:1].lower()}{what[1:]}",
            f"{_near(path)}:{line}{column}",
            "correct this line first",
        )
    except RecursionError:
        _fail("it is nested too deeply", _near(path), "a stack file is only a few levels deep")


def _fail(what: str, where: str, remedy: str) -> NoReturn:
    raise TroubleError(Trouble(what, where, remedy))
