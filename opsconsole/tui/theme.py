"""Themes: which there are, what one looks like, and what is wrong with one that somebody wrote.

A theme is a TOML file: `opsconsole/tui/themes/` has those that come with the program, `themes/` in the user's config
folder their own. One of those says what differs from its `base`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.xdg import config_folder

SHIPPED: Final = {
    "dark": "dark and calm; only what is wrong stands out",
    "light": "for bright rooms",
    "contrast": "high contrast, safe for colour-blind eyes",
    "sixteen": "only the sixteen colours that the terminal has",
}
"""Those that come with the program, and what each is for."""

USUAL: Final = "dark"
FEW_COLOURS: Final = "sixteen"

_FOLDER: Final = Path(__file__).parent / "themes"
_TABLES: Final = ("colors", "styles", "plain")
_WRITTEN: Final = (
    'write it like "bold #ffffff on #000000"; colours are #rrggbb, or the terminal\'s, like red, bright_blue'
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Styles by their names: `colors` for the few widgets not drawn by us, `plain` where there are no colours."""

    name: str
    colors: Mapping[str, str]
    styles: Mapping[str, str]
    plain: Mapping[str, str]


def names(env: Mapping[str, str]) -> dict[str, str]:
    """Every theme there is, the user's own last, and what each is for."""
    own = _own_folder(env)
    try:
        files = sorted(own.glob("*.toml")) if own is not None else []
    except OSError:  # a folder that we may not enter holds none of ours
        files = []
    return {**SHIPPED, **{file.stem: f"your own, {file}" for file in files}}


def load(name: str, env: Mapping[str, str]) -> Theme:
    """The theme of that name, or in that file. TroubleError with every fault of it, or where there is none."""
    file = _file_of(name, env)
    if file.parent == _FOLDER:
        return _shipped(file.stem)
    return _own(file)


def _own_folder(env: Mapping[str, str]) -> Path | None:
    folder = config_folder(env)
    return folder / "themes" if folder is not None else None


def _file_of(name: str, env: Mapping[str, str]) -> Path:
    """A name is looked for among the user's own first, so that one of ours can be made over."""
    if "/" in name or name.endswith(".toml"):
        return Path(name).expanduser()
    folder = _own_folder(env)
    if folder is not None and _is_file(folder / f"{name}.toml"):
        return folder / f"{name}.toml"
    if name in SHIPPED:
        return _FOLDER / f"{name}.toml"
    raise TroubleError(Trouble(f"there is no theme {one_line(name, 60)}", "", _meant(name, names(env))))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _shipped(name: str) -> Theme:
    tables = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    return Theme(name, tables["colors"], tables["styles"], tables["plain"])


def _own(file: Path) -> Theme:
    try:
        text = file.read_text("utf-8")
        written = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise TroubleError(Trouble(f"the theme cannot be read: {why}", str(file), "check the file")) from None
    except tomllib.TOMLDecodeError as error:
        raise TroubleError(Trouble(f"this is not TOML: {one_line(str(error))}", str(file), "correct it")) from None
    base = written.get("base", USUAL)
    under = _shipped(base if isinstance(base, str) and base in SHIPPED else USUAL)
    faults = list(_faults(written, under))
    if faults:
        from opsconsole.stack.lines import lines

        at = lines(text)
        raise TroubleError(
            *(Trouble(what, f"{file}:{at.get(key, 1)}: {'.'.join(key)}", remedy) for key, what, remedy in faults)
        )
    return Theme(
        file.stem,
        {**under.colors, **written.get("colors", {})},
        {**under.styles, **written.get("styles", {})},
        {**under.plain, **written.get("plain", {})},
    )


def _faults(written: Mapping[str, Any], under: Theme) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Key, what is wrong, what to do."""
    known = {"colors": under.colors, "styles": under.styles, "plain": under.styles}
    for table, value in written.items():
        if table == "base":
            if value not in SHIPPED:
                yield (table,), "this is no theme to build on", f"name one of {', '.join(SHIPPED)}"
        elif table not in _TABLES:
            yield (table,), "a theme has no such table", f"there are: base, {', '.join(_TABLES)}"
        elif not isinstance(value, dict):
            yield (table,), "this is a table", f"write [{table}] on a line of its own, and its keys below"
        else:
            for name, style in value.items():
                if name not in known[table]:
                    yield (table, name), "nothing is drawn in this", _meant(name, known[table])
                elif why := _not_a_style(style, colour=table == "colors"):
                    yield (table, name), why, _WRITTEN


def _meant(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"


def _not_a_style(written: object, *, colour: bool) -> str:
    """What is wrong with a style, or with a `colour` alone; empty where nothing is."""
    from rich.color import Color, ColorParseError
    from rich.errors import StyleSyntaxError
    from rich.style import Style

    if not isinstance(written, str):
        return "this is not a text"
    try:
        if colour:
            Color.parse(written)
        else:
            Style.parse(written)
    except (StyleSyntaxError, ColorParseError):
        return f"{one_line(written, 40)!r} is not a {'colour' if colour else 'style'}"
    return ""


def css_colours(theme: Theme) -> dict[str, str]:
    """The colours as Textual's style sheets write them, and the veil that lies over what a question hides."""
    written = {name: _css(colour) for name, colour in theme.colors.items()}
    background = written["background"]
    return {**written, "veil": f"{background}99" if background.startswith("#") else "transparent"}


def _css(colour: str) -> str:
    """Of the terminal's own colours by their names there; all others as #rrggbb, whatever they are called."""
    from rich.color import Color, ColorType

    parsed = Color.parse(colour)
    if parsed.type in (ColorType.DEFAULT, ColorType.STANDARD):
        return f"ansi_{parsed.name}"
    red, green, blue = parsed.get_truecolor()
    return f"#{red:02x}{green:02x}{blue:02x}"
