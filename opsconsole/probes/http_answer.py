"""What an HTTP answer, or the lack of one, means. Pure."""

from __future__ import annotations

import ssl
import zlib
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.brokers.words import by_system, causes

BODY: Final = 16 << 10
"""Bytes of a body that are read, and looked at after unpacking. A health page is shorter."""

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS

_SAID: Final = (
    ("without sending a response", ProblemKind.REFUSED, "took the connection and closed it without an answer"),
    ("without sending complete", ProblemKind.GARBLED, "ends its answer too early"),
    ("peer closed connection", ProblemKind.GARBLED, "ends its answer too early"),
)


def unzipped(data: bytes, encoding: str) -> bytes:
    """The beginning of a body that was packed although nobody asked for that; as it is where it cannot be unpacked."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return data
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(data, BODY)
    except zlib.error:
        return data


def unreached(fault: BaseException, shown: str) -> Problem:
    """Why there was no answer; the innermost error that says something counts."""
    for cause in causes(fault):
        found = by_system(cause, shown)
        if found is not None and isinstance(cause, ssl.SSLCertVerificationError):
            return Problem(found.kind, f"{found.reason}; where that is meant, say verify = false")
        if found is not None:
            return found
    told = str(fault)
    for words, kind, meaning in _SAID:
        if words in told:
            return Problem(kind, f"{shown} {meaning}")
    why = one_line(told.partition(": bytearray(")[0], 80)  # the library goes on with the bytes as Python writes them
    return Problem(ProblemKind.GARBLED, f"{shown} answers, but not as HTTP does ({why}); is the port right?")
