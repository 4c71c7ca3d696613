"""What stands before eatfit24: a real nginx that has the public name's certificate, as a process of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab.systems.system import free_port
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_until

_CONF = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/door.pem;
    ssl_certificate_key {folder}/door.key;
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host eatfit24.ru; }}
  }}
}}
"""
_CERTIFICATE = (
    *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
)


class Door:
    """`port` is where it listens, passing on to the port `behind`; `certificate` is trusted where it is told."""

    def __init__(self, folder: Path, behind: int) -> None:
        self.folder = folder
        self.port = free_port()
        self.certificate = folder / "door.pem"
        self._behind = behind
        self._nginx: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """For who is to trust it."""
        return {"SSL_CERT_FILE": str(self.certificate)}

    def open(self, days: int = 60) -> None:
        """Let people in, with a certificate for so many more days."""
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        if not nginx or not shutil.which("openssl"):
            lack("nginx", "there is no nginx or no openssl")
        self.folder.mkdir(exist_ok=True)
        keys = ["-days", str(days), "-keyout", str(self.folder / "door.key"), "-out", str(self.certificate)]
        subprocess.run(["openssl", *_CERTIFICATE, *keys], check=True, capture_output=True, env=OUTER)
        conf = self.folder / "nginx.conf"
        conf.write_text(_CONF.format(folder=self.folder, port=self.port, behind=self._behind))
        self._nginx = subprocess.Popen([nginx, "-e", "stderr", "-c", str(conf)], env=OUTER, stderr=subprocess.DEVNULL)
        wait_until("the door to be open", self._listens, within=30)

    def shut(self) -> None:
        """Nobody gets in. Twice is fine."""
        nginx, self._nginx = self._nginx, None
        if nginx is not None:
            nginx.terminate()
            nginx.wait()

    def _listens(self) -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", self.port)) == 0
