"""The box of zachot: units under a systemd of its own, a checkout with a remote, Redis, logs that are rotated."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path
from typing import Final

from tests.lab.systems.booted import Booted
from tests.lab.systems.compose import bound_from_the_machine
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.system import ROOT
from tests.support.parts import lack
from tests.support.waiting import wait_until

SHIPPED: Final = ROOT / "opsconsole" / "shipped" / "runbooks" / "zachot"
APP: Final = Path(__file__).parent / "app"
OPS: Final = Path("/etc/opsconsole/zachot")
ENV: Final = "/opt/zachot/envs/prod/etc/zachot.env"
REDIS_CONF: Final = """bind 127.0.0.1
port 6379
dir /var/lib/redis
logfile /var/log/redis/redis-server.log
save 3600 1
"""
REDIS_UNIT: Final = """# Debian's own without its hardening, of which a container cannot give all.
[Unit]
Description=Advanced key-value store
After=network.target

[Service]
Type=notify
ExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no
TimeoutStopSec=10
Restart=always
User=redis
Group=redis
UMask=007

[Install]
WantedBy=multi-user.target
Alias=redis.service
"""


class Zachot(Booted):
    """The system, open. `/srv` is what lies elsewhere: the repository, a developer's checkout, a package index."""

    home = Path("/opt/zachot")
    stack_file = OPS / "stack.toml"

    def __init__(self) -> None:
        super().__init__("zachot")

    def open(self) -> Zachot:
        """Build it and start it; healthy when this returns."""
        for program in ("/usr/bin/redis-server", "/usr/sbin/logrotate"):
            if not Path(program).exists():
                lack(Path(program).name.removesuffix("-server"), f"{program} does not exist")
        self.boot()
        try:
            self._lay_out()
            self._install()
            self.wait_until_well()
        except BaseException:
            self.close()
            raise
        return self

    def _lay_out(self) -> None:
        """What is there before zachot is: Redis, the repository, packages, opsconsole with its stack."""
        app = {f"/srv/developer/{path.relative_to(APP)}": path.read_text() for path in _files(APP)}
        app["/srv/developer/.gitignore"] = app.pop("/srv/developer/gitignore")
        app["/srv/developer/.env.example"] = app.pop("/srv/developer/env.example")
        app |= {f"/srv/developer/deploy/{path.name}": path.read_text() for path in _files(SHIPPED / "deploy")}
        ops = {str(OPS / path.relative_to(SHIPPED)): _for_the_lab(path.read_text()) for path in _files(SHIPPED)}
        ops[str(self.stack_file)] += NOT_THE_BOX
        self.give(
            {
                **app,
                **ops,
                "/etc/redis/redis.conf": REDIS_CONF,
                "/etc/systemd/system/redis-server.service": REDIS_UNIT,
                "/etc/logrotate.conf": "include /etc/logrotate.d\n",
                "/etc/pip.conf": "[global]\nno-index = true\nfind-links = /srv/wheels\nno-cache-dir = true\n",
                "/srv/safe": "[safe]\n\tdirectory = *\n",
                "/srv/wheel.b64": base64.b64encode(_wheel()).decode(),
            }
        )
        self.shell("""
            cat /srv/safe >> /etc/gitconfig
            mkdir -p /srv/wheels /etc/logrotate.d /var/lib/logrotate /var/log/redis /var/lib/redis
            base64 -d /srv/wheel.b64 > /srv/wheels/zachot_parts-1.0-py3-none-any.whl
            useradd --system --user-group --no-create-home redis
            chown redis:redis /var/lib/redis /var/log/redis
            systemctl daemon-reload
            systemctl enable --quiet --now redis-server
            git init --quiet --bare /srv/zachot.git
            cd /srv/developer
            git init --quiet
            git remote add origin /srv/zachot.git
        """)
        self.commit("The service")

    def _install(self) -> None:
        """As somebody once did it by hand."""
        env = f"APP_ENV=prod\nREDIS_URL=redis://127.0.0.1:6379/0\nSECRET_KEY={'x' * 40}\n"
        self.shell(f"""
            useradd --system --user-group --home-dir /opt/zachot --shell /usr/sbin/nologin zachot
            install -d -o zachot -g zachot /opt/zachot
            cd /opt/zachot
            sudo -u zachot git clone --quiet /srv/zachot.git /opt/zachot
            sudo -u zachot python3 -m venv /opt/zachot/.venv
            sudo -u zachot .venv/bin/pip install --quiet -r requirements.txt
            install -d -o zachot -g zachot -m 0750 logs envs envs/prod envs/prod/etc
            printf '{env.encode("unicode_escape").decode()}' > {ENV}
            chown zachot:zachot {ENV}
            chmod 0600 {ENV}
            for name in api.log api.err worker.log worker.err; do
                install -o zachot -g zachot -m 0640 /dev/null logs/$name
            done
            for name in zachot-api zachot-worker; do
                cp deploy/$name.service /etc/systemd/system/
                cp deploy/$name.logrotate /etc/logrotate.d/$name
            done
            systemctl daemon-reload
            systemctl enable --quiet --now zachot-api zachot-worker logrotate.timer
            logrotate -f /etc/logrotate.d/zachot-api
            logrotate -f /etc/logrotate.d/zachot-worker
        """)
        self.back_up()

    def back_up(self) -> None:
        """A copy of environment and units, as the stack wants one."""
        self.shell(f"""
            umask 077
            kept=/var/backups/zachot/$(date -u +%Y-%m-%dT%H%M%SZ)
            mkdir -p $kept
            cp {ENV} /etc/systemd/system/zachot-api.service /etc/systemd/system/zachot-worker.service $kept/
            cd /
            sha256sum {ENV[1:]} etc/systemd/system/zachot-api.service etc/systemd/system/zachot-worker.service \
                > /var/backups/zachot/SHA256SUMS
        """)

    def commit(self, message: str) -> None:
        """All that the developer has changed, committed and pushed."""
        self.shell(f"""
            cd /srv/developer
            git add --all
            git commit --quiet --message '{message}'
            git push --quiet --set-upstream origin main
        """)

    def redis(self, *words: str) -> str:
        """What its Redis answers."""
        return self.run("redis-cli", *words)

    def answers(self) -> bool:
        """Whether the API answers, as seen without opsconsole."""
        return self.says("curl -s -m 5 http://127.0.0.1:8000/health", "ok")

    def says(self, script: str, text: str) -> bool:
        """Whether `script` prints `text`, whatever else becomes of it."""
        return text in self.shell(f"{script} 2>&1 || true")

    def wait_until_well(self) -> None:
        """Until API and worker do their work, as seen without opsconsole."""
        wait_until("zachot to answer", self.answers, within=90)
        self.run("curl", "-s", "-X", "POST", "http://127.0.0.1:8000/papers/first")
        wait_until("its worker to work", lambda: self.says("cat /opt/zachot/logs/worker.err", "marked"), within=90)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _for_the_lab(text: str) -> str:
    """A run need not wait two minutes to know that green stays green."""
    return text.replace("stay_green: 2m", "stay_green: 2s")


def _wheel() -> bytes:
    """What zachot needs of other people's packages, as one package: it leads to those of this machine."""
    venv = bound_from_the_machine()[0]
    packages = next((venv / "lib").glob("python3*/site-packages"))
    info = "zachot_parts-1.0.dist-info"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        wheel.writestr("zachot_parts.pth", f"{packages}\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: zachot-parts\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(
            f"{info}/entry_points.txt",
            "[console_scripts]\ndramatiq = dramatiq.__main__:main\nuvicorn = uvicorn.main:main\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return packed.getvalue()
