"""The box of lifetracker: uvicorn and nginx as units of a real systemd, and a SQLite database beside the code."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Final

from tests.lab.systems import compose
from tests.lab.systems.booted import Booted, File
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.system import ROOT, replaced
from tests.support.parts import lack
from tests.support.waiting import wait_until

SHIPPED: Final = ROOT / "opsconsole" / "shipped" / "runbooks" / "lifetracker"
APP: Final = Path(__file__).parent / "app"
NAME: Final = "api.lifetracker.site"
CORE: Final = ("app/_guards.py", "app/_smoke.py", "app/repositories/_db_check_repo.py", "app/core/logging.py")
"""What is frozen."""

_SHORTER: Final = [("stay_green: 2m", "stay_green: 2s"), ('minutes = "15m"', 'minutes = "20s"')]
"""What would only make the tests wait."""
_PATIENT: Final = [
    ('within = "2s"', 'within = "9s"'),
    ('timeout = "4s"', 'timeout = "9s"'),
    ('timeout = "6s"', 'timeout = "9s"'),
    ("runbooks = { state =", 'state = { timeout = "20s" }\nrunbooks = { state ='),
    ("process = { is", 'process = { timeout = "20s", is'),
    *((f'kind = "{kind}"', f'kind = "{kind}"\ntimeout = "20s"') for kind in ("unit", "sqlite", "log", "stray-process")),
    *((f'kind = "{kind}"', f'kind = "{kind}"\ntimeout = "20s"') for kind in ("frozen", "source", "compiles")),
]
"""The machine of the tests may be far busier than the box that this is for."""

_UVICORN: Final = "#!{home}/.venv/bin/python\nimport sys\n\nfrom uvicorn.main import main\n\nsys.exit(main())\n"
_CERTIFICATE: Final = """
printf '[req]\\ndistinguished_name=dn\\n[dn]\\n[san]\\nsubjectAltName=DNS:{name}\\n' > /tmp/openssl.cnf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN={name} \
  -config /tmp/openssl.cnf -extensions san \
  -keyout /etc/ssl/private/lifetracker.key -out /etc/ssl/certs/lifetracker.pem 2>/dev/null
cp /etc/ssl/certs/lifetracker.pem /etc/ssl/certs/ca-certificates.crt
ln -s lifetracker.pem "/etc/ssl/certs/$(openssl x509 -in /etc/ssl/certs/lifetracker.pem -noout -hash).0"
"""


class Lifetracker(Booted):
    """The system, open. Its paths are those of the real one."""

    home: Final = Path("/opt/lifetracker/api")
    stack_file: Final = Path("/etc/opsconsole/stack.toml")

    def __init__(self) -> None:
        super().__init__("lifetracker")

    def open(self) -> Lifetracker:
        """Build it and start it; healthy when this returns."""
        for program, part in (("nginx", "nginx"), ("openssl", "openssl"), ("sqlite3", "sqlite3"), ("screen", "screen")):
            if not shutil.which(program, path="/usr/sbin:/usr/bin"):
                lack(part, f"there is no {program}")
        self.boot()
        try:
            self._lay_out()
            self.run("systemctl", "daemon-reload")
            self.run("systemctl", "start", "nginx", "lifetracker-api")
            self.wait_until_well()
        except BaseException:
            self.close()
            raise
        return self

    def _lay_out(self) -> None:
        shipped = {file.name: replaced(file.read_text(), _SHORTER) for file in SHIPPED.iterdir() if file.is_file()}
        shipped["stack.toml"] = replaced(shipped["stack.toml"], _PATIENT) + NOT_THE_BOX
        files: dict[str, File | str] = {f"{self.stack_file.parent}/{name}": text for name, text in shipped.items()}
        files |= {f"{self.home}/app/{file.relative_to(APP / 'app')}": file.read_text() for file in code()}
        files |= {
            f"/etc/systemd/system/{unit}": (APP / unit).read_text()
            for unit in ("nginx.service", "lifetracker-api.service")
        }
        files["/etc/nginx/nginx.conf"] = (APP / "nginx.conf").read_text()
        files["/etc/nsswitch.conf"] = "hosts: files\n"
        self.give(files)
        self.shell(f"""
            mkdir -p /var/log/nginx /var/lib/nginx /etc/ssl/private /etc/ssl/certs {self.home.parent}/backups
            echo '127.0.0.1 localhost {NAME}' >> /etc/hosts
            {_CERTIFICATE.format(name=NAME)}
            cd {self.home}
            {sys._base_executable} -m venv --without-pip .venv
            echo {sysconfig.get_path("purelib")} > "$(echo .venv/lib/python3.*/site-packages)/lab.pth"
            sha256sum {" ".join(CORE)} > frozen.sha256
        """)
        self.give({f"{self.home}/.venv/bin/uvicorn": File(_UVICORN.format(home=self.home), 0o755)})
        self.run("sqlite3", f"{self.home}/life_tracker.db", typed=(APP / "schema.sql").read_text())
        self.back_up("20260501T100000Z")

    def back_up(self, stamp: str) -> None:
        """Code and database, as a deploy copies them before it begins."""
        self.shell(f"""
            cd {self.home}
            tar -czf ../backups/app-{stamp}.tar.gz app frozen.sha256
            sqlite3 -cmd '.timeout 9000' life_tracker.db ".backup '../backups/life_tracker-{stamp}.db'"
        """)

    def wait_until_well(self) -> None:
        """Until it answers through nginx, as seen without opsconsole."""
        wait_until("lifetracker to answer", lambda: self.answers(f"https://{NAME}/api/health"), within=60)

    def answers(self, url: str, *words: str) -> bool:
        """Whether curl, on the box, gets an answer that is no error."""
        asked = compose.docker(*self.reach()[1:], "curl", "-sf", "-m", "5", "-o", "/dev/null", *words, url)
        return asked.returncode == 0

    def sql(self, statements: str) -> str:
        """What the database answers."""
        return self.run("sqlite3", "-cmd", ".timeout 9000", f"{self.home}/life_tracker.db", typed=statements)

    def edit(self, path: str, old: str, new: str) -> None:
        """Put `new` in the place of `old` in a file below its home, which must have it."""
        file = path if path.startswith("/") else f"{self.home}/{path}"
        text = self.run("cat", file)
        assert old in text, f"{file} has no {old!r}"
        self.give({file: text.replace(old, new) + "\n"})


def code() -> list[Path]:
    """The files of the service's own code."""
    return [file for file in (APP / "app").rglob("*.py") if "__pycache__" not in file.parts]
