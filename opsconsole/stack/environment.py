"""How an environment is written: the files it should agree with, and, in a service, its variables by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from opsconsole.model.runtime import EnvOf
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, ServiceRef
from opsconsole.stack.assembly import Assembly, expect_type
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import Table, Terms
from opsconsole.stack.take import take

_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")


class EnvTable(Table, frozen=True):
    """`file` (or several) is given whole to what runs, as env_file and EnvironmentFile are; they should agree.

    For a container made by compose, `compose = true` works out what `docker compose up` would give it now; a `.env`
    that compose only fills in from is seen by that and not by `file`. `example` is the contract: each name in it
    must be set. Paths begin at `home`.
    """

    file: str | tuple[str, ...] = ()
    example: str | None = None
    compose: bool = False


def of_service(
    name: str, ref: ServiceRef, table: Mapping[str, Any], key: Key, stack: Assembly,
    needs: tuple[str, ...], runbooks: tuple[str, ...],
) -> None:  # fmt: skip
    """The check `NAME.env` from a service's `env`. What is written there in capitals is a variable of that name.

    So `env = { RUN_MIGRATIONS = ["0", "1"], file = ".env" }` is short for `values = { RUN_MIGRATIONS = … }`.
    """
    check = f"{name}.env"
    if not stack.named(check, key):
        return
    values = {word: value for word, value in table.items() if _VARIABLE.fullmatch(word)}
    rest = {word: value for word, value in table.items() if word not in values}
    if values:
        rest["values"] = {**values, **(rest["values"] if isinstance(rest.get("values"), Mapping) else {})}
    if not set(rest) - set(Terms.__struct_encode_fields__):
        stack.faults.add(key, "nothing is expected", 'name a variable with its values, like DEBUG = ["0"], or a file')
        return
    of, expect, terms = take(rest, key, stack.faults, EnvTable, expect_type("env"), Terms)
    stack.refers(terms, key)
    target = env_of(name, ref, of, key, stack) if of is not None else None
    if target is not None and expect is not None and terms is not None:
        target, expect = telling(target, expect)
        stack.add(check, "env", target, expect, terms, needs=needs, runbooks=runbooks)


def env_of(name: str, ref: ServiceRef, of: EnvTable, key: Key, stack: Assembly) -> Target | None:
    """The environment of what `ref` names, and the files beside it."""
    if of.compose and not isinstance(ref, ContainerRef):
        stack.faults.add((*key, "compose"), "only a container is made by compose", "take it out")
        return None
    given = [of.file] if isinstance(of.file, str) else list(of.file)
    files = [path for one in given if (path := at_home(one, (*key, "file"), stack))]
    example = at_home(of.example, (*key, "example"), stack) if of.example is not None else None
    return Target("env", name, EnvOf(ref, tuple(files), example, of.compose))


def telling(target: Target, expect: Any) -> tuple[Target, Any]:
    """The values of variables that are expected by name may be shown, where the name is not that of a secret."""
    assert isinstance(target.of, EnvOf)
    return replace(target, of=replace(target.of, tell=tuple(name for name, _ in expect.values))), expect


def at_home(text: str, key: Key, stack: Assembly) -> str | None:
    """A path that begins at `home`, where the thing itself lies."""
    try:
        return str(stack.home / Path(text).expanduser())
    except RuntimeError:
        stack.faults.add(key, f"there is no home folder for {text.partition('/')[0]}", "write the whole path")
        return None
