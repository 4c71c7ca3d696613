"""The front matter of a runbook: YAML between two lines of dashes. Pure; what is wrong comes back as faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from opsconsole.model.runbook import Fault, Input
from opsconsole.model.text import one_line
from opsconsole.model.units import parse_duration
from opsconsole.runbook.near import or_near

KEYS: Final = frozenset(
    {
        *("title", "treats", "stack", "rto", "inputs", "shell", "cwd", "ops_check", "stay_green", "escalate"),
        "interpreter",
    }
)
_LANGUAGES: Final = (
    (("python", "pypy"), ("python", "py")),
    (("psql", "mysql", "mariadb", "sqlite", "sqlcmd", "clickhouse-client"), ("sql", "psql", "postgresql", "mysql")),
    (("node", "deno", "bun"), ("javascript", "js", "node")),
    (("ruby",), ("ruby", "rb")),
    (("mongosh", "mongo"), ("mongo", "mongosh", "javascript", "js")),
)
INPUT_KEYS: Final = frozenset({"ask", "choices", "default", "pattern", "from", "secret", "allow_empty"})


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says; `meta` is all of it as YAML gave it.

    `interpreters` maps languages to what runs blocks in them: `interpreter: { sql: psql shop }`, or one for those
    that its name says, `interpreter: python3`.
    """

    meta: Mapping[str, Any] = field(default_factory=dict)
    title: str | None = None
    treats: tuple[str, ...] = ()
    stack: str | None = None
    rto: float | None = None
    inputs: tuple[Input, ...] = ()
    shell: str = "bash"
    cwd: str | None = None
    ops_check: str = "around-changes"
    stay_green: float = 0.0
    escalate: str | None = None
    interpreters: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read_front_matter(source: str, first_line: int = 2) -> Front:
    """`source` is what stands between the dashes, `first_line` the line of the file where it begins."""
    import yaml

    try:
        raw = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        problem = one_line(getattr(error, "problem", None) or str(error))
        return Front(faults=(Fault(line, "front-matter", f"the front matter is not YAML: {problem}"),))
    if raw is None:
        return Front()
    if not isinstance(raw, dict):
        return Front(faults=(Fault(first_line, "front-matter", "the front matter is not a table of keys"),))
    return _Reader({str(key): value for key, value in raw.items()}, source, first_line).front()


def languages_of(interpreter: str) -> tuple[str, ...]:
    """The languages that an interpreter reads, as blocks are tagged with them."""
    name = re.sub(r"[\d.]+$", "", interpreter.split(maxsplit=1)[0].rpartition("/")[2]) if interpreter.split() else ""
    return next((langs for names, langs in _LANGUAGES if name in names), (name,) if name else ())


class _Reader:
    """Takes the keys one by one and gathers what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], source: str, first_line: int) -> None:
        self.raw = raw
        self.lines = source.split("\n")
        self.first_line = first_line
        self.faults: list[Fault] = []

    def front(self) -> Front:
        for key in self.raw.keys() - KEYS:
            self.fault(key, "unknown-key", f"the key {key} is not known here{or_near(key, KEYS)}")
        front = Front(
            self.raw,
            self.text("title"),
            self.texts("treats"),
            self.text("stack"),
            self.duration("rto", None),
            self.inputs(),
            self.text("shell") or "bash",
            self.text("cwd"),
            self.text("ops_check") or "around-changes",
            self.duration("stay_green", 0.0) or 0.0,
            self.text("escalate"),
            self.interpreters(),
        )
        self.ops_check(front.ops_check)
        return replace(front, faults=tuple(sorted(self.faults, key=lambda fault: fault.line)))

    def fault(self, key: str, rule: str, message: str) -> None:
        self.faults.append(Fault(self.line_of(key), rule, message))

    def line_of(self, key: str) -> int:
        here = re.compile(rf"(?:^|[\s{{,\"']){re.escape(key)}[\"']?\s*:")
        return self.first_line + next((number for number, text in enumerate(self.lines) if here.search(text)), 0)

    def regex(self, name: str, pattern: str | None) -> None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            self.fault(name, "front-matter", f"inputs.{name}.pattern is no regular expression: {error}")

    def text(self, key: str) -> str | None:
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, dict | list):
            self.fault(key, "front-matter", f"{key} must be a text")
            return None
        return "off" if value is False else "on" if value is True else str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.fault(key, "front-matter", f"{key} must be a list of texts")
        return ()

    def duration(self, key: str, default: float | None) -> float | None:
        value = self.raw.get(key)
        if value is None:
            return default
        try:
            return float(value) if isinstance(value, int | float) else parse_duration(str(value))
        except ValueError as error:
            self.fault(key, "front-matter", f"{key}: {error}")
            return default

    def interpreters(self) -> dict[str, str]:
        value = self.raw.get("interpreter")
        if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return {str(lang).lower(): words for lang, words in value.items()}
        words = self.text("interpreter")
        return dict.fromkeys(languages_of(words), words) if words else {}

    def ops_check(self, value: str) -> None:
        plain = value.partition(":")[0].partition(",")[0].strip()
        if plain == "off" and plain == value:
            self.fault("ops_check", "ops-check-off", "ops_check: off must say why, as in `ops_check: 'off: …'`")
        elif plain not in ("around-changes", "off"):
            self.fault("ops_check", "front-matter", f"ops_check is around-changes or off, not {one_line(value, 40)}")

    def inputs(self) -> tuple[Input, ...]:
        value = self.raw.get("inputs")
        if value is None:
            return ()
        if not isinstance(value, dict):
            self.fault("inputs", "front-matter", "inputs must be a table of names")
            return ()
        return tuple(self.input(str(name), spec) for name, spec in value.items())

    def input(self, name: str, spec: object) -> Input:
        if spec is None or isinstance(spec, str):
            return Input(name, spec or f"{name}?")
        if not isinstance(spec, dict):
            self.fault(name, "front-matter", f"inputs.{name} must be a text or a table")
            return Input(name, f"{name}?")
        for key in spec.keys() - INPUT_KEYS:
            message = f"inputs.{name}.{key} is not known here{or_near(str(key), INPUT_KEYS)}"
            self.fault(str(key), "unknown-key", message)
        choices = spec.get("choices")

        def take(key: str) -> str | None:
            return None if spec.get(key) is None else str(spec[key])

        self.regex(name, take("pattern"))
        return Input(
            name,
            take("ask") or f"{name}?",
            take("default"),
            tuple(str(choice) for choice in choices) if isinstance(choices, list) else (),
            choices if isinstance(choices, str) else None,
            take("pattern"),
            take("from"),
            bool(spec.get("secret", False)),
            bool(spec.get("allow_empty", False)),
            self.line_of(name),
        )
