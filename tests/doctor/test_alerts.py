"""Whether people would hear of what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from opsconsole.doctor.alerts import Rounds, alerts
from opsconsole.doctor.found import State
from opsconsole.model.alerts import AlertSettings, Telegram, Webhook
from opsconsole.watch.alerts.claim import LastRound
from tests.support.parts import lack
from tests.support.reachable import let_others_in

NOW = 1767794531.0
SETTINGS = AlertSettings(telegram=Telegram("env:TOKEN", "env:CHAT"))
SECRETS = {"TOKEN": "123456:s3cret", "CHAT": "-5"}


def told(settings, tmp_path, last=None, secrets=SECRETS):
    rounds = Rounds(last, tmp_path / "shop.watch")
    return [(found.state, found.what, found.mend) for found in alerts(settings, rounds, NOW, "ops", secrets)]


def test_a_stack_that_tells_nobody_says_so_and_misses_nothing(tmp_path):
    assert [state for state, _, _ in told(None, tmp_path)] == [State.UNUSED]
    (nobody, *_) = told(AlertSettings(), tmp_path)
    assert nobody[0] is State.LESS and "names no way" in nobody[1]


def test_all_is_well_where_the_watch_looked_lately(tmp_path):
    assert told(SETTINGS, tmp_path, LastRound(NOW - 250, 300)) == [
        (State.GOOD, "by telegram", ""),
        (State.GOOD, "the watch last looked 4 m 10 s ago", ""),
    ]


def test_a_watch_that_has_stopped_or_never_began_gets_the_command_that_starts_it(tmp_path):
    start = "opsconsole watch --install-timer --write"
    assert told(SETTINGS, tmp_path, LastRound(NOW - 3600, 300))[1:] == [
        (State.MISSING, "the watch last looked 1 h ago, and should every 5 m", start)
    ]
    assert told(SETTINGS, tmp_path)[1:] == [(State.MISSING, "the watch has never looked here", start)]


def test_what_failed_at_the_last_round_is_told(tmp_path):
    (*_, failed) = told(SETTINGS, tmp_path, LastRound(NOW, 300, failing={"telegram": "knows no such chat"}))
    assert failed == (State.MISSING, "telegram failed then: knows no such chat", "opsconsole watch --test")


def test_a_secret_that_is_not_here_may_be_where_the_watch_runs(tmp_path):
    (token, chat, *_) = told(SETTINGS, tmp_path, secrets={})
    assert token == (
        State.LESS,
        "the secret env:TOKEN is not set in this environment; the watch needs it where it runs",
        "",
    )
    assert chat[1].startswith("the secret env:CHAT")


def test_a_secret_file_that_is_gone_is_missing(tmp_path):
    hook = AlertSettings(webhook=Webhook(f"file:{tmp_path}/hook"))
    (gone, *_) = told(hook, tmp_path)
    assert gone[0] is State.MISSING and "cannot be read: No such file" in gone[1]
    (tmp_path / "hook").write_text("http://x/s3cret")
    assert "s3cret" not in str(told(hook, tmp_path)) and told(hook, tmp_path)[0][0] is State.GOOD


def test_the_folder_of_the_text_file_must_be_there(tmp_path):
    settings = replace(SETTINGS, textfile=str(tmp_path / "gone" / "a.prom"))
    (gone, *_) = told(settings, tmp_path)
    assert gone[0] is State.MISSING and gone[2] == f"sudo install -d -o ops {tmp_path}/gone"


def test_apprise_that_is_not_installed_is_missing_with_its_command(tmp_path, monkeypatch):
    monkeypatch.setattr("opsconsole.doctor.alerts.find_spec", lambda name: None)
    (missing, *_) = told(AlertSettings(apprise=("env:TOKEN",)), tmp_path)
    assert missing == (State.MISSING, "apprise is not installed", "pip install 'opsconsole[alerts]'")


def test_what_lies_behind_a_closed_door_is_not_called_missing(tmp_path):
    if os.geteuid() != 0:
        lack("root", "only root can become nobody")
    let_others_in(tmp_path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "hook").write_text("http://x/")
    (tmp_path / "shop.watch").touch(mode=0o600)
    program = (
        "import os, sys; from pathlib import Path\n"
        "from opsconsole.doctor.alerts import *; from opsconsole.model.alerts import *\n"
        "import opsconsole.probes.brokers.secret, opsconsole.model.sample\n"
        "folder = Path(sys.argv[1]); os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "hook, textfile = f'file:{folder}/closed/hook', f'{folder}/closed/more/a.prom'\n"
        "settings = AlertSettings(webhook=Webhook(hook), textfile=textfile)\n"
        "for claim in ('closed/shop.watch', 'shop.watch', 'gone.watch'):\n"
        "    print(*(found.state.word for found in alerts(settings, Rounds(None, folder / claim), 0.0, 'nobody')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["denied denied denied", "denied denied denied", "denied denied missing"], done
    assert Path(closed).exists()
