"""The certificate that is shown at a port, or lies in a file; and whether this box trusts it."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Final

from opsconsole.model.runtime import Address, TlsOf, TlsReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.certificate import from_pem, understood
from opsconsole.probes.each import Each
from opsconsole.probes.reach import connect, place_of, unreached
from opsconsole.probes.trust import blind, trusting

_LONGEST: Final = 1 << 20  # bytes of a file of certificates

_NOT_OF_TRUST: Final = frozenset({9, 10})
"""Errors of OpenSSL that are about the time of validity (X509_verify_cert_error_string(3)); that is judged apart."""


def open_probe(world: World) -> Each:
    """Targets of kind `tls`, each with a `TlsOf`. A handshake is all that is ever said to a server."""
    busy = Busy()

    async def look(of: TlsOf, timeout: float) -> TlsReading | Problem:
        if of.file is not None:
            file = of.file
            try:
                return await busy.call(file, lambda: _in_file(file), timeout)
            except TimeoutError:
                return Problem(ProblemKind.UNREADABLE, f"reading {file} hangs; is its server gone?")
        assert of.address is not None
        place = await place_of(world, of.address, timeout)
        if isinstance(place, Problem):
            return place
        try:
            return await _shown_at(of.address, place, of.server_name or of.address.host or None)
        except ssl.SSLError as fault:
            why = one_line(fault.reason or str(fault), 120).replace("_", " ").lower()
            return Problem(ProblemKind.GARBLED, f"{of.address.shown} does not speak TLS as it should: {why}")
        except OSError as fault:
            return unreached(fault, of.address.shown)

    return Each(world, look)


async def _shown_at(address: Address, place: tuple[str, int], name: str | None) -> TlsReading | Problem:
    """Asked once as everybody does; where that is refused, once more without looking, to see what it is that was."""
    asking, why = trusting(), ""
    asking.check_hostname = False  # whom it is for is judged apart
    try:
        der = await _certificate(address, place, asking, name)
    except ssl.SSLCertVerificationError as fault:
        why = "" if fault.verify_code in _NOT_OF_TRUST else one_line(fault.verify_message, 120)
        der = await _certificate(address, place, blind(), name)
    if der is None:
        return Problem(ProblemKind.GARBLED, f"{address.shown} shows no certificate")
    try:
        return _reading(der, not why, why)
    except ValueError as fault:
        return Problem(ProblemKind.GARBLED, f"{address.shown}: {fault}")


async def _certificate(
    address: Address, place: tuple[str, int], context: ssl.SSLContext, name: str | None
) -> bytes | None:
    _, writer = await connect(address, place, context, name)
    try:
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return shown.getpeercert(binary_form=True)
    finally:
        with suppress(OSError):
            writer.close()


def _in_file(file: str) -> TlsReading | Problem:
    try:
        with Path(file).open("rb") as opened:
            return _reading(from_pem(opened.read(_LONGEST)), None, "")
    except FileNotFoundError:
        return Problem(ProblemKind.GONE, f"there is no certificate {file}")
    except PermissionError:
        return Problem(ProblemKind.DENIED, f"no permission to read {file}")
    except OSError as fault:
        return Problem(ProblemKind.UNREADABLE, f"{file} cannot be read: {one_line(fault.strerror or str(fault))}")
    except ValueError as fault:
        return Problem(ProblemKind.GARBLED, f"{file}: {fault}")


def _reading(der: bytes, trusted: bool | None, why: str) -> TlsReading:
    seen = understood(der)
    names = tuple(one_line(name, 120) for name in seen.names)
    return TlsReading(
        seen.begins, seen.ends, names, one_line(seen.subject, 80), one_line(seen.issuer, 80), trusted, why,
        seen.self_signed,
    )  # fmt: skip
