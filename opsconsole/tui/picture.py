"""A picture of a screen as SVG: whole, by itself, without a font or anything else from another host."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.screen import Screen

_FETCHED: Final = re.compile(r"\s*@font-face \{\{.*?\}\}", re.DOTALL)
"""What Rich would have a viewer fetch."""

_FONTS: Final = ("Fira Code, monospace", "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace")


def as_svg(screen: Screen[object], title: str) -> str:
    """What the screen shows now."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console

    paper = Console(
        width=screen.size.width,
        height=screen.size.height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    paper.print(screen._compositor.render_update(full=True))
    form = _FETCHED.sub("", CONSOLE_SVG_FORMAT).replace(*_FONTS)
    return paper.export_svg(title=title, code_format=form)
