"""The real parts that some tests need: skipped where missing, failed where `OPSCONSOLE_REQUIRE` names them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, NoReturn

import pytest

OUTER: Final = dict(os.environ)
"""The environment that the tests were started in, before the machine was shut out of it."""

REQUIRED: Final = frozenset(filter(None, OUTER.get("OPSCONSOLE_REQUIRE", "").replace(" ", "").split(",")))

missed: Final[dict[str, str]] = {}
"""Part -> why it was missing, for the summary at the end of the run."""


@dataclass(frozen=True)
class Part:
    """A real part: what it is, and the command that puts it on a Debian or Ubuntu box."""

    what: str
    enable: str


PARTS: Final = {
    "engine": Part(
        "a Docker engine that answers, and a static busybox",
        "sudo apt-get install docker.io busybox-static && sudo service docker start",
    ),
    "redis": Part("redis-server", "sudo apt-get install redis-server  (or: pip install 'opsconsole[demo]')"),
    "systemd": Part("systemd in a container", "sudo apt-get install systemd docker.io && sudo service docker start"),
    "sshd": Part("sshd", "sudo apt-get install openssh-server openssh-client"),
    "tmux": Part("tmux", "sudo apt-get install tmux"),
    "openssl": Part("openssl, which makes certificates", "sudo apt-get install openssl"),
    "redis-tls": Part("a redis-server that was built with TLS", "sudo apt-get install redis-server"),
    "logrotate": Part("logrotate", "sudo apt-get install logrotate"),
    "root": Part("the right to become somebody else", "sudo make test  (with util-linux installed)"),
    "mounts": Part("the right to mount in a namespace of its own", "sudo make test  (with util-linux installed)"),
    "compose": Part("Docker Compose", "sudo apt-get install docker-compose"),
    "postgres": Part("a Postgres server", "sudo apt-get install postgresql"),
    "nginx": Part("nginx", "sudo apt-get install nginx-core  (its unit need not run)"),
    "sqlite3": Part("the command line of SQLite", "sudo apt-get install sqlite3"),
    "screen": Part("GNU screen", "sudo apt-get install screen"),
    "registry": Part("a registry of images", "sudo apt-get install docker-registry"),
    "shellcheck": Part("shellcheck", "sudo apt-get install shellcheck"),
    "zsh": Part("zsh", "sudo apt-get install zsh"),
    "fish": Part("fish", "sudo apt-get install fish"),
    "apprise": Part("apprise", "pip install 'opsconsole[alerts]'"),
    "promtool": Part("promtool, Prometheus's own reader", "sudo apt-get install prometheus"),
    "corpus": Part("the corpus of other teams' runbooks", "lay it at ../shared/corpus"),
}


def lack(name: str, why: str) -> NoReturn:
    """End the test that asked for a part which is not there: skipped, or failed where the part is required."""
    missed[name] = why
    part = PARTS[name]
    reason = f"needs {part.what}: {why}; to enable: {part.enable}"
    if name in REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
