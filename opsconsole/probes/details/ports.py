"""Which ports some processes listen on, from `/proc`: the sockets that they hold among those that listen."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.model.detail import Port

_LISTENS: Final = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
"""State of a socket that takes connections, or datagrams from anybody (include/net/tcp_states.h)."""

_PROCESSES: Final = 64
_OPEN: Final = 8192
"""Processes, and open files of each, that are gone through."""


@dataclass(frozen=True, slots=True)
class _Socket:
    protocol: str
    address: str
    port: int


def listening(
    proc: Path, pids: Sequence[int], published: Mapping[tuple[int, str], Sequence[str]] | None = None
) -> tuple[Port, ...] | str:
    """The ports that these processes listen on, and where each is `published` (by port and protocol).

    A reason in words where that may not be seen.
    """
    outside = {key: tuple(where) for key, where in (published or {}).items()}
    found: dict[_Socket, int] = {}
    shut = 0
    known: dict[str, dict[str, _Socket]] = {}
    for pid in pids[:_PROCESSES]:
        try:
            space = str((proc / str(pid) / "ns" / "net").readlink())
            held = set(_held(proc, pid))
        except PermissionError:
            shut = shut or pid
            continue
        except OSError:  # it has just ended
            continue
        if space not in known:
            known[space] = dict(_listeners(proc, pid))
        for inode in held & known[space].keys():
            found.setdefault(known[space][inode], pid)
    if shut and not found and not outside:
        return f"may not see what process {shut} listens on; run as its user or as root"
    return _told(found, outside)


def _told(found: Mapping[_Socket, int], outside: Mapping[tuple[int, str], tuple[str, ...]]) -> tuple[Port, ...]:
    left = dict(outside)
    ports = []
    for one, pid in sorted(found.items(), key=lambda item: (item[0].port, item[0].address)):
        key = (one.port, one.protocol)
        ports.append(Port(one.port, one.protocol, one.address, left.pop(key, ()), f"pid {pid}"))
    unheard = [Port(port, protocol, "", where, "nobody that is seen") for (port, protocol), where in left.items()]
    return tuple(ports + unheard)


def _held(proc: Path, pid: int) -> Iterator[str]:
    """The inodes of the sockets that a process has open."""
    folder = proc / str(pid) / "fd"
    for number, name in enumerate(os.listdir(folder)):  # noqa: PTH208 - thousands of them: a Path each is dear
        if number >= _OPEN:
            return
        try:
            to = os.readlink(f"{folder}/{name}")  # noqa: PTH115
        except OSError:
            continue
        if to.startswith("socket:["):
            yield to[8:-1]


def _listeners(proc: Path, pid: int) -> Iterator[tuple[str, _Socket]]:
    for protocol, state in _LISTENS.items():
        try:
            text = (proc / str(pid) / "net" / protocol).read_text()
        except OSError:
            continue
        yield from parse(text, protocol, state)


def parse(text: str, protocol: str, state: str) -> Iterator[tuple[str, _Socket]]:
    """The sockets in `state` of what `/proc/net/tcp` and its like hold, by inode. Pure; see proc_net_tcp(5)."""
    for row in text.splitlines()[1:]:
        fields = row.split()
        if len(fields) > 9 and fields[3] == state:
            host, _, port = fields[1].partition(":")
            yield fields[9], _Socket(protocol.removesuffix("6"), _address(host), int(port, 16))


def _address(text: str) -> str:
    """The address in the kernel's hexadecimal: words of 32 bits, each in the order of this machine."""
    words = [int(text[start : start + 8], 16) for start in range(0, len(text), 8)]
    raw = b"".join(struct.pack("=I", word) for word in words)
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)
