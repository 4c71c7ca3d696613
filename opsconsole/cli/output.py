"""Results to stdout, everything else to stderr, and what the terminal can show of them."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

from opsconsole.model.trouble import Trouble, TroubleError

_SPELT: Final = {
    **{"✓": "+", "✗": "x", "…": "...", "·": "-", "→": "->", "≥": ">=", "≤": "<=", "×": "x", "–": "-", "—": "-"},
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
}
_SPELT_OUT: Final = str.maketrans(_SPELT)


def write(text: str) -> None:
    """Put a command's result on stdout. Whoever stops reading early has seen enough: that is no fault.

    TroubleError when it cannot be written, as on a full disk.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text if speaks_unicode(sys.stdout) else spelt_out(text, sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        drop_stdout()
    except OSError as fault:
        drop_stdout()
        raise TroubleError(Trouble(f"cannot write the result: {fault.strerror or fault}", "stdout")) from fault


def drop_stdout() -> None:
    """Let what is still buffered go nowhere, or Python would complain of it when it ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def speaks_unicode(stream: TextIO) -> bool:
    """Whether our signs can be written to it."""
    return (stream.encoding or "ascii").lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig")


def spelt_out(text: str, encoding: str | None) -> str:
    """`text` for a terminal that knows `encoding` only: our signs as ASCII, what else it lacks as `?`."""
    encoding = encoding or "ascii"
    return text.translate(_SPELT_OUT).encode(encoding, "replace").decode(encoding, "replace")


def coloured(stream: TextIO | None, no_color: bool) -> bool:
    """Whether colours are wanted there: a terminal that has them, and nobody who said no."""
    wanted = not no_color and not os.environ.get("NO_COLOR")
    return wanted and stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def columns(stream: TextIO | None) -> int | None:
    """The width to keep to, or None where nobody looks at columns (a pipe, a file)."""
    if stream is None or not stream.isatty():
        return None
    try:
        told = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        told = 0
    try:
        return told or os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
