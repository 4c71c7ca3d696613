"""Why a Redis server could not be asked, in one line for people and with the kind that decides the level. Pure."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line

_NO_ROUTE: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_REFUSED: Final = (ProblemKind.REFUSED, "{shown} refuses connections; is it running?")
_CLOSED: Final = (ProblemKind.REFUSED, "{shown} closed the connection")
_DENIED: Final = (ProblemKind.DENIED, "no permission on {shown}; who may use it? (ls -l)")
_UNROUTED: Final = (ProblemKind.NO_TOOL, "no route to {shown} from here")
_NUMBERS: Final = {
    errno.ECONNREFUSED: _REFUSED,
    errno.ENOENT: (ProblemKind.GONE, "{shown}: there is no such socket; is it running?"),
    errno.ENOTDIR: (ProblemKind.GONE, "{shown}: there is no such socket; is it running?"),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ECONNRESET: _CLOSED,
    errno.EPIPE: _CLOSED,
    errno.ECONNABORTED: _CLOSED,
    errno.ETIMEDOUT: (ProblemKind.TIMEOUT, "{shown} did not take a connection in time"),
    **dict.fromkeys(_NO_ROUTE, _UNROUTED),
}
_ERRNO: Final = re.compile(r"\[Errno (\d+)\]")

_REFUSALS: Final = (
    ("NOAUTH", ProblemKind.DENIED, 'wants a password and none is given; name it with password = "env:NAME"'),
    ("WRONGPASS", ProblemKind.DENIED, "does not take the password (or the user) that is given"),
    ("ERR invalid password", ProblemKind.DENIED, "does not take the password that is given"),
    ("ERR AUTH <password> called without", ProblemKind.DENIED, "has no password set, but one is given"),
    ("ERR Client sent AUTH", ProblemKind.DENIED, "has no password set, but one is given"),
    ("DENIED", ProblemKind.DENIED, "is in protected mode and answers its own host only"),
    ("LOADING", ProblemKind.REFUSED, "is still loading its data set and serves nobody yet"),
    ("MASTERDOWN", ProblemKind.REFUSED, "is a replica that lost its master and serves nobody until it is back"),
    ("BUSY", ProblemKind.REFUSED, "is busy with a script that does not end and serves nobody"),
    ("CLUSTERDOWN", ProblemKind.REFUSED, "is a cluster that is down"),
    ("ERR max number of clients", ProblemKind.REFUSED, "has no room for another client (maxclients)"),
    ("MOVED", ProblemKind.UNREADABLE, "is part of a Redis Cluster, which no queue library here uses"),
    ("ERR DB index", ProblemKind.UNREADABLE, "has no database of that number"),
)


def refused(refusal: str, shown: str) -> Problem:
    """What an error reply means for somebody who only wants to look."""
    for beginning, kind, meaning in _REFUSALS:
        if refusal.startswith(beginning):
            return Problem(kind, f"{shown} {meaning}")
    if refusal.startswith("NOPERM"):
        return Problem(ProblemKind.DENIED, f"{shown} does not let this user look: {one_line(refusal[7:], 120)}")
    return Problem(ProblemKind.UNREADABLE, f"{shown} says: {one_line(refusal, 120)}")


def wrong_type(key: str, holds: str, shown: str, kind: str) -> Problem:
    """A key that holds something else than a queue of `kind` has there."""
    what = f"a {one_line(holds, 20)}" if holds else "something else"
    reason = f"key {one_line(key, 60)!r} at {shown} holds {what}, which is no {kind} queue; is kind = {kind!r} right?"
    return Problem(ProblemKind.UNREADABLE, reason)


def unreached(fault: BaseException, shown: str) -> Problem:
    """What the errors behind a failed connection say; the innermost that says something counts."""
    for cause in causes(fault):
        found = by_system(cause, shown)
        if found is not None:
            return found
    told = one_line(str(fault), 120) or type(fault).__name__
    return Problem(ProblemKind.REFUSED, f"no connection to {shown}: {told}")


def causes(fault: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that led to it, groups opened."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        if isinstance(fault, BaseExceptionGroup):
            for one in fault.exceptions:
                yield from causes(one)
        fault = fault.__cause__ or fault.__context__


def certificate(fault: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate."""
    known = {
        10: "its certificate has expired",
        9: "its certificate is not valid yet",
        18: "its certificate is self-signed",
        19: "its certificate is signed by an authority of its own",
        20: "its certificate is signed by an authority that this box does not know",
        21: "its certificate is signed by an authority that this box does not know",
        62: "its certificate is for another name",
        64: "its certificate is for another address",
    }  # X509_V_ERR_… in openssl/x509_vfy.h
    return known.get(fault.verify_code, f"its certificate is not good: {one_line(fault.verify_message, 80)}")


def by_system(fault: BaseException, shown: str) -> Problem | None:
    """What an error of the operating system, of the name server or of TLS means; None for any other."""
    if isinstance(fault, socket.gaierror):
        return Problem(ProblemKind.NO_TOOL, f"the host name in {shown} is not known here; is the name server right?")
    if isinstance(fault, ssl.SSLCertVerificationError):
        return Problem(ProblemKind.GARBLED, f"{shown}: {certificate(fault)}")
    if isinstance(fault, ssl.SSLError):
        return Problem(ProblemKind.GARBLED, f"{shown} does not speak TLS, or not a version of it that is known here")
    found = _NUMBERS.get(_number(fault) or 0)
    return None if found is None else Problem(found[0], found[1].format(shown=shown))


def _number(fault: BaseException) -> int | None:
    """The errno of `fault`; where asyncio tried several addresses and folded their errors into one, theirs."""
    if not isinstance(fault, OSError):
        return None
    if fault.errno is not None:
        return fault.errno
    folded = {int(match) for match in _ERRNO.findall(str(fault))}
    return next((number for number in (errno.ECONNREFUSED, *_NO_ROUTE) if number in folded), None)
