"""A real sshd on a free loopback port, for whoever runs the tests, with keys made for the occasion."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.parts import lack
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class LabSshd:
    """A running sshd. `bin` holds an `ssh` that knows its keys: put it first on PATH."""

    port: int
    user: str
    config: Path
    bin: Path
    process: subprocess.Popen[bytes]

    @property
    def host(self) -> str:
        """For an address like `ssh://HOST`; the port is in the `ssh` of `bin`."""
        return f"{self.user}@127.0.0.1:{self.port}"

    def connections(self) -> list[int]:
        """The processes that serve one connection each."""
        told = subprocess.run(["ps", "--ppid", str(self.process.pid), "-o", "pid="], capture_output=True, text=True)
        return [int(word) for word in told.stdout.split()]

    def break_connections(self) -> None:
        """End every connection from the server's side."""
        for pid in self.connections():
            os.kill(pid, 9)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[LabSshd]:
    """An sshd that lets the present user in by key. Needs no root."""
    server = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    client = shutil.which("ssh")
    if not server or not client or not shutil.which("ssh-keygen"):
        lack("sshd", "sshd, ssh or ssh-keygen is not there")
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nPasswordAuthentication no\n"
    )
    config = folder / "ssh_config"
    config.write_text(
        f"IdentityFile {folder}/user\nIdentitiesOnly yes\nUserKnownHostsFile {folder}/known\n"
        "StrictHostKeyChecking accept-new\nLogLevel ERROR\n"
    )
    wrapper = folder / "bin/ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {client} -F {config} "$@"\n')
    wrapper.chmod(0o755)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where a root's sshd locks itself in
    log = (folder / "log").open("wb")
    process = subprocess.Popen([server, "-D", "-e", "-f", folder / "sshd_config"], stderr=log, stdin=subprocess.DEVNULL)
    lab = LabSshd(port, getpass.getuser(), config, wrapper.parent, process)
    try:
        wait_until("sshd to listen", lambda: process.poll() is not None or _listens(port))
        if process.poll() is not None:
            lack("sshd", (folder / "log").read_text().strip().splitlines()[-1])
        yield lab
    finally:
        lab.break_connections()
        process.terminate()
        process.wait()
        log.close()


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0
