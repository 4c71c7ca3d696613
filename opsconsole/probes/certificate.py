"""What an X.509 certificate says: whose it is, for which names, and until when. Pure.

The `ssl` module describes a certificate only once it has found it good, and it is the bad ones that are of interest.
So the few fields are taken from its DER by hand (RFC 5280, section 4.1).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _SET, _OID, _UTC_TIME = 0x30, 0x31, 0x06, 0x17
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS, _IP = 0x82, 0x87
_COMMON_NAME: Final = b"\x55\x04\x03"
_ALT_NAMES: Final = b"\x55\x1d\x11"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Times in epoch seconds; `names` are those of the subjectAltName, its common name where it has none."""

    subject: str
    issuer: str
    begins: float
    ends: float
    names: tuple[str, ...]
    self_signed: bool


def from_pem(text: bytes) -> bytes:
    """The DER of the first certificate in a PEM file, which is the server's own. ValueError where there is none."""
    found = _PEM.search(text)
    if not found:
        raise ValueError("there is no certificate in it")
    return base64.b64decode(found[1])


def understood(der: bytes) -> Certificate:
    """The certificate. ValueError where it is none."""
    try:
        return _understood(der)
    except (IndexError, StopIteration, UnicodeDecodeError):
        raise ValueError("this is no certificate") from None


def _understood(der: bytes) -> Certificate:
    whole = _first(_first(der)[1])[1]
    parts = [part for part in _parts(whole) if part[0] != _VERSION]
    _, _, issuer, validity, subject = parts[:5]
    begins, ends = (_time(*part) for part in _parts(validity[1]))
    common = _common_name(subject[1])
    names = tuple(_alt_names(next((value for tag, value in parts if tag == _EXTENSIONS), b"")))
    return Certificate(
        common, _common_name(issuer[1]), begins, ends, names or ((common,) if common else ()), issuer[1] == subject[1]
    )


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of a sequence: tag and content."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise IndexError
        yield tag, data[at : at + length]
        at += length


def _first(data: bytes) -> tuple[int, bytes]:
    return next(_parts(data))


def _time(tag: int, text: bytes) -> float:
    """UTCTime has two digits of the year, which mean 1950 to 2049; GeneralizedTime has four."""
    written = text.decode("ascii")
    if tag == _UTC_TIME:
        written = ("19" if int(written[:2]) >= 50 else "20") + written
    return datetime.strptime(written, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()


def _common_name(name: bytes) -> str:
    for _, group in _parts(name):
        for _, pair in _parts(group):
            (_, oid), (_, value) = _parts(pair)
            if oid == _COMMON_NAME:
                return value.decode(errors="replace")
    return ""


def _alt_names(extensions: bytes) -> Iterator[str]:
    for _, extension in _parts(_first(extensions)[1] if extensions else b""):
        oid, *_, (_, value) = _parts(extension)
        if oid[1] == _ALT_NAMES:
            for tag, name in _parts(_first(value)[1]):
                if tag == _DNS:
                    yield name.decode("ascii", "replace").lower()
                elif tag == _IP:
                    yield _ip(name)


def _ip(packed: bytes) -> str:
    from ipaddress import ip_address

    return str(ip_address(packed))
