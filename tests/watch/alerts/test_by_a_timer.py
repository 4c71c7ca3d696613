"""A round every second from a real systemd's timer, installed as people do it, in a box of its own."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote

import pytest

from tests.lab.systemd import LabSystemd
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.systemd]

SERVER = """
import http.server
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("/var/lab/posted", "ab") as file:
            file.write(self.rfile.read(int(self.headers["Content-Length"])) + b"\\n")
        self.send_response(200 if self.headers["X-Key"] == "s3cret" else 401)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8099), Hook).serve_forever()
"""

STACK = """
name = "shop"
state = "/var/lab/state"
[box]
enabled = false
[[service]]
name = "web"
unit = "web.service"
[alerts]
every = "1s"
recover = 1
webhook = { url = "http://127.0.0.1:8099/", headers = { X-Key = "env:HOOK_KEY" } }
"""

UNITS = "/etc/systemd/system/opsconsole-watch-shop"


FILE = '/var/lab/100% "my" $HOME/stack.toml'
"""A path with all that a unit takes for something of its own."""


def lay(systemd: LabSystemd, path: str, text: str) -> None:
    write = f"mkdir -p {quote(str(Path(path).parent))} && cat > {quote(path)} <<'EOT'\n{text}\nEOT"
    systemd.container.exec("sh", "-c", write)


def told(systemd: LabSystemd) -> list[str]:
    digests = systemd.container.exec("sh", "-c", "cat /var/lab/posted 2>/dev/null || true").splitlines()
    return [f"{i['check']} {i['news']}: {i['reason']}" for line in digests for i in json.loads(line)["items"]]


@pytest.fixture
def watched(systemd: LabSystemd):
    """A unit to watch, a server that takes the news, and a stack file for both."""
    lay(systemd, "/var/lab/server.py", SERVER)
    lay(systemd, FILE, STACK)
    systemd.add("hook.service", f"ExecStart={systemd.python_command} /var/lab/server.py")
    systemd.add("web.service", "ExecStart=/bin/sleep 987654\nRestart=on-failure\nRestartSec=0")
    for unit in ("hook", "web"):
        systemd.start(f"{unit}.service")
    yield systemd
    systemd.try_systemctl("stop", "opsconsole-watch-shop.timer", "opsconsole-watch-shop.service")
    systemd.container.exec("sh", "-c", f"rm -rf {UNITS}.* /etc/opsconsole /var/lab")
    systemd.systemctl("daemon-reload")


def test_the_timer_is_sound_starts_rounds_and_each_change_of_a_unit_is_told_once(watched: LabSystemd):
    command = [*watched.python_command.split(), "-m", "opsconsole", "--stack", FILE, "watch"]
    watched.container.exec(*command, "--install-timer", "--write")
    variables = [word for word in watched.python_command.split() if "=" in word]
    lay(watched, "/etc/opsconsole/watch-shop.env", "\n".join([*variables, "HOOK_KEY=s3cret"]))
    assert watched.container.exec("systemd-analyze", "verify", f"{UNITS}.service", f"{UNITS}.timer") == ""
    watched.systemctl("daemon-reload")
    watched.systemctl("start", "opsconsole-watch-shop.timer")
    state = "ls /var/lab/state/watch/*.state 2>/dev/null || true"
    wait_until("the first round", lambda: watched.container.exec("sh", "-c", state), within=60)

    watched.systemctl("kill", "--signal=KILL", "web.service")
    again = "web happened: ended and was restarted once"
    wait_until("the restart to be told", lambda: again in told(watched), within=60)
    watched.systemctl("stop", "web.service")
    wait_until("the stop to be told", lambda: any("web.state began" in line for line in told(watched)), within=60)
    watched.systemctl("start", "web.service")
    wait_until("the recovery to be told", lambda: any("web.state recovered" in s for s in told(watched)), within=60)

    watched.systemctl("stop", "opsconsole-watch-shop.timer")
    news = [line.partition(":")[0] for line in told(watched)]
    assert news.count("web happened") == 1 and news[-2:] == ["web.state began", "web.state recovered"]
    shown = watched.systemctl("show", "opsconsole-watch-shop.service", "--property=Result,ExecStart")
    assert "Result=success" in shown and "s3cret" not in shown  # DOWN is told to people and fails no unit
