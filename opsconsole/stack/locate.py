"""Which stack file is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.xdg import config_folder

NAMES: Final = ("opsconsole.toml", "stack.toml")
"""What a stack file is called where it is looked for, in this order."""

VARIABLE: Final = "OPSCONSOLE_STACK"
SYSTEM: Final = Path("/etc/opsconsole")


def locate(explicit: Path | None, env: Mapping[str, str], cwd: Path, system: Path = SYSTEM) -> Path | None:
    """The stack file: named by `--stack`, by the environment, or lying in one of the usual places; None without any.

    The places are the current folder, the user's own folder (XDG) and the system's. A file that was named must be
    there, and a folder that was named must hold one: TroubleError otherwise.
    """
    if explicit is not None:
        return _named(cwd / explicit.expanduser(), "--stack")
    if named := env.get(VARIABLE):
        return _named(cwd / Path(named).expanduser(), f"${VARIABLE}")
    return next((file for folder in folders(env, cwd, system) for file in _in(folder)), None)


def _named(path: Path, by: str) -> Path:
    if _is_dir(path):
        found = next(_in(path), None)
        if found is None:
            names = " or ".join(NAMES)
            raise TroubleError(
                Trouble(f"the folder {path} holds no stack file", by, f"name the file, or put {names} there")
            )
        return found
    if _hidden(path):
        raise TroubleError(
            Trouble(f"{path} cannot be seen: a folder above it may not be entered", by, "run as a user who may")
        )
    if not _exists(path):
        raise TroubleError(Trouble(f"there is no stack file {path}", by, "check the path"))
    return path


def folders(env: Mapping[str, str], cwd: Path, system: Path = SYSTEM) -> Iterator[Path]:
    """Where a stack file is looked for, in this order."""
    yield cwd
    if (own := config_folder(env)) is not None:
        yield own
    yield system


def _in(folder: Path) -> Iterator[Path]:
    return (folder / name for name in NAMES if _exists(folder / name) and not _is_dir(folder / name))


def _hidden(path: Path) -> bool:
    """Whether it cannot be told if it is there."""
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that we may not enter: what is in there is not ours to use
        return False


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
