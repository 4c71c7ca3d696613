"""Where the engine is, found out as the docker command does: asked for, environment, context, the usual sockets."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level

USUAL_SOCKET: Final = Path("/var/run/docker.sock")
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class EngineError(Exception):
    """The engine did not answer, or not as it should. Stays within this package; `problem` goes out.

    `answered`: the engine itself was reached, and the problem is one of the thing that was asked about.
    """

    def __init__(self, kind: ProblemKind, reason: str, *, answered: bool = False) -> None:
        super().__init__(reason)
        self.problem = Problem(kind, reason)
        self.answered = answered

    @property
    def unseen(self) -> Problem:
        """The same for things behind the engine: that they cannot be seen does not mean that they are down."""
        if self.answered or self.problem.kind.level is not Level.DOWN:
            return self.problem
        return Problem(ProblemKind.NO_TOOL, self.problem.reason)


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates for an engine behind TLS: a folder with ca.pem, cert.pem and key.pem, as far as they exist."""

    folder: Path
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One engine's address. `path` is that of its socket, for `ssh` on the other machine; `user` may be empty."""

    scheme: Literal["unix", "tcp", "ssh"]
    path: str = ""
    host: str = ""
    port: int | None = None
    user: str = ""
    tls: Tls | None = None

    @property
    def local(self) -> bool:
        """Whether its containers may be processes of this machine."""
        return self.scheme == "unix" or self.host in LOOPBACK

    def __str__(self) -> str:
        """As people write it, without anything secret."""
        if self.scheme == "unix":
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{self.user}{'@' if self.user else ''}{host}{f':{self.port}' if self.port else ''}"


def late(endpoint: Endpoint, seconds: float) -> EngineError:
    """That the engine was given `seconds` and did not answer."""
    reason = f"the container engine at {endpoint} does not answer within {duration(seconds)}"
    return EngineError(ProblemKind.TIMEOUT, reason)


def find_endpoint(host: str | None, environ: Mapping[str, str]) -> Endpoint:
    """The engine meant by `host` (as in DOCKER_HOST), else by the environment, the docker context, the usual sockets.

    EngineError (UNREADABLE) where what was asked for makes no sense.
    """
    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or "/", ".docker"))
    named = host or environ.get("DOCKER_HOST")
    if named:
        return parse(named, "docker.host" if host else "DOCKER_HOST", _tls_of(environ, folder))
    context = environ.get("DOCKER_CONTEXT") or _current_context(folder)
    if context and context != "default":
        return _of_context(context, folder)
    return Endpoint("unix", str(_usual_socket(environ)))


def parse(text: str, where: str, tls: Tls | None = None) -> Endpoint:
    """An address like `unix:///run/docker.sock`, `tcp://box:2376` or `ssh://user@box`; `where` it was read."""
    try:
        url = urlsplit(text)
        return _from_url(url, tls)
    except ValueError:
        form = "unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST"
        raise EngineError(
            ProblemKind.UNREADABLE, f"{where}: {one_line(_masked(text), 80)!r} is no engine address like {form}"
        ) from None


def _from_url(url: SplitResult, tls: Tls | None) -> Endpoint:
    match url.scheme:
        case "unix" if url.path.startswith("/") and not url.netloc:
            return Endpoint("unix", url.path)
        case "tcp" | "http" | "https" if url.hostname:
            secure = (tls or Tls(Path("/nonexistent"))) if url.scheme == "https" else tls
            return Endpoint("tcp", "", url.hostname, url.port or (2376 if secure else 2375), tls=secure)
        case "ssh" if url.hostname and not url.hostname.startswith("-") and not (url.username or "").startswith("-"):
            path = url.path if url.path not in ("", "/") else str(USUAL_SOCKET)
            return Endpoint("ssh", path, url.hostname, url.port, url.username or "")
        case _:
            raise ValueError(url.scheme)


def _masked(text: str) -> str:
    """An address without a password that somebody put into it."""
    before, at, after = text.rpartition("@")
    scheme, colon, user = before.partition("://")
    return f"{scheme}{colon}{user.partition(':')[0]}{at}{after}" if at else text


def _tls_of(environ: Mapping[str, str], folder: Path) -> Tls | None:
    """As the docker command: any of three variables asks for TLS, one of them for looking at the certificate too."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    certificates = environ.get("DOCKER_CERT_PATH")
    if not (verify or certificates or environ.get("DOCKER_TLS")):
        return None
    return Tls(Path(certificates) if certificates else folder, verify)


def _current_context(folder: Path) -> str | None:
    config = _read_json(folder / "config.json")
    current = config.get("currentContext") if config else None
    return current if isinstance(current, str) else None


def _of_context(name: str, folder: Path) -> Endpoint:
    """Contexts lie in folders called after the SHA-256 of their name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = _read_json(folder / "contexts" / "meta" / digest / "meta.json")
    try:
        docker = (meta or {})["Endpoints"]["docker"]
        host = docker["Host"]
    except (KeyError, TypeError):
        shown = one_line(name, 60)
        raise EngineError(
            ProblemKind.UNREADABLE, f"docker context {shown!r} does not exist in {folder}; see: docker context ls"
        ) from None
    certificates = folder / "contexts" / "tls" / digest / "docker"
    tls = Tls(certificates, not docker.get("SkipTLSVerify")) if certificates.is_dir() else None
    return parse(str(host), f"docker context {one_line(name, 60)!r}", tls)


def _usual_socket(environ: Mapping[str, str]) -> Path:
    """The system's socket, unless it cannot be used and the user's own engine has one."""
    runtime = environ.get("XDG_RUNTIME_DIR")
    own = Path(runtime, "docker.sock") if runtime else None
    if own and own.is_socket() and not os.access(USUAL_SOCKET, os.W_OK):
        return own
    return USUAL_SOCKET


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None
