"""From spans to cells: what may reach a terminal, and with which colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.tui.ink import Ink
from opsconsole.tui.presentation.spans import line
from opsconsole.tui.theme import load

THEME = load("dark", {})


def ink(*, colours: bool = True, signs: bool = True) -> Ink:
    return Ink(THEME.styles, THEME.plain, colours=colours, signs=signs)


@given(st.text(max_size=60), st.integers(0, 80))
def test_whatever_the_text_a_strip_is_as_wide_as_asked_and_printable(text: str, room: int) -> None:
    strip = ink().strip(line((text, "value")), room)
    assert strip.cell_length == room
    assert strip.text.isprintable()


@given(st.text(max_size=60), st.integers(1, 80))
def test_without_utf_8_only_ascii_is_left_and_the_width_holds(text: str, room: int) -> None:
    strip = ink(signs=False).strip(line((text, "value")), room)
    assert strip.text.isascii()
    assert strip.cell_length == room


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("[/] [0] [b [bold red]x[/]", "[/] [0] [b [bold red]x[/]"),
        ("\x1b[31mred\x1b[2J", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x9b31mC1", "31mC1"),
        ("right\u202eleft", "rightleft"),
        ("a\tb\nc", "a b c"),
    ],
)
def test_outside_text_is_shown_as_it_is_less_its_tricks(outside: str, shown: str) -> None:
    assert ink().strip(line(outside), 40).text.rstrip() == shown


def test_without_colours_no_style_has_one_and_alarms_stand_out_by_reverse() -> None:
    plain = ink(colours=False)
    for name in THEME.styles:
        style = plain.style(name)
        assert style.color is None
        assert style.bgcolor is None
    assert plain.style("badge-down").reverse
    assert plain.style("", "cursor").reverse


def test_every_style_that_is_drawn_with_is_in_the_theme() -> None:
    """Names are written in the code between quotes; each that the theme does not know would be drawn as plain text."""
    from opsconsole.tui.presentation.spans import LEVEL_STYLES

    used = {"value", "dim", "title", "key", "note", "frame", "frame-focus", "pane", "pane-focus", "cursor", "good"}
    used |= {name for name in LEVEL_STYLES.values() if name} | {
        f"badge-{name}" for name in LEVEL_STYLES.values() if name
    }
    used |= {"bar", "track", "on-track", "on-bar", "baseline", "threshold", "course", "falling", "now", "question"}
    used |= {"heading", "strong", "emphasis", "code", "link", "quote", "command", "prompt", "comment"}
    used |= {f"risk-{word}" for word in ("read", "unknown", "change", "destroy")}
    used |= {f"ansi-{word}" for word in ("bold", "dim", "italic", "underline", "reverse")}
    used |= {f"ansi-fg-{c}" for c in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")}
    assert used <= THEME.styles.keys()
