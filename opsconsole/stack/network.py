"""How checks on what answers are written: a port, a certificate, an endpoint that may be a stub."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from opsconsole.model.runtime import Address, TcpOf, TlsOf
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.entries import health_of
from opsconsole.stack.faults import nearest
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind
from opsconsole.stack.schema import EndpointTable, Table


class OfTcp(Table, frozen=True):
    """`address`: `host:port`, `container:NAME:port`, or `unix:/path`."""

    address: str


class OfTls(Table, frozen=True):
    """The certificate shown at `address` to who asks for `server_name` (else for the host), or the one in `file`."""

    address: str | None = None
    file: str | None = None
    server_name: str | None = None


class OfStub(Table, frozen=True):
    """`endpoint` is one of this file's `[[health]]` entries; else an endpoint is written here as it is there."""

    endpoint: str | None = None
    url: str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    method: str = "GET"
    follow_redirects: bool = False
    verify: bool = True
    password: str | None = None


def tcp(name: str, of: OfTcp, key: Key, stack: Assembly) -> Target | None:
    """What is connected to."""
    address = _address(of.address, key, stack)
    return Target("tcp", name, TcpOf(address)) if address else None


def listening(target: Target, expect: Any) -> tuple[Target, Any]:
    """A greeting is waited for only where one is expected: others would wait for theirs first."""
    assert isinstance(target.of, TcpOf)
    return replace(target, of=replace(target.of, listen=expect.greeting is not None)), expect


def tls(name: str, of: OfTls, key: Key, stack: Assembly) -> Target | None:
    """Where the certificate is seen."""
    if (of.address is None) == (of.file is None):
        stack.faults.add(key, "where the certificate is seen is missing, or there twice", "give one of address, file")
        return None
    if of.file is not None:
        path = stack.path(of.file, (*key, "file"))
        return Target("tls", name, TlsOf(None, str(path), of.server_name)) if path else None
    assert of.address is not None
    address = _address(of.address, key, stack)
    return Target("tls", name, TlsOf(address, None, of.server_name)) if address else None


def for_its_host(target: Target, expect: Any) -> tuple[Target, Any]:
    """A certificate must be for the host that is asked, where the check names no other."""
    assert isinstance(target.of, TlsOf)
    host = expect.host or target.of.server_name or (target.of.address.host if target.of.address else "") or None
    return target, msgspec.structs.replace(expect, host=host)


def stub(name: str, of: OfStub, key: Key, stack: Assembly) -> Target | None:
    """The endpoint: that of a health entry, so that it is asked once for both, or one of its own."""
    if (of.endpoint is None) == (of.url is None):
        stack.faults.add(key, "the endpoint is missing, or there twice", "give one of endpoint, url")
        return None
    if of.url is not None:
        table = EndpointTable(
            url=of.url, headers=of.headers, method=of.method, follow_redirects=of.follow_redirects, verify=of.verify,
            password=of.password,
        )  # fmt: skip
        found = health_of(table, key, stack)
        return Target("health", name, found) if found else None
    assert of.endpoint is not None
    if of.endpoint not in stack.endpoints:
        remedy = nearest(of.endpoint, stack.endpoints)
        stack.faults.add((*key, "endpoint"), f"there is no health entry called {of.endpoint}", remedy)
        return None
    return stack.endpoints[of.endpoint]


def beside(expect: Any, key: Key, stack: Assembly) -> tuple[str, ...]:
    """The checks whose standing a stub is judged by; each must exist."""
    for number, needed in enumerate(expect.depends):
        stack.look_for((*key, "depends", number), needed)
    return tuple(expect.depends)


def through(target: Target, stack: Assembly) -> tuple[str, ...]:
    """A port in a container is not reached without the engine, nor while that container is down."""
    address: Address | None = target.of.address if isinstance(target.of, TcpOf | TlsOf) else None
    if address is None or not address.container:
        return ()
    ref = ContainerRef(address.container)
    return (stack.engine(), *(f"{one.name}.state" for one in stack.services.values() if one.ref == ref))


def address(text: str) -> Address:
    """A port to connect to: `host:port`, `[::1]:port`, `container:NAME:port`, or `unix:/path`. ValueError else."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:").removeprefix("//")
        if not path.startswith("/"):
            raise ValueError("unix: is not followed by a whole path")
        return Address(path=path)
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("no address of a port: write host:port, container:NAME:port or unix:/path")
    if host.startswith("container:"):
        name = host.removeprefix("container:")
        if not name or any(letter.isspace() for letter in name):
            raise ValueError("container: is not followed by the name of one")
        return Address(port=int(port), container=name)
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not host or "/" in host or any(letter.isspace() for letter in host) or ("@" in host):
        raise ValueError("the address has no sound host")
    return Address(host, int(port))


def _address(text: str, key: Key, stack: Assembly) -> Address | None:
    try:
        return address(text)
    except ValueError as fault:
        stack.faults.add((*key, "address"), str(fault), "")
        return None


KINDS: Final = {
    "stub": Kind(OfStub, stub, beside=beside),
    "tcp": Kind(OfTcp, tcp, listening, through),
    "tls": Kind(OfTls, tls, for_its_host, through),
}
