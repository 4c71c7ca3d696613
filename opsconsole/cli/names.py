"""Which checks are meant by the names on a command line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.model.stack import Stack
from opsconsole.model.trouble import Trouble, TroubleError


def meant(stack: Stack, names: Sequence[str]) -> list[str]:
    """The checks called `names`, in the order of the stack; a name before the dot means all checks of that service.

    TroubleError with the near names for each that is not known.
    """
    known = [check.name for check in stack.checks]
    wanted: set[str] = set()
    troubles = []
    for name in names:
        found = [check for check in known if check == name] or [c for c in known if name and c.startswith(f"{name}.")]
        wanted.update(found)
        if not found:
            troubles.append(Trouble(f"there is no check {name!r}", f"stack {stack.name}", _remedy(name, known)))
    if troubles:
        raise TroubleError(*troubles)
    return [name for name in known if name in wanted]


def _remedy(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    owners = dict.fromkeys(check.partition(".")[0] for check in known)
    near = get_close_matches(name, dict.fromkeys((*known, *owners)), n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not known:
        return "this stack has no checks"
    return f"there are: {', '.join(known[:12])}" + (f" and {len(known) - 12} more" if len(known) > 12 else "")
