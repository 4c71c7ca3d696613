"""What exactly is wrong with a table that msgspec refused. msgspec stops at the first fault; people want them all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from opsconsole.checks import quantities
from opsconsole.stack.faults import Faults, is_near, nearest
from opsconsole.stack.keys import Key

_PLACE: Final = re.compile(r" - at `(?:key in )?\$.*`$")
_BOUND: Final = re.compile(r"Expected `\w+` (>=|<=) (-?\d+)")
_BUILT_IN: Final = re.compile(r"(?:Expected `|Object |Invalid |Integer |String |Array )")
_WORDS: Final = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    quantities.Size: 'a size like "700M"',
    quantities.Duration: 'a duration like "5m"',
    quantities.Span: 'a duration like "5m"',
    quantities.Rate: 'a rate like "10M/min"',
    datetime: "a date and time like 2026-01-31 03:00:00, without quotes",
}


def explain(
    table: Mapping[str, Any], kind: type[msgspec.Struct], key: Key, faults: Faults, strange: Sequence[str] = ()
) -> None:
    """Add every fault that `table`, at `key`, has as a `kind`, but for its unknown keys: these are told already.

    They are given as `strange`, since one of them may be what is missing, misspelt.
    """
    before = len(faults)
    known = kind.__struct_encode_fields__
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        name, hint = field.encode_name, hints[field.name]
        if name in table:
            _value(table[name], hint, (*key, name), faults)
        elif field.required and not is_near(name, strange):
            faults.add(key, f"{name} is missing", f"add {name} = …")
    if len(faults) > before or strange:
        return
    try:  # each field is sound: what is wrong is how they go together
        msgspec.convert({name: table[name] for name in table if name in known}, kind, dec_hook=quantities.read)
    except msgspec.ValidationError as fault:
        faults.add(key, _sentence(fault))


def of_what_is_sound(table: Mapping[str, Any], kind: type[msgspec.Struct]) -> msgspec.Struct | None:
    """A `kind` of those fields of `table` that are sound by themselves, to find more faults with; None if none can be.

    A name that is missing is empty in it: that fault is told, and there may be more in the same entry.
    """
    hints = get_type_hints(kind, include_extras=True)
    sound: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name in table and _fits(table[name], hints[field.name]):
            sound[name] = table[name]
        elif name == "name":
            sound[name] = ""
    return msgspec.convert(sound, kind, dec_hook=quantities.read) if _fits(sound, kind) else None


def _fits(value: Any, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint, dec_hook=quantities.read)
    except msgspec.ValidationError:
        return False
    return True


def _value(value: Any, hint: Any, key: Key, faults: Faults) -> None:
    """The faults of one value: of its parts, where it has the right outer form."""
    for option in _options(hint):
        origin, inner = get_origin(option), get_args(option)
        if isinstance(value, list) and origin is tuple:
            for number, element in enumerate(value):
                _value(element, inner[0], (*key, number), faults)
            return
        if isinstance(value, Mapping) and origin is dict:
            for name, element in value.items():
                _value(element, inner[1], (*key, name), faults)
            return
        if isinstance(value, Mapping) and _is_table(option):
            _table(value, option, key, faults)
            return
    _leaf(value, hint, key, faults)


def _is_table(option: Any) -> bool:
    """Whether it is a struct that stands in the file as a table, and not one that reads itself."""
    return isinstance(option, type) and issubclass(option, msgspec.Struct) and not hasattr(option, "read")


def _table(value: Mapping[str, Any], struct: type[msgspec.Struct], key: Key, faults: Faults) -> None:
    known = struct.__struct_encode_fields__
    strange = [name for name in value if name not in known]
    for name in strange:
        faults.unknown((*key, name), f"unknown key '{name}'", known)
    explain(value, struct, key, faults, strange)


def _leaf(value: Any, hint: Any, key: Key, faults: Faults) -> None:
    try:
        msgspec.convert(value, hint, dec_hook=quantities.read)
    except msgspec.ValidationError as fault:
        choices = _choices(hint)
        if choices and isinstance(value, str):
            faults.add(key, f"'{value}' is not known here", nearest(value, choices))
        elif _BUILT_IN.match(str(fault)):
            faults.add(key, f"{_told(value)} stands here", _remedy(value, hint, str(fault)))
        else:
            faults.add(key, _sentence(fault))


def _remedy(value: Any, hint: Any, message: str) -> str:
    options = _options(hint)
    many = next((option for option in options if get_origin(option) is tuple), None)
    if many is not None and isinstance(value, str) and get_args(many)[0] is str:
        return "write it as a list, in [ ]"
    if many is not None and isinstance(value, Mapping) and get_origin(get_args(many)[0]) is dict:
        return f"write [[{'…'}]] with double brackets"
    bound = _BOUND.search(message)
    limit = f" of {'at least' if bound[1] == '>=' else 'at most'} {bound[2]}" if bound else ""
    first, *others = (_word(option) for option in options)
    return f"write {' or '.join([first + limit, *others])}"


def _word(option: Any) -> str:
    if get_origin(option) is Literal:
        return "one of " + ", ".join(f'"{value}"' for value in get_args(option))
    if get_origin(option) is tuple:
        inner = get_args(option)[0]
        return "[[…]] tables" if get_origin(inner) is dict else 'a list like ["a", "b"]' if inner is str else "a list"
    if get_origin(option) is dict or _is_table(option):
        return "a table like { … }"
    return _WORDS.get(option, "something else")


def _options(hint: Any) -> list[Any]:
    """The types that a field takes, without None and without what is said of a type's bounds."""
    if get_origin(hint) in (Union, UnionType):
        return [one for part in get_args(hint) if part is not NoneType for one in _options(part)]
    return [hint.__origin__] if hasattr(hint, "__metadata__") else [hint]


def _told(value: Any) -> str:
    """What was written, in words that a person would use of it. Never the text itself: it may be a secret."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return "a date or time"


def _choices(hint: Any) -> tuple[str, ...]:
    """The only texts that a field takes, where there are such."""
    return next((get_args(option) for option in _options(hint) if get_origin(option) is Literal), ())


def _sentence(fault: msgspec.ValidationError) -> str:
    return _PLACE.sub("", str(fault))
