"""A registry of images on a free port of loopback, as Debian packages it; it is gone when the lab is."""

from __future__ import annotations

import http.client
import shutil
import subprocess
from pathlib import Path

from tests.lab.redis import _end_with_parent, free_port
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_until

_SETTINGS = """\
version: 0.1
log: {{ level: error, accesslog: {{ disabled: true }} }}
storage: {{ filesystem: {{ rootdirectory: {folder}/store }} }}
http: {{ addr: "127.0.0.1:{port}" }}
"""
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class Registry:
    """One registry; what is pushed to it lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What names of images in it begin with. Engines trust a registry on loopback without a certificate."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = shutil.which("docker-registry", path=OUTER.get("PATH"))
        if program is None:
            lack("registry", "there is no docker-registry on PATH")
        self._folder.mkdir()
        settings = self._folder / "registry.yml"
        settings.write_text(_SETTINGS.format(folder=self._folder, port=self._port))
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "serve", str(settings)],
                env={**OUTER, "OTEL_TRACES_EXPORTER": "none"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl, which takes no lock
            )  # fmt: skip
        wait_until(f"the registry at {self.address} to answer", self._answers)

    def stop(self) -> None:
        """End it. Twice is fine."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def name_too(self, image: str, tag: str, other: str) -> None:
        """`image:other` is the same image as `image:tag` from now on, as when both were pushed."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request("GET", f"/v2/{image}/manifests/{tag}", headers={"Accept": _MANIFEST})
            manifest = connection.getresponse().read()
            given = {"Content-Type": _MANIFEST}
            connection.request("PUT", f"/v2/{image}/manifests/{other}", body=manifest, headers=given)
            answer = connection.getresponse()
            assert answer.status == 201, answer.read().decode()
        finally:
            connection.close()

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the registry ended at once: {(self._folder / 'log').read_text()[-400:]}")
        return ask(self.address, "/v2/") == 200


def ask(address: str, path: str) -> int:
    """The status of the answer to a GET; 0 where nobody answers."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
