"""What an X.509 certificate says: whose it is, for which names, and until when. Pure.

The `ssl` module describes a certificate only once it has found it good, and it is the bad ones that are of interest.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Parsed
    from cryptography.x509 import Name

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


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
    _, begins, rest = text.decode("ascii", "replace").partition(_BEGIN)
    body, ends, _ = rest.partition(_END)
    if not (begins and ends):
        raise ValueError("there is no certificate in it")
    return ssl.PEM_cert_to_DER_cert(f"{_BEGIN}{body}{_END}")


def understood(der: bytes) -> Certificate:
    """The certificate. ValueError where it is none."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        parsed = load_der_x509_certificate(der)
        subject = _common_name(parsed.subject)
        return Certificate(
            subject,
            _common_name(parsed.issuer),
            parsed.not_valid_before_utc.timestamp(),
            parsed.not_valid_after_utc.timestamp(),
            _alt_names(parsed) or ((subject,) if subject else ()),
            parsed.issuer == parsed.subject,
        )
    except ValueError:
        raise ValueError("this is no certificate") from None


def _common_name(name: Name) -> str:
    from cryptography.x509.oid import NameOID

    return next((str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)), "")


def _alt_names(parsed: Parsed) -> tuple[str, ...]:
    from cryptography.x509 import DNSName, ExtensionNotFound, IPAddress, SubjectAlternativeName

    try:
        names = parsed.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return ()
    hosts = (host.lower() for host in names.get_values_for_type(DNSName))
    return (*hosts, *map(str, names.get_values_for_type(IPAddress)))
