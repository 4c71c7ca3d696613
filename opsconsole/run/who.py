"""Who runs things."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress


def login_name() -> str:
    """The user that steps run as, by name where there is one."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def user_name() -> str:
    """Who is at it: the user, and who became that by sudo."""
    name = login_name()
    sudo = os.environ.get("SUDO_USER")
    return f"{sudo} (as {name})" if sudo and sudo != name else name


def terminal() -> str:
    """The terminal that this process is at, as people name it (`pts/3`); empty where there is none."""
    for descriptor in (0, 1, 2):
        with suppress(OSError):
            return os.ttyname(descriptor).removeprefix("/dev/")
    return ""
