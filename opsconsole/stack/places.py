"""Where the long tail of checks looks: in a container, below the stack's home, with values that may be secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.stack import references
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import Table
from opsconsole.stack.services import container_ref

Vouch = Literal["read"]
"""`risk = "read"`: the author of a check says that what it runs only looks. There is no other risk for a check."""

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET: Final = re.compile(r"passw|passphrase|secret|token|api_?key|credential", re.IGNORECASE)


class InContainer(Table, frozen=True):
    """`service`: one of this file's, that runs in a container; `container`: any other, by name. None: on the box."""

    service: str | None = None
    container: str | None = None


def container(it: InContainer, key: Key, stack: Assembly) -> tuple[str | None, bool]:
    """The container that is meant (None: the box), and whether that is sound."""
    if it.service is not None and it.container is not None:
        stack.faults.add(key, "service and container are both given", "give one of them")
        return None, False
    if it.container is not None:
        return it.container, container_ref(it.container, (*key, "container"), stack) is not None
    if it.service is None:
        return None, True
    found = stack.services.get(it.service)
    if found is None:
        remedy = nearest(it.service, stack.services)
        stack.faults.add((*key, "service"), f"there is no service called {it.service}", remedy)
        return None, False
    if not isinstance(found.ref, ContainerRef):
        stack.faults.add(
            (*key, "service"), f"{it.service} runs in no container", "leave service out: it is on this box"
        )
        return None, False
    return found.ref.name, True


def below_home(path: str, key: Key, stack: Assembly) -> str | None:
    """A path of the box: `~` is a user's home, what is relative begins in the stack's home. None with a fault."""
    if not path.strip():
        stack.faults.add(key, "the path is empty", "name a file or a folder")
        return None
    whole = stack.path(path, key)
    if whole is None or path.startswith(("/", "~")):
        return str(whole) if whole is not None else None
    return str(stack.home / path)


def variables(env: Mapping[str, str], key: Key, stack: Assembly) -> tuple[tuple[str, str], ...]:
    """Variables for what is run; one that is secret by its name holds a reference."""
    found = []
    for name, value in env.items():
        if not _VARIABLE.fullmatch(name):
            stack.faults.add((*key, name), "this is not the name of a variable", "write letters, digits and _")
            continue
        try:
            if value.startswith(("env:", "file:")):
                value = references.secret(value, stack.folder)  # noqa: PLW2901 - the same value, its path made whole
            elif _SECRET.search(name):
                raise ValueError("a secret is written out here")
        except ValueError as fault:
            stack.faults.add((*key, name), str(fault), references.REFERENCE)
            continue
        found.append((name, value))
    return tuple(found)


def reference(text: str | None, key: Key, stack: Assembly) -> str | None:
    """A reference to a secret, None with a fault."""
    if text is None:
        return None
    try:
        return references.secret(text, stack.folder)
    except ValueError as fault:
        stack.faults.add(key, str(fault), references.REFERENCE)
        return None


def needs_container(target: Target, stack: Assembly) -> tuple[str, ...]:
    """That of the service whose container it is looked at in; of another container only the engine is known."""
    name = getattr(getattr(target.of, "server", target.of), "container", None)
    if name is None:
        return ()
    states = [f"{one.name}.state" for one in stack.services.values() if one.ref == ContainerRef(name)]
    return tuple(state for state in states if state in stack.checks) or (stack.engine(),)
