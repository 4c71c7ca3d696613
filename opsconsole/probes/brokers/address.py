"""What the URL of a broker says. Pure; a password in it is kept apart and never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

PORT: Final = 6379
SENTINEL_PORT: Final = 26379

_TLS: Final = {"redis": False, "rediss": True}
_UNIX: Final = ("unix", "redis+socket")
_SPLIT: Final = re.compile("[/?#]")
_PLACE: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(:\d*)?")
_SENTINEL: Final = {"redis+sentinel": False, "sentinel": False, "rediss+sentinel": True}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is. `way` says which of the fields count.

    - `tcp`: `host` and `port`;
    - `unix`: `path` of a socket;
    - `container`: `host` is its name (or `project/service`), `port` the one inside;
    - `sentinel`: `sentinels` know where `service` is just now.

    `shown` is the URL as people may see it: without password, without query.
    """

    way: Literal["tcp", "unix", "container", "sentinel"]
    shown: str
    host: str = ""
    port: int = PORT
    path: str = ""
    db: int = 0
    service: str = ""
    sentinels: tuple[tuple[str, int], ...] = ()
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    verify: bool = True


def parse(url: str) -> Address:
    """The address that `url` stands for. ValueError with a sentence where it stands for none."""
    scheme, separator, _ = url.partition("://")
    if not separator or not (scheme in _TLS or scheme in _UNIX or scheme in _SENTINEL):
        known = ", ".join(f"{name}://" for name in (*_TLS, "unix", "redis+sentinel"))
        raise ValueError(f"{mask(url)!r} is no address of a Redis; it begins with one of {known}")
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    login, _, place = parts.netloc.rpartition("@")
    username, colon, password = login.partition(":")
    shared = {
        "shown": mask(url),
        "username": unquote(username) or options.get("username"),
        "password": (unquote(password) if colon else None) or options.get("password"),
        "verify": options.get("ssl_cert_reqs", "required").lower().removeprefix("cert_") != "none",
    }
    if scheme in _UNIX:
        db = _db(options.get("db") or options.get("virtual_host", ""), url)
        return Address("unix", path=unquote(place + parts.path), db=db, **shared)  # type: ignore[arg-type]
    if scheme in _SENTINEL:
        service, _, db_text = parts.path.strip("/").partition("/")
        if not service:
            raise ValueError(f"{mask(url)!r} does not name the service: redis+sentinel://host:26379/SERVICE/0")
        sentinels = tuple(_host_port(one, SENTINEL_PORT, url) for one in place.split(","))
        return Address(
            "sentinel",
            service=unquote(service),
            sentinels=sentinels,
            db=_db(db_text, url),
            tls=_SENTINEL[scheme],
            **shared,  # type: ignore[arg-type]
        )
    path = parts.path
    if place.startswith("container:"):
        name, db_text = _container(place.removeprefix("container:") + path)
        host, port = _host_port(name, PORT, url)
        return Address("container", host=host, port=port, db=_db(db_text, url), tls=_TLS[scheme], **shared)  # type: ignore[arg-type]
    host, port = _host_port(place or "localhost", PORT, url)
    db_text = path.strip("/") or options.get("db", "")
    return Address("tcp", host=host, port=port, db=_db(db_text, url), tls=_TLS[scheme], **shared)  # type: ignore[arg-type]


def mask(url: str) -> str:
    """`url` without what may be secret in it: the password becomes ***, the query goes.

    Where a password that was not escaped may stand across the parts of it, nothing of it is shown.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _SPLIT.split(url)[0].rpartition("@")[2]
    authority = _SPLIT.split(rest)[0]
    login, at, place = authority.rpartition("@")
    if not at and "@" in rest and (not scheme.startswith("http") or not _PLACE.fullmatch(authority)):
        return f"{scheme}://***"
    path = rest[len(authority) :].partition("?")[0].partition("#")[0]
    username, colon, _ = login.partition(":")
    return f"{scheme}://{username}{':***' if colon else ''}{at}{place}{path}"


def _container(rest: str) -> tuple[str, str]:
    """`NAME`, `NAME/0`, `project/service` or `project/service/0`, as name and database."""
    name, _, last = rest.rstrip("/").rpartition("/")
    return (name, last) if last.isdigit() else (rest.rstrip("/"), "")


def _host_port(place: str, default: int, url: str) -> tuple[str, int]:
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    if not host or (port and not (port.isdigit() and 0 < int(port) < 1 << 16)):
        raise ValueError(f"{mask(url)!r} has no sound host and port")
    return unquote(host), int(port or default)


def _db(text: str, url: str) -> int:
    if text and not text.isdigit():
        raise ValueError(f"{mask(url)!r} ends in {text!r}, which is not the number of a database")
    return int(text or 0)
