"""From a raw table of the stack file to the structs that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from opsconsole.checks import quantities
from opsconsole.stack.faults import Faults
from opsconsole.stack.keys import Key


def take(table: Mapping[str, Any], key: Key, faults: Faults, *kinds: type[msgspec.Struct]) -> list[Any]:
    """One struct of each of `kinds`, each made of those keys of `table` that it knows; no two know the same key.

    Whatever is wrong is in `faults`, keys that none of them knows too. So that one slip does not hide others, a struct
    is then made of what is sound, and is None only where it cannot be made at all.
    """
    known = {name for kind in kinds for name in kind.__struct_encode_fields__}
    strange = [name for name in table if name not in known]
    for name in strange:
        faults.unknown((*key, name), f"unknown key '{name}'", known)
    return [_make(table, key, faults, kind, strange) for kind in kinds]


def _make(
    table: Mapping[str, Any], key: Key, faults: Faults, kind: type[msgspec.Struct], strange: Sequence[str]
) -> msgspec.Struct | None:
    own = {name: table[name] for name in kind.__struct_encode_fields__ if name in table}
    try:
        return msgspec.convert(own, kind, dec_hook=quantities.read)
    except msgspec.ValidationError:
        from opsconsole.stack.explain import explain, of_what_is_sound

        explain(own, kind, key, faults, strange)
        return of_what_is_sound(own, kind)
