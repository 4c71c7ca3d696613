"""A state folder that a group shares: what is made in it is the group's as well. Standard library only.

A folder is shared when its group may write in it; somebody made it so (`install -d -m 2770 -g ops FOLDER`). Everywhere
else a run is for its user only.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o077
SHARED: Final = 0o007


def is_shared(folder: Path) -> bool:
    """Whether the group of `folder` may write in it."""
    return bool(folder.stat().st_mode & stat.S_IWGRP)


def mask_for(folder: Path) -> int:
    """The umask for files made in `folder`: nobody else's, or the group's as well."""
    return SHARED if is_shared(folder) else PRIVATE


def settle(path: Path) -> None:
    """Give what was just made the group, and the group's rights, of the folder it lies in, where that is shared."""
    above = path.parent
    if not is_shared(above):
        return
    with suppress(PermissionError):  # the folder's group need not be one of ours; its set-group bit does the same
        os.chown(path, -1, above.stat().st_gid)
    path.chmod(0o2770 if path.is_dir() else 0o660)
