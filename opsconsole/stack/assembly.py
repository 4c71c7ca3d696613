"""A stack while it is put together: what has a name in it, and what refers to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from opsconsole import checks
from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.stack import Service
from opsconsole.model.verdict import Level
from opsconsole.stack.faults import Faults, nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.schema import Terms
from opsconsole.stack.take import take

if TYPE_CHECKING:
    from opsconsole.model.matrix import Failure, Invariant

ENGINE: Final = "engine"
"""The name of the check that everything in a container needs."""

NO_TERMS: Final = Terms()


class Assembly:
    """Gathers services, targets and checks, and at the end looks whether all that is referred to is there."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.folder = folder
        self.faults = faults
        self.services: dict[str, Service] = {}
        self.queues: dict[str, Target] = {}
        self.endpoints: dict[str, Target | None] = {}
        self.invariants: dict[str, Invariant] = {}
        self.matrix: dict[str, Failure] = {}
        self.home = folder
        self.project: str | None = None
        self.watched: dict[Target, None] = {}
        self.checks: dict[str, Check] = {}
        self._entries: set[tuple[str, str]] = set()
        self._names: dict[str, Key] = {}
        self._needed: list[tuple[Key, str]] = []

    def enter(self, table: str, name: str, key: Key, raw: Mapping[str, Any]) -> bool:
        """Whether the `name` of the entry `raw` is sound and new among those of `table`; a fault otherwise."""
        if not isinstance(raw.get("name"), str):
            return False  # which is told already
        if not name or any(letter.isspace() or not letter.isprintable() for letter in name):
            self.faults.add((*key, "name"), "a name is one word", "write it without blanks")
            return False
        if (table, name) in self._entries:
            self.faults.add((*key, "name"), f"there is another {table} called {name}", "give each a name of its own")
            return False
        self._entries.add((table, name))
        return True

    def watch(self, target: Target) -> Target:
        """`target` is read, whether it is judged or not."""
        self.watched.setdefault(target)
        return target

    def engine(self) -> str:
        """The name of the check on the engine, which is there from now on."""
        if ENGINE not in self.checks:
            self.implied(ENGINE, "engine", Target("engine", ENGINE), ())
        return ENGINE

    def implied(
        self, name: str, kind: str, target: Target, key: Key,
        terms: Terms = NO_TERMS, *, needs: Sequence[str] = (), runbooks: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A check that nobody wrote down: what its kind expects by itself."""
        if self.named(name, key):
            self.add(name, kind, target, expect_type(kind)(), terms, needs=needs, runbooks=runbooks)

    def written(
        self, name: str, kind: str, target: Target | None, table: Mapping[str, Any], key: Key,
        terms: Terms = NO_TERMS, *, needs: Sequence[str] = (), runbooks: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A check from a table of its own. `terms` are those of the entry around it, where the table says nothing.

        Without a target only the faults of the table are found.
        """
        if not self.named(name, key):
            return
        expect, own = self.read(kind, table, key)
        if expect is not None and own is not None and target is not None:
            self.add(name, kind, target, expect, _within(terms, own, table), needs=needs, runbooks=runbooks)

    def read(self, kind: str, table: Mapping[str, Any], key: Key) -> tuple[Any, Terms | None]:
        """What is expected, and the terms, of a table that holds both; None for what is not sound."""
        expect = expect_type(kind)
        fields = expect.__struct_encode_fields__
        if not table or set(table) <= set(Terms.__struct_encode_fields__):
            self.faults.add(key, "nothing is expected", f"give one of {', '.join(fields)}, or take it out")
            return None, None
        expected, terms = take(table, key, self.faults, expect, Terms)
        self.refers(terms, key)
        return expected, terms

    def named(self, check: str, key: Key) -> bool:
        """Whether `check` is a new name for a check, a fault otherwise. It is known from now on, whatever follows."""
        if check in self._names:
            self.faults.add(key, f"there is another check called {check}", "give each a name of its own")
            return False
        self._names[check] = key
        return True

    def know(self, check: str) -> None:
        """`check` would be there if its entry were sound, so that whoever needs it is not blamed too."""
        self._names.setdefault(check, ())

    def add(
        self, name: str, kind: str, target: Target, expect: Any, terms: Terms,
        *, needs: Sequence[str] = (), runbooks: Sequence[str] = (), beside: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A check that is whole. `needs` are those that the stack knows of by itself, `runbooks` the entry's.

        `beside` are the checks whose standing it looks at.
        """
        self.checks[name] = Check(
            name,
            kind,
            self.watch(target),
            expect,
            tuple(dict.fromkeys((*terms.runbooks, *runbooks))),
            tuple(dict.fromkeys((*needs, *terms.needs))),
            terms.for_ or 1,
            Level[terms.severity.upper()],
            terms.every,
            terms.timeout,
            terms.optional,
            tuple(dict.fromkeys(beside)),
        )

    def refers(self, terms: Terms | None, key: Key) -> None:
        """What terms at `key` refer to must exist: runbooks now, checks when all are known."""
        if terms is None:
            return
        self._needed += [((*key, "needs", number), needed) for number, needed in enumerate(terms.needs)]
        for number, runbook in enumerate(terms.runbooks):
            self.runbook(runbook, (*key, "runbooks", number))

    def look_for(self, key: Key, check: str) -> None:
        """`check`, which is named at `key`, must exist: looked at when all checks are known."""
        self._needed.append((key, check))

    def look_for_any(self, key: Key, name: str) -> None:
        """`name`, at `key`, must be a check, or what stands before the dot of one. All checks are known by now."""
        owners = {check.partition(".")[0] for check in self._names}
        if name not in self._names and name not in owners:
            self.faults.add(key, f"there is no check called {name}", nearest(name, {*self._names, *owners}))

    def runbook(self, name: str, key: Key) -> None:
        """A runbook that is referred to lies beside the stack file."""
        if name.endswith(".md"):
            self.faults.add(key, f"a runbook goes by its name alone, not {name}", f'write "{name.removesuffix(".md")}"')
        elif not name.strip() or "/" in name:
            self.faults.add(key, "this is not the name of a runbook", "name a .md file beside the stack file")
        elif not (self.folder / f"{name}.md").is_file():
            there = [file.stem for file in self.folder.glob("*.md")]
            self.faults.add(key, f"there is no runbook {name}.md in {self.folder}", nearest(name, there))

    def path(self, text: str, key: Key) -> Path | None:
        """A path of the file: `~` is a user's home, and what is relative begins where the stack file lies."""
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:
            self.faults.add(key, f"there is no home folder for {text.partition('/')[0]}", "write the whole path")
            return None

    def resolve(self) -> None:
        """Look whether the checks that others need exist, and that none needs itself in the end.

        Rows of the failure matrix then lead from their checks to their runbooks.
        """
        for key, needed in self._needed:
            if needed not in self._names:
                self.faults.add(key, f"there is no check called {needed}", nearest(needed, self._names))
        for name in [name for name in self._names if self._needs_itself(name)]:
            key = self._names[name]
            self.faults.add(key, f"{name} needs itself, maybe by way of others", "take one of the needs out")
            # or all of them would wait for each other
            self.checks[name] = replace(self.checks[name], needs=(), beside=())
        for row in self.invariants.values():
            self._treats(row.checks, row.runbooks)
        for failure in self.matrix.values():
            self._treats(failure.checks, failure.runbooks)

    def _treats(self, checks: Sequence[str], runbooks: Sequence[str]) -> None:
        """What treats a failure treats each check that sees it, after the check's own runbooks."""
        for name in checks:
            if (check := self.checks.get(name)) is not None:
                self.checks[name] = replace(check, runbooks=tuple(dict.fromkeys((*check.runbooks, *runbooks))))

    def _needs_itself(self, name: str) -> bool:
        seen: set[str] = set()
        ways = [name]
        while ways:
            check = self.checks.get(ways.pop())
            for needed in (*check.needs, *check.beside) if check else ():
                if needed == name:
                    return True
                if needed not in seen:
                    seen.add(needed)
                    ways.append(needed)
        return False


def expect_type(kind: str) -> type[msgspec.Struct]:
    """What a check of `kind` expects, as a struct."""
    found: type[msgspec.Struct] = import_module(checks.MODULES[kind]).Expect
    return found


def _within(entry: Terms, own: Terms, table: Mapping[str, Any]) -> Terms:
    """The terms of a table inside an entry that has terms too: the table's own count, and both have their say."""
    inherited: dict[str, Any] = {
        field.name: getattr(entry, field.name)
        for field in msgspec.structs.fields(Terms)
        if field.encode_name not in table
    }
    for both in ("runbooks", "needs"):
        inherited[both] = (*getattr(own, both), *getattr(entry, both))
    return msgspec.structs.replace(own, **inherited)
