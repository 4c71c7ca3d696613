"""What it means that a program ended with a code or by a signal, in plain words. Pure.

Sources: the shells' 126, 127 and 128 + signal (POSIX, XCU 2.8.2), sysexits.h, systemd.exec(5) "Process exit codes".
"""

from __future__ import annotations

import signal
from typing import Final

_SHELL: Final = {
    126: "what it should run cannot be executed",
    127: "there is no such command",
}
_SIGNALS: Final = {
    "TERM": "asked to end",
    "KILL": "killed",
    "INT": "interrupted",
    "HUP": "its terminal went away",
    "SEGV": "it crashed: bad access to memory",
    "ABRT": "it gave up by itself (abort)",
    "BUS": "it crashed: bad access to memory",
    "ILL": "it crashed: not an instruction of this processor",
    "FPE": "it crashed: a division that cannot be done",
    "PIPE": "what it wrote to was closed",
    "XCPU": "over its limit of processor time",
    "XFSZ": "over its limit of file size",
    "SYS": "a system call that is forbidden to it",
}
_SYSEXITS: Final = {
    64: "called in a wrong way",
    65: "its input was wrong",
    66: "its input was not there",
    69: "a service it needs was not there",
    70: "a fault of its own",
    71: "the system refused it something",
    73: "a file could not be made",
    74: "reading or writing failed",
    75: "failed for now; try again",
    77: "no permission",
    78: "its settings are wrong",
}
_SYSTEMD: Final = {
    200: "its working folder cannot be entered",
    202: "a file or socket it is given cannot be set up",
    203: "its program cannot be executed: not there, or not executable",
    204: "no memory to start it",
    209: "its output cannot be set up",
    210: "its root folder cannot be entered",
    214: "its scheduling cannot be set",
    216: "there is no such group, or it may not be it",
    217: "there is no such user, or it may not be it",
    218: "its capabilities cannot be set",
    219: "its control group cannot be set up",
    226: "its private folders or mounts cannot be set up",
    228: "its system call filter cannot be set",
    233: "its runtime folder cannot be made",
    238: "its state folder cannot be made",
    240: "its log folder cannot be made",
    241: "its settings folder cannot be made",
}


def meaning(code: int | None, *, systemd: bool = False) -> str:
    """`exit code 137: killed (KILL)`; empty for None. With `systemd` the codes that it gives itself are known too."""
    if code is None:
        return ""
    if code == 0:
        return "by itself, without an error (exit code 0)"
    told = _SHELL.get(code) or (_SYSTEMD.get(code) if systemd else None)
    if told is None and 128 < code <= 128 + 64:
        told = of_signal(code - 128)
    told = told or _SYSEXITS.get(code)
    return f"exit code {code}: {told}" if told else f"exit code {code}: an error of its own"


def of_signal(number: int) -> str:
    """`killed (KILL)`."""
    try:
        name = signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return f"ended by signal {number}"
    said = _SIGNALS.get(name)
    return f"{said} ({name})" if said else f"ended by {name}"
