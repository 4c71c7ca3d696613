"""Whose certificates this box trusts."""

from __future__ import annotations

import ssl
from pathlib import Path


def trusting() -> ssl.SSLContext:
    """Whom the box trusts; where it has no such store, whom httpx does."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not (paths.capath and any(Path(paths.capath).iterdir())):
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def blind() -> ssl.SSLContext:
    """Nobody is asked to prove anything: for looking at what was not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
