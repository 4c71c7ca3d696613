"""Secrets and addresses as a stack file may hold them. Pure; nothing here ever repeats what may be a secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_HEADER: Final = re.compile(r"authori[sz]ation|cookie|token|secret|passw|api-?key|auth", re.IGNORECASE)

BROKERS: Final = ("redis", "rediss", "unix", "redis+socket", "sentinel", "redis+sentinel", "rediss+sentinel")
"""Schemes that a broker's address may have; the probe knows what they mean (probes/brokers/address.py)."""

REFERENCE: Final = 'name it: "env:NAME" or "file:/path"'


def secret(text: str, folder: Path) -> str:
    """A reference to a secret, with a file's path made absolute. ValueError for anything else."""
    scheme, colon, rest = text.partition(":")
    if scheme == "env" and colon:
        if not _NAME.fullmatch(rest):
            raise ValueError("env: is not followed by the name of a variable")
        return text
    if scheme == "file" and colon:
        if not rest:
            raise ValueError("file: is not followed by a path")
        return f"file:{folder / rest if not rest.startswith('~') else rest}"
    raise ValueError("a secret is written out here")


def header(name: str, value: str, folder: Path) -> str:
    """A header's value: a reference, or plain text where the header's name does not look like a secret's."""
    if value.startswith(("env:", "file:")):
        return secret(value, folder)
    if _SECRET_HEADER.search(name):
        raise ValueError("a secret is written out here")
    return value


def broker(url: str) -> str:
    """A broker's address without a password in it. ValueError with a sentence."""
    scheme = url.partition("://")[0]
    if "://" not in url or scheme not in BROKERS:
        raise ValueError("no address of a Redis: it begins with redis://, rediss://, unix:// or redis+sentinel://")
    if _has_password(url):
        raise ValueError("the password is written out here")
    if scheme not in ("unix", "redis+socket") and not url.partition("://")[2].strip("/"):
        raise ValueError("the address names no host")
    return url


def endpoint(url: str) -> str:
    """An endpoint's address: HTTP, or a broker that is asked to PING. ValueError with a sentence."""
    scheme = url.partition("://")[0].lower()
    if "://" in url and scheme in BROKERS:
        return broker(url)
    if "://" not in url or scheme not in ("http", "https"):
        raise ValueError("no address of an endpoint: it begins with http://, https:// or redis://")
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError("the address has no sound host and port") from None
    if parts.password is not None:
        raise ValueError("the password is written out here")
    if not sound:
        raise ValueError("the address has no sound host and port")
    return url


def container_of(url: str) -> str | None:
    """The container that `redis://container:NAME/0` names (maybe `project/service`), None for other addresses."""
    place = url.partition("://")[2].partition("?")[0].rpartition("@")[2]
    if not place.startswith("container:"):
        return None
    name = place.removeprefix("container:").strip("/")
    head, slash, last = name.rpartition("/")
    return (head if slash and last.isdigit() else name).partition(":")[0] or None


def _has_password(url: str) -> bool:
    """In the login part, however odd the password, or in the query."""
    rest = url.partition("://")[2]
    login, at, _ = rest.partition("?")[0].rpartition("@")
    query = parse_qs(rest.partition("?")[2])
    return bool(at and ":" in login) or "password" in query
