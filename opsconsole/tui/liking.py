"""Which theme somebody likes: told on the command line, in the environment, in their config, or chosen here before."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.xdg import config_folder, state_folder
from opsconsole.tui.theme import FEW_COLOURS, USUAL, Theme, load

VARIABLE: Final = "OPSCONSOLE_THEME"
"""Set by `--theme` as well."""

CONFIG: Final = "config.toml"
_MEMORY: Final = "theme"


def liked(env: Mapping[str, str]) -> tuple[Theme, tuple[Trouble, ...]]:
    """The theme to open with, and what is wrong with the one that was meant: then it is the usual one."""
    troubles: list[Trouble] = []
    few = few_colours(env)
    try:
        name = env.get(VARIABLE) or (FEW_COLOURS if few else _newest(env)) or USUAL
        return load(name, env), ()
    except TroubleError as error:
        troubles += error.troubles
    return load(FEW_COLOURS if few else USUAL, {}), tuple(troubles)


def few_colours(env: Mapping[str, str]) -> bool:
    """Whether the terminal has no more than sixteen colours, as Rich tells it, through which all is drawn."""
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    return env.get("TERM", "").strip().lower().rpartition("-")[2] not in ("256color", "kitty")


def remember(name: str, env: Mapping[str, str]) -> str:
    """Keep the choice for the next console; why that could not be done, empty where it was."""
    file = _memory(env)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(f"{name}\n", "utf-8")
    except OSError as error:
        return f"{error.strerror}: {file}"
    return ""


def _newest(env: Mapping[str, str]) -> str:
    """What the config names, or what was chosen in a console: the later word counts."""
    folder, memory = config_folder(env), _memory(env)
    written = folder / CONFIG if folder is not None else None
    if written is not None and _age(written) >= _age(memory):
        return _configured(written)
    with suppress(OSError, UnicodeDecodeError):
        return memory.read_text("utf-8").strip()
    return ""


def _memory(env: Mapping[str, str]) -> Path:
    return state_folder(env) / _MEMORY


def _age(file: Path) -> float:
    """When it was written; before everything else where it is not there."""
    try:
        return file.stat().st_mtime
    except OSError:
        return float("-inf")


def _configured(file: Path) -> str:
    """The theme that the config names; empty where it names none or is not there. TroubleError with its faults."""
    try:
        text = file.read_text("utf-8")
        written = tomllib.loads(text)
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise TroubleError(Trouble(f"cannot be read: {why}", str(file), "check the file")) from None
    except tomllib.TOMLDecodeError as error:
        raise TroubleError(Trouble(f"this is not TOML: {one_line(str(error))}", str(file), "correct it")) from None
    name, faults = written.get("theme", ""), list(_faults(written))
    if faults:
        from opsconsole.stack.lines import lines

        at = lines(text)
        raise TroubleError(*(Trouble(what, f"{file}:{at[(key,)]}: {key}", remedy) for key, what, remedy in faults))
    return str(name)


def _faults(written: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Key, what is wrong, what to do."""
    for key, value in written.items():
        if key != "theme":
            yield key, "there is no such key", "there is: theme"
        elif not isinstance(value, str):
            yield key, "this is not a text", 'write the name of a theme: theme = "light"'
