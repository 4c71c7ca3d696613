"""One session over all steps: what earlier steps left, given to the next, as for somebody pasting. Pure.

In bash on the box all of it holds: the folder, and variables exported or not. A step under another interpreter has the
folder and what is exported, as any program started from that shell; one as another user has the folder, and of the
variables those that its text names; one in a container has only those. None of these three leaves anything behind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from opsconsole.model.run import Carried, RunState
from opsconsole.run.place import Place


def named_in(state: RunState, text: str) -> tuple[str, ...]:
    """The carried variables that a command uses by name."""
    from opsconsole.runbook.leaves import mentions

    return tuple(one.name for one in state.carried if mentions(text, one.name))


def holding(state: RunState, place: Place, text: str) -> tuple[Carried, ...]:
    """What of the carried variables a command has where it runs."""
    if place.session == "shell":
        return state.carried
    if place.session == "process":
        return tuple(one for one in state.carried if one.exported)
    named = set(named_in(state, text))
    return tuple(one for one in state.carried if one.name in named)


def words_for(state: RunState, place: Place, text: str) -> tuple[str, ...]:
    """The run's environment in which a command runs, for people; empty where nothing has been left."""
    there = state.cwd and str(place.cwd) == state.cwd and place.session != "container"
    gone = (f"cd {state.cwd}",) if there else ()
    return (*gone, *(f"{one.name}={'••••••' if one.secret else one.value}" for one in holding(state, place, text)))


def wish_for(state: RunState, place: Place, text: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    """What the holder is told: what the command is to have, and what its shell is to report at its end.

    The value of a secret is left to the holder, unless it had to be asked for once more.
    """
    carried = []
    for one in holding(state, place, text):
        value = secrets.get(one.name) if one.secret else one.value
        carried.append([one.name, value, one.exported or place.session != "shell"])
    if place.session != "shell":
        return {"carried": carried}
    from opsconsole.runbook.leaves import leaves

    found = leaves(text)
    return {
        "carried": carried,
        "moves": found.moves,
        "names": list(found.names),
        "substituted": list(found.substituted),
        "typed": list(found.typed),
        "everything": found.everything,
    }


def lost_secrets(state: RunState, known: Collection[str]) -> tuple[str, ...]:
    """The carried secrets whose values nobody has any more: the holder that had them is gone."""
    return tuple(one.name for one in state.carried if one.secret and one.name not in known)
