"""What stands behind the opening fence: language and attributes, `{ name=x }` or `{"name":"x"}`. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from opsconsole.model.runbook import Fault, Options, Risk
from opsconsole.model.units import parse_duration
from opsconsole.runbook.near import or_near

_INFO: Final = re.compile(r"\s*(?P<lang>[^\s{]*)\s*(?P<rest>.*)", re.DOTALL)
_FOREIGN: Final = frozenset(
    {
        *("id", "terminalRows", "mimeType", "closeTerminalOnSuccess", "openTerminalOnError"),  # of Runme
        *("title", "linenums", "hl_lines", "annotate", "copy", "select"),  # of MkDocs
    }
)
"""Keys of others that say how a block looks, and mean nothing to a run."""

_NOTHING_SAID: Final = Options()


@dataclass(frozen=True, slots=True)
class Info:
    """A block's language, name, risk as its author sees it, and options; `faults` name no line yet (0).

    `output`: its author says that it is not to be copied, as MkDocs writes it: `{ .bash .no-copy }`.
    """

    lang: str = ""
    name: str | None = None
    risk: Risk | None = None
    options: Options = _NOTHING_SAID
    faults: tuple[Fault, ...] = ()
    output: bool = False


@lru_cache(maxsize=256)
def read_info(info: str) -> Info:
    """Read a whole info string. Text in no known form after the language is left alone."""
    match = _INFO.fullmatch(info)
    lang, rest = (match["lang"], match["rest"].strip()) if match else (info.strip(), "")
    if not rest.startswith("{"):
        return Info(lang)
    faults: list[Fault] = []
    attributes = _attributes(rest, faults)
    if lang == "" and isinstance(attributes.get("."), str):
        lang = str(attributes.pop("."))
    attributes.pop(".", None)
    output = str(attributes.pop("no-copy", attributes.pop("ignore", False))).lower() == "true"
    return replace(_understood(lang, attributes, faults), output=output)


def _attributes(rest: str, faults: list[Fault]) -> dict[str, Any]:
    if re.match(r'\{\s*(?:"|\})', rest):
        try:
            found = json.loads(rest)
        except ValueError:
            faults.append(Fault(0, "info-string", "the attributes are not JSON"))
            return {}
        said = found.items() if isinstance(found, dict) else ()
        return {str(key): value for key, value in said if value is not None}
    body = rest[1:].rpartition("}")[0] if "}" in rest else rest[1:]
    try:
        words = shlex.split(body)
    except ValueError:
        faults.append(Fault(0, "info-string", "a quote in the attributes is not closed"))
        words = body.split()
    found = {}
    for word in words:
        key, sign, value = word.rstrip(",").partition("=")
        if key.startswith(".") and not sign:
            found.setdefault(".", key[1:])
            found["no-copy"] = found.get("no-copy", False) or key == ".no-copy"
        elif key.startswith("#") and not sign:
            found["name"] = key[1:]
        elif key:
            found[key] = value if sign else True
    return found


def _understood(lang: str, attributes: Mapping[str, Any], faults: list[Fault]) -> Info:
    fields: dict[str, Any] = {}
    unknown = []
    name: str | None = None
    risk: Risk | None = None
    for key, value in attributes.items():
        try:
            if key == "name":
                name = str(value)
            elif key == "risk":
                risk = _risk(value)
            elif key in _READERS:
                fields[_OWN_NAMES.get(key, key)] = _READERS[key](value)
            elif key not in _FOREIGN:
                unknown.append(key)
                message = f"the attribute {key} is not known here{or_near(key, [*_READERS, 'name', 'risk'])}"
                faults.append(Fault(0, "unknown-key", message))
        except (ValueError, TypeError) as error:
            faults.append(Fault(0, "info-string", f"{key}: {error}"))
    return Info(lang, name, risk, Options(**fields, unknown=tuple(unknown)), tuple(faults))


def _risk(value: object) -> Risk:
    for risk in (Risk.READ, Risk.CHANGE, Risk.DESTROY):
        if value == risk.word:
            return risk
    raise ValueError(f"{value!r} is not read, change or destroy")


def _choice(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value in allowed:
            return str(value)
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")

    return read


def _duration(value: object) -> float:
    return float(value) if isinstance(value, int | float) else parse_duration(str(value))


def _codes(value: object) -> tuple[int, ...]:
    return tuple(int(code) for code in re.split(r"[\s,]+", str(value).strip("[] ")) if code)


def _names(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else re.split(r"[\s,]+", str(value))
    return tuple(str(name) for name in given if name)


def _flag(value: object) -> bool:
    if str(value).lower() in ("true", "yes", "1"):
        return True
    if str(value).lower() in ("false", "no", "0"):
        return False
    raise ValueError(f"{value!r} is not true or false")


def _expected(value: object) -> str:
    text = str(value)
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        try:
            re.compile(text[1:-1])
        except re.error as error:
            raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def _prompts(value: object) -> bool:
    return str(value).lower() not in ("false", "no", "0", "never")


def _on_failure(value: object) -> str:
    text = str(value)
    return text if text.startswith("#") else _choice("ask", "stop", "continue")(text)


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "confirm": _choice("no", "yes", "type"),
    "timeout": _duration,
    "kill_after": _duration,
    "exit": _codes,
    "expect": _expected,
    "until": _duration,
    "every": _duration,
    "check": _names,
    "capture": str,
    "undo": str,
    "on_failure": _on_failure,
    "when": str,
    "interactive": _flag,
    "background": _flag,
    "interpreter": str,
    "cwd": str,
    "container": str,
    "user": str,
    "excludeFromRunAll": _flag,
    "promptEnv": _prompts,
    "break_glass": _flag,
    "tag": _names,
    "category": _names,
}
"""Attribute -> what makes a value of it. The names are those of `model.runbook.Options`, but for Runme's own."""
_OWN_NAMES: Final = {"excludeFromRunAll": "on_demand", "promptEnv": "prompt_env", "tag": "tags", "category": "tags"}
