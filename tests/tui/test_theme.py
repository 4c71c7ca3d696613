"""Themes: what is promised of those that come with the program, and how one of somebody's own is read and chosen."""

from __future__ import annotations

import os
import re
from itertools import combinations
from pathlib import Path

import pytest
from rich.color import ColorType
from rich.style import Style

from opsconsole.model.trouble import TroubleError
from opsconsole.tui.ink import Ink
from opsconsole.tui.liking import few_colours, liked, remember
from opsconsole.tui.screens.ask import Ask
from opsconsole.tui.screens.edit import EditScreen
from opsconsole.tui.theme import SHIPPED, css_colours, load, names
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for
from tests.tui.colours import KINDS, contrast, distance
from tests.tui.fakes import ToldParts, console, painted

GROUNDS = ("", "cursor", "cursor-away", "question")
"""What may lie under a whole line."""

DRAWN = {"frame", "frame-focus", "bar", "track", "on-track", "on-bar", "course", "baseline", "threshold"}
"""Lines and bars, which are no words."""

DIMMED = {"dim", "comment", "ansi-dim", "ansi-fg-black"}

LEVELS = ("", "good", "unknown", "degraded", "down")


def seen(name: str, ground: str, theme: str) -> Style:
    ink = Ink(load(theme, {}).styles, {}, colours=True, signs=True)
    return ink.style(name, ground)


def ratio(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(style.color, style.bgcolor)  # reversed it is the same


@pytest.mark.parametrize("ground", GROUNDS)
def test_in_high_contrast_every_word_has_seven_to_one(ground: str) -> None:
    """WCAG 2.2, success criterion 1.4.6 (AAA): at least 7 : 1 for text; 1.4.11: 3 : 1 for what is drawn."""
    for name in load("contrast", {}).styles.keys() - {"track", "on-track", "on-bar"}:
        assert ratio(seen(name, ground, "contrast")) >= (3 if name in DRAWN else 7), name


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_elsewhere_what_has_to_be_read_has_enough(theme: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3 (AA): at least 4.5 : 1 for text; what is dimmed, beside the point at hand, has 3 : 1, but 2.5 on
    the bar of the cursor."""
    least = 2.5 if ground == "cursor" else 3
    for name in load(theme, {}).styles.keys() - DRAWN - {*GROUNDS}:
        wanted = 2.2 if name == "ansi-fg-black" else least if name in DIMMED else 4.5
        assert ratio(seen(name, ground, theme)) >= wanted, name


@pytest.mark.parametrize("kind", KINDS)
def test_in_high_contrast_no_two_levels_look_the_same_to_any_eye(kind: str) -> None:
    """Ten times what can just be seen, whichever cones are missing."""
    for one, other in combinations(LEVELS, 2):
        first, second = seen(one, "", "contrast").color, seen(other, "", "contrast").color
        assert first is not None
        assert second is not None
        assert distance(first, second, kind) >= 20, (one, other)


def test_the_measure_would_find_what_such_eyes_cannot_tell_apart() -> None:
    red, green = seen("down", "", "dark").color, seen("good", "", "dark").color
    assert red is not None
    assert green is not None
    assert distance(red, green, "none") > 60
    assert distance(red, green, "deuteranopia") < 5


def test_sixteen_uses_only_what_the_terminal_itself_has() -> None:
    own = (ColorType.STANDARD, ColorType.DEFAULT)
    theme = load("sixteen", {})
    for name, written in theme.styles.items():
        style = Style.parse(written)
        assert all(colour is None or colour.type in own for colour in (style.color, style.bgcolor)), name
    assert all(value == "transparent" or value.startswith("ansi_") for value in css_colours(theme).values())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_theme_knows_every_style(name: str) -> None:
    theme, usual = load(name, {}), load("dark", {})
    assert theme.styles.keys() == usual.styles.keys()
    assert theme.colors.keys() == usual.colors.keys()
    for written in (*theme.styles.values(), *theme.plain.values()):
        Style.parse(written)


# --- one's own -------------------------------------------------------------------------------------------------


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "cfg/opsconsole/themes").mkdir(parents=True)
    return {"XDG_CONFIG_HOME": f"{tmp_path}/cfg", "XDG_STATE_HOME": f"{tmp_path}/state", "TERM": "xterm-256color"}


def written(env: dict[str, str], text: str, name: str = "mine") -> Path:
    file = Path(env["XDG_CONFIG_HOME"]) / f"opsconsole/themes/{name}.toml"
    file.write_text(text)
    return file


def faults(name: str, env: dict[str, str]) -> list[str]:
    with pytest.raises(TroubleError) as caught:
        load(name, env)
    return [str(trouble) for trouble in caught.value.troubles]


def test_a_theme_of_ones_own_says_only_what_differs(env: dict[str, str]) -> None:
    file = written(env, 'base = "light"\n[styles]\ndown = "bold #aa0000"\n')
    theme = load("mine", env)
    assert theme.styles["down"] == "bold #aa0000"
    assert theme.styles["base"] == load("light", {}).styles["base"]
    assert load(str(file), {}) == theme
    assert list(names(env)) == [*SHIPPED, "mine"]


def test_every_fault_is_told_with_its_file_line_and_key_and_what_to_do(env: dict[str, str]) -> None:
    file = written(
        env,
        'base = "drak"\n[styles]\ndwon = "red"\ndown = "bold #zz0000"\ndim = 3\n'
        '[colors]\naccent = "bold red"\n[sytles]\nx = "y"\n',
    )
    told = faults("mine", env)
    assert [each.partition(": ")[0] for each in told] == [f"{file}:{line}" for line in (1, 3, 4, 5, 7, 8)]
    assert told[0].endswith("base: this is no theme to build on; name one of dark, light, contrast, sixteen")
    assert told[1].endswith("styles.dwon: nothing is drawn in this; did you mean down?")
    assert "styles.down: 'bold #zz0000' is not a style; write it like " in told[2]
    assert "styles.dim: this is not a text; write it like " in told[3]
    assert "colors.accent: 'bold red' is not a colour; " in told[4]
    assert told[5].endswith("sytles: a theme has no such table; there are: base, colors, styles, plain")


@pytest.mark.parametrize(
    ("text", "word"), [("[styles\n", "this is not TOML"), ("styles = 3\n", "this is a table"), ("\udcff", "not UTF-8")]
)
def test_a_file_that_is_no_theme_at_all_is_told(env: dict[str, str], text: str, word: str) -> None:
    written(env, "").write_bytes(text.encode("utf-8", "surrogateescape"))
    (told,) = faults("mine", env)
    assert word in told


def test_a_name_that_nobody_knows_is_told_with_those_there_are(env: dict[str, str]) -> None:
    assert faults("ligth", env) == ["there is no theme ligth; did you mean light?"]
    assert faults("zzz", env) == ["there is no theme zzz; there are: dark, light, contrast, sixteen"]


def test_the_later_word_counts_and_the_command_line_before_all(env: dict[str, str]) -> None:
    config = Path(env["XDG_CONFIG_HOME"]) / "opsconsole/config.toml"
    assert liked(env)[0].name == "dark"
    assert remember("contrast", env) == ""
    assert liked(env)[0].name == "contrast"
    config.write_text('theme = "light"\n')
    memory = Path(env["XDG_STATE_HOME"]) / "opsconsole/theme"
    os.utime(memory, (1, 1))
    assert liked(env)[0].name == "light"
    os.utime(config, (0, 0))
    assert liked(env)[0].name == "contrast"
    assert liked({**env, "OPSCONSOLE_THEME": "sixteen"})[0].name == "sixteen"


def test_with_a_faulty_theme_or_config_it_is_the_usual_one_and_why_is_told(env: dict[str, str]) -> None:
    written(env, "[styles]\ndwon = ''\n")
    theme, troubles = liked({**env, "OPSCONSOLE_THEME": "mine"})
    assert theme.name == "dark"
    assert "mine.toml:2: styles.dwon" in str(troubles[0])
    (Path(env["XDG_CONFIG_HOME"]) / "opsconsole/config.toml").write_text("theme = 3\n\ncolour = 1\n")
    theme, troubles = liked(env)
    assert theme.name == "dark"
    assert [str(each).partition("config.toml")[2] for each in troubles] == [
        ':1: theme: this is not a text; write the name of a theme: theme = "light"',
        ":3: colour: there is no such key; there is: theme",
    ]


@pytest.mark.parametrize(
    ("term", "colorterm", "few"),
    [
        ("linux", "", True),
        ("xterm", "", True),
        ("screen", "", True),
        ("xterm-16color", "", True),
        ("xterm-256color", "", False),
        ("tmux-256color", "", False),
        ("xterm-kitty", "", False),
        ("xterm", "truecolor", False),
    ],
)
def test_few_colours_are_told_as_rich_tells_them_which_draws(term: str, colorterm: str, few: bool) -> None:
    from rich.console import Console

    env = {"TERM": term, "COLORTERM": colorterm}
    assert few_colours(env) is few
    assert (Console(force_terminal=True, _environ=env).color_system == "standard") is few
    assert liked(env)[0].name == ("sixteen" if few else "dark")


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
async def test_what_is_typed_into_fields_can_be_read_in_each(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields are widgets of Textual, whose own colours know nothing of our themes."""
    monkeypatch.setenv("OPSCONSOLE_THEME", theme)
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=(80, 24)) as pilot:
        for field in (Ask("Why?", typed=True, start="because of it"), EditScreen("because of it")):
            app.push_screen(field)
            await wait_for("the field", lambda: "because of it" in painted(app))
            await pilot.press("home", "right", "shift+right")
            segments = [segment for strip in app.screen._compositor.render_strips() for segment in strip]
            typed = [one for one in segments if one.style and any(word in one.text for word in ("ecause", "of it"))]
            assert typed
            assert min(ratio(one.style) for one in typed if one.style) >= 4.5
            marked = [one for one in segments if one.text == "e" and one.style and one.style.reverse]
            assert marked, "what is marked stands out"
            await pilot.press("escape")


def test_the_theme_in_the_documentation_is_one(env: dict[str, str]) -> None:
    page = (Path(__file__).parents[2] / "docs/terminals.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    written(env, example)
    assert load("mine", env).styles["down"] == "bold #aa0000"
