"""`[alerts]`: who is told and how, and when nobody is. What can be wrong with it is in test_faults."""

from datetime import UTC, datetime
from pathlib import Path

from opsconsole.model.alerts import AlertSettings, Maintenance, Once, Telegram, Webhook, Weekly
from opsconsole.stack.load import load

WHOLE = """
name = "shop"
[[service]]
name = "worker"
container = "shop-worker"

[alerts]
every = "1m"
remind = "4h"
recover = 3
flapping = { changes = 4, within = "30m" }
grace = "5m"
ping = "env:PING_URL"
telegram = { token = "env:BOT", chat = -100123 }
webhook = { url = "https://ops.example.org/hook", headers = { Authorization = "file:hook.token", X-Box = "a" } }
textfile = "/var/lib/node_exporter/opsconsole.prom"
apprise = ["env:MAIL"]

[[alerts.maintenance]]
at = "03:30"
for = "45m"
days = ["mon", "sun"]
zone = "UTC"
checks = ["worker", "engine"]
because = "the nightly backup"

[[alerts.maintenance]]
from = 2026-01-31 03:00:00
to = 2026-01-31T05:00:00Z
zone = "UTC"
"""


def loaded(tmp_path: Path, text: str) -> AlertSettings | None:
    (tmp_path / "stack.toml").write_text(text)
    return load(tmp_path / "stack.toml").alerts


def test_all_that_may_be_said_is_understood(tmp_path):
    begins = datetime(2026, 1, 31, 3, tzinfo=UTC).timestamp()
    assert loaded(tmp_path, WHOLE) == AlertSettings(
        every=60,
        remind=4 * 3600,
        recover=3,
        flapping=(4, 1800),
        grace=300,
        ping="env:PING_URL",
        maintenance=(
            Maintenance(
                Weekly(frozenset({0, 6}), 3 * 3600 + 1800, 2700, "UTC"), ("worker", "engine"), "the nightly backup"
            ),
            Maintenance(Once(begins, begins + 7200)),
        ),
        telegram=Telegram("env:BOT", "-100123"),
        webhook=Webhook(
            "https://ops.example.org/hook", (("Authorization", f"file:{tmp_path}/hook.token"), ("X-Box", "a"))
        ),
        textfile="/var/lib/node_exporter/opsconsole.prom",
        apprise=("env:MAIL",),
    )


def test_what_is_not_said_has_a_usual_value_and_a_file_without_the_table_tells_nobody(tmp_path):
    assert loaded(tmp_path, 'name = "shop"\n[alerts]\n') == AlertSettings()
    assert loaded(tmp_path, 'name = "shop"\n') is None
