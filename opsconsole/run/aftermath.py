"""What a step's shell leaves behind: its folder and variables, as it tells them at its end. Standard library only.

The text of the command is what bash runs, untouched. Before it bash reads a small file that `BASH_ENV` names (and takes
that name away again): it sets what earlier steps left that only a shell can have, and a trap on the shell's exit that
writes where the shell is and what its variables hold. The file and the report lie in memory and are reached through
the holder's own descriptors, so that no value touches a disk and no process of the step inherits anything.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from opsconsole.run.mask import SHORTEST, looks_secret
from opsconsole.run.wire import FIXED_ENVIRONMENT

LONGEST: Final = 32 << 10
"""Bytes that a value may have to be carried on."""
MOST: Final = 200
"""Variables that one step may leave."""
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NOT_CARRIED: Final = frozenset(
    {"PATH", "ENV", "IFS", "PWD", "OLDPWD", "SHLVL", "_", "SHELLOPTS", "UID", "EUID", "PPID", "RANDOM", "SRANDOM"}
    | {"SECONDS", "LINENO", "OPTIND", "OPTARG", "OPTERR", "REPLY", "DIRSTACK", "FUNCNAME", "GROUPS", "PIPESTATUS"}
    | {"EPOCHSECONDS", "EPOCHREALTIME", "COMP_WORDBREAKS", "HISTCMD", "LINES", "COLUMNS", "PROMPT_COMMAND"}
)
_NOT_CARRIED_HEADS: Final = ("LD_", "BASH", "PS4", "__opsconsole")
_WRITES_VARIABLE: Final = (
    'builtin printf "{tag}\\0%s\\0" {name}; builtin declare -p {name}; builtin printf "\\0%s\\0" "${{{name}-}}"'
)
_WRITES_ALL: Final = (
    'while IFS= builtin read -r __opsconsole_name; do builtin printf "{tag}\\0%s\\0" "$__opsconsole_name"; '
    'builtin declare -p "$__opsconsole_name"; builtin printf "\\0%s\\0" "${{!__opsconsole_name-}}"; '
    "done < <(builtin compgen -v)"
)
_REPORTS_SUBSHELL: Final = """\
set -E
trap -- '[[ $BASH_SUBSHELL -ne 1 ]] || trap -- '\\''__opsconsole_code=$?; \
[[ $__opsconsole_code -eq 0 ]] || builtin printf "F\\0%s\\0" "$__opsconsole_code" 2>/dev/null >>{report}'\\'' EXIT' ERR
"""
"""A substitution that fails in an assignment changes no exit code (`export X=$(false)` is a success): its own shell
says so, where something failed in it and it ended badly."""


def carries(name: str) -> bool:
    """Whether a variable may go from one step to the next at all."""
    return not (name in _NOT_CARRIED or name in FIXED_ENVIRONMENT or name.startswith(_NOT_CARRIED_HEADS))


@dataclass(slots=True)
class Aftermath:
    """One shell's report about its end. `wish` is what a console asked for (carrying.py says what).

    `cwd` is where it starts, `plain` what it has besides its environment, `secrets` the values not to be written down.
    """

    wish: Mapping[str, Any]
    cwd: str
    plain: Mapping[str, str] = field(default_factory=dict)
    secrets: Iterable[str] = ()
    values: dict[str, str] = field(default_factory=dict)
    """The secret values that it left, which stay in memory."""
    _report: int = -1
    _prelude: int = -1

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What the shell needs in its environment to report; nothing where there is nothing to say or to set."""
        plain = {name: value for name, value in self.plain.items() if _NAME.fullmatch(name)}
        if not (self._listens or plain):
            return {}
        self._report = os.memfd_create("opsconsole-report", os.MFD_CLOEXEC)
        self._prelude = os.memfd_create("opsconsole-prelude", os.MFD_CLOEXEC)
        text = self._text(plain, environment.get("BASH_ENV", ""))
        os.write(self._prelude, text.encode("utf-8", "surrogateescape"))
        return {"BASH_ENV": _path(self._prelude)}

    @property
    def _listens(self) -> bool:
        return bool(self.wish.get("names") or self.wish.get("everything") or self.wish.get("moves"))

    def _text(self, plain: Mapping[str, str], bash_env: str) -> str:
        report = _path(self._report)
        out = [f"export BASH_ENV={shlex.quote(bash_env)}\n. {shlex.quote(bash_env)}" if bash_env else "unset BASH_ENV"]
        out += [f"{name}={shlex.quote(value)}" for name, value in plain.items()]
        if not self._listens:
            return "\n".join(out) + "\n"
        everything = bool(self.wish.get("everything"))
        if everything:
            out.append(f"{{ {_WRITES_ALL.format(tag='B')}; }} 2>/dev/null >>{report}\nunset __opsconsole_name")
        names = [] if everything else [name for name in self.wish.get("names", ()) if _NAME.fullmatch(name)]
        said = ['builtin printf "W\\0%s\\0" "$PWD"', *(_WRITES_VARIABLE.format(tag="V", name=name) for name in names)]
        if everything:
            said.append(_WRITES_ALL.format(tag="V"))
        body = f"{{ builtin set +eux; builtin trap - ERR; {'; '.join(said)}; }} 2>/dev/null >>{report}"
        out.append(f"trap -- {shlex.quote(body)} EXIT")
        if self.wish.get("substituted"):
            out.append(_REPORTS_SUBSHELL.format(report=report))
        return "\n".join(out) + "\n"

    def read(self) -> dict[str, Any] | None:
        """What the journal says of it; None where nothing was to be said. It is closed after this."""
        if self._report < 0:
            return None
        try:
            size = os.fstat(self._report).st_size
            records = os.pread(self._report, size, 0).decode("utf-8", "surrogateescape").split("\0")
        finally:
            self.close()
        return self._understood(records) if self._listens else None

    def close(self) -> None:
        """Let go of the memory."""
        for descriptor in (self._report, self._prelude):
            if descriptor >= 0:
                os.close(descriptor)
        self._report = self._prelude = -1

    def _understood(self, records: list[str]) -> dict[str, Any]:
        before: dict[str, tuple[str, str]] = {}
        after: dict[str, tuple[str, str]] = {}
        cwd, failed = "", []
        rest = iter(records)
        for tag in rest:
            if tag == "W":
                cwd = next(rest, "")
            elif tag == "F":
                failed.append(next(rest, ""))
            elif tag in ("V", "B"):
                name, declared, value = next(rest, ""), next(rest, "").strip(), next(rest, "")
                (after if tag == "V" else before)[name] = (declared, value)
        if not cwd:
            return {"dropped": ["what it set is not known: its shell did not say"], "failed": failed}
        if self.wish.get("everything"):
            after = {name: said for name, said in after.items() if before.get(name) != said}
        said = self._variables(after)
        moved = cwd != self.cwd and bool(self.wish.get("moves") or self.wish.get("everything"))
        hollow = [name for name in self.wish.get("substituted", ()) if not after.get(name, ("", "-"))[1]]
        return {"cwd": cwd if moved else "", **said, "empty": hollow, "failed": failed}

    def _variables(self, found: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        taken: list[dict[str, Any]] = []
        unset, dropped = [], []
        typed = self.wish.get("typed", ())
        for name, (declared, value) in sorted(found.items(), key=lambda item: item[0] not in typed):
            flags = declared.split(" ", 2)[1] if declared.startswith("declare ") else ""
            why = _why_not(name, flags, value)
            if why and self.wish.get("everything"):
                continue  # what a sourced file did to the shell itself is its own affair
            if why:
                dropped.append(f"{name} is not carried on: {why}")
            elif not declared:
                unset.append(name)
            elif len(taken) < MOST:
                taken.append(self._one(name, value, exported="x" in flags))
        return {"set": taken, "unset": unset, "dropped": dropped}

    def _one(self, name: str, value: str, *, exported: bool) -> dict[str, Any]:
        known = (*self.secrets, *(one for one in self.values.values() if len(one) >= SHORTEST))
        typed = name in self.wish.get("typed", ())  # perhaps a password: what is typed is not written down
        if typed or looks_secret(name, value) or any(secret and secret in value for secret in known):
            self.values[name] = value
            return {"name": name, "exported": exported, "secret": True}
        return {"name": name, "value": value, "exported": exported}


def _why_not(name: str, flags: str, value: str) -> str:
    if not carries(name):
        return "it belongs to the shell itself"
    if "a" in flags or "A" in flags:
        return "it is an array"
    if not value.isprintable() and any("\udc80" <= char <= "\udcff" for char in value):
        return "it is no text"
    return "it is too long" if len(value) > LONGEST else ""


def _path(descriptor: int) -> str:
    return f"/proc/{os.getpid()}/fd/{descriptor}"
