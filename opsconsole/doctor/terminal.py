"""What the terminal shows, and whether what is copied can leave it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from opsconsole.doctor.found import Found, State

SMALLEST: Final = (40, 12)
"""Columns and lines under which the console is of no use."""
WHOLE: Final = (80, 24)
"""Columns and lines from which it shows several panes."""

_PATIENCE: Final = 2.0
_PASSED_ON: Final = ("on", "external")


def size_of_terminal() -> tuple[int, int] | None:
    """Columns and lines of the terminal that we are at, by whichever of our streams is one; None without any."""
    for descriptor in (1, 0, 2):
        try:
            found = os.get_terminal_size(descriptor)
        except OSError:
            continue
        return found.columns, found.lines
    return None


def terminal(environ: Mapping[str, str], size: tuple[int, int] | None) -> list[Found]:
    """Colours, signs and size. Pure."""
    if size is None:
        what = "we are not at one here; the console needs it, everything else does not"
        return [Found("terminal", State.UNUSED, what)]
    return [_colours(environ), _signs(environ), _size(*size)]


def _colours(environ: Mapping[str, str]) -> Found:
    name, term = "colours", environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        told = f"TERM={term}" if term else "TERM is not set"
        return Found(name, State.MISSING, f"{told}: nothing can be drawn", "export TERM=xterm-256color")
    if environ.get("NO_COLOR"):
        return Found(name, State.GOOD, "none, because NO_COLOR is set; signs and words tell everything")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Found(name, State.GOOD, f"all (TERM={term}, COLORTERM)")
    if "256color" in term or "direct" in term or term in ("xterm-kitty", "alacritty", "xterm-ghostty", "foot"):
        return Found(name, State.GOOD, f"256 (TERM={term})")
    better = {"xterm": "xterm-256color", "screen": "screen-256color", "tmux": "tmux-256color"}.get(term)
    mend = f"export TERM={better}" if better else ""
    return Found(name, State.LESS, f"few (TERM={term}); most terminals have 256", mend)


def _signs(environ: Mapping[str, str]) -> Found:
    """By the variables, in the order in which they count (locale(7))."""
    name = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    value = environ.get(name, "") if name else ""
    if "utf8" in value.lower().replace("-", ""):
        return Found("signs", State.GOOD, f"UTF-8 ({name}={value})")
    told = f"{name}={value} is not UTF-8" if name else "no locale is set"
    return Found("signs", State.LESS, f"{told}: boxes and bars are drawn with plain letters", "export LC_ALL=C.UTF-8")


def _size(columns: int, lines: int) -> Found:
    shown = f"{columns} × {lines}"
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Found("size", State.MISSING, f"{shown}: too small; at least {SMALLEST[0]} × {SMALLEST[1]} are needed")
    if columns < WHOLE[0] or lines < WHOLE[1]:
        return Found("size", State.LESS, f"{shown}: one pane at a time; several from {WHOLE[0]} × {WHOLE[1]} on")
    return Found("size", State.GOOD, shown)


def clipboard(environ: Mapping[str, str], size: tuple[int, int] | None) -> Found:
    """Whether what is copied (OSC 52) gets through what stands between us and the terminal."""
    name = "clipboard"
    if size is None:
        return Found(name, State.UNUSED, "no terminal here, so there is nothing to copy to")
    if environ.get("TMUX"):
        return _through_tmux(_option_of_tmux("set-clipboard"))
    if environ.get("STY"):
        return Found(name, State.GOOD, "GNU screen passes on what is copied, if the terminal takes it (OSC 52)")
    return Found(
        name, State.GOOD, "what is copied is sent to the terminal (OSC 52); whether it takes it, none can tell"
    )


def _through_tmux(option: str | None) -> Found:
    if option is None:
        return Found("clipboard", State.LESS, "tmux does not say whether it passes on what is copied")
    if option in _PASSED_ON:
        return Found("clipboard", State.GOOD, f"tmux passes on what is copied (set-clipboard {option})")
    what = f"tmux keeps what is copied to itself (set-clipboard {option})"
    return Found("clipboard", State.LESS, what, "tmux set-option -g set-clipboard on")


def _option_of_tmux(name: str) -> str | None:
    """What this tmux is set to; None where it does not say."""
    if shutil.which("tmux") is None:
        return None
    try:
        said = subprocess.run(
            ["tmux", "show-options", "-gsv", name],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None if said.returncode == 0 else None
