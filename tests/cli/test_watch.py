"""`opsconsole watch`: one round, from a process that then ends, and what people do with it by hand."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time

import pytest

from opsconsole.__main__ import main
from opsconsole.watch.alerts.claim import Claim, last_round
from tests.cli.program import opsconsole
from tests.support.waiting import wait_until
from tests.watch.alerts.hook import FILE, hook, start, watched

__all__ = ["hook"]


@pytest.fixture
def flag(tmp_path):
    """A file that must be there, and is."""
    path = tmp_path / "flag"
    path.touch()
    return path


@pytest.fixture
def said(capsys):
    """What `opsconsole watch WORDS` leaves with and says, in this process."""

    def run(file, *words):
        code = main(["--stack", str(file), "watch", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def once(file, *words, **environment):
    return opsconsole("--stack", str(file), "watch", "--once", *words, **environment)


def claim_of(file):
    (claim,) = (file.parent / "state").glob("*.watch")
    return claim


def test_a_failure_is_told_once_over_many_processes_and_its_recovery_too(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag), alerts=f'ping = "{hook.url}/alive"')
    good = once(file)
    assert (good.code, hook.posted) == (0, [])
    assert good.out.endswith(": OK, all 1 checks; nothing new; webhook works\n")
    flag.unlink()
    bad = once(file)
    assert (bad.code, hook.told) == (2, ["flag began DOWN"])
    assert bad.out.startswith("✗ shop on ") and bad.out.endswith(": DOWN, 1 of 1 checks; 1 new; webhook works\n")
    assert [once(file).code, hook.told] == [2, ["flag began DOWN"]]
    flag.touch()
    assert [once(file).code, len(hook.posted)] == [2, 1]  # once is not yet recovered
    assert [once(file, "--quiet").out, hook.told[1:]] == ["", ["flag recovered OK"]]
    assert hook.pings == ["/alive"] * 5  # a good round is one that could look and tell, whatever it saw
    assert last_round(claim_of(file)).every == 300


def test_what_could_not_be_sent_is_sent_later_and_the_switch_hears_nothing_meanwhile(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag), alerts=f'recover = 1\nping = "{hook.url}/alive"')
    flag.unlink()
    assert once(file).code == 2
    flag.touch()
    hook.status = 503
    failed = once(file)
    assert failed.code == 3 and "says 503" in failed.err and failed.out.endswith("webhook fails (1 waiting)\n")
    assert list(last_round(claim_of(file)).failing) == ["webhook"]
    hook.status = 200
    wait_until("the way to be tried again", lambda: once(file).code == 0, within=30)
    assert hook.told == ["flag began DOWN", "flag recovered OK", "flag recovered OK"]
    assert len({item["id"] for digest in hook.posted for item in digest["items"]}) == 2
    assert hook.pings == ["/alive"] * 2


def test_who_is_killed_while_sending_sends_it_again_and_says_so(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag))
    flag.unlink()
    hook.holding.set()
    watch = start(file, "--once")
    wait_until("the news to arrive", lambda: hook.posted, within=30)
    watch.kill()
    watch.communicate()
    hook.holding.clear()
    assert once(file).code == 2
    assert hook.told == ["flag began DOWN", "flag began DOWN again"]
    assert hook.posted[0]["id"] == hook.posted[1]["id"]
    assert once(file).code == 2 and len(hook.posted) == 2


def test_of_two_watches_only_one_tells(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag))
    once(file)
    flag.unlink()
    claim = Claim.take(claim_of(file))
    second = once(file)
    assert second.code == 2 and "another watch of this stack is at work" in second.err
    assert opsconsole("--stack", str(file), "watch").code == 3
    assert hook.posted == []
    claim.release()
    assert once(file).code == 2 and hook.told == ["flag began DOWN"]


def test_two_that_start_at_the_same_time_send_once_between_them(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag))
    flag.unlink()
    both = [start(file, "--once") for _ in range(2)]
    for watch in both:
        watch.communicate(timeout=60)
    assert [watch.returncode for watch in both] == [2, 2]
    assert hook.told == ["flag began DOWN"]


def test_a_plain_process_that_is_another_one_than_before_is_told_of(tmp_path, hook):
    word = f"{os.getpid()}.{time.monotonic_ns()}"  # seconds to sleep, and nobody else's command line
    file = watched(tmp_path, hook, f'[[service]]\nname = "app"\nprocesses = {{ argv = "sleep {word}" }}\n')
    first = subprocess.Popen(["sleep", word])
    try:
        wait_until("it to run", lambda: once(file).code == 0)
    finally:
        first.kill()
        first.wait()
    second = subprocess.Popen(["sleep", word])
    try:
        wait_until("the other one to be told", lambda: once(file).code == 0 and hook.posted)
    finally:
        second.kill()
        second.wait()
    item = next(item for digest in hook.posted for item in digest["items"] if item["news"] == "happened")
    assert item["reason"] == "is another process than before"
    assert item["measured"] == f"pid {second.pid}, before pid {first.pid}"


def test_a_damaged_state_is_set_aside_and_told_of_and_a_newer_one_is_left_alone(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag))
    once(file)
    (state,) = (tmp_path / "state" / "watch").glob("*.state")
    state.write_bytes(state.read_bytes()[:-9])
    damaged = once(file)
    assert damaged.code == 0 and "was damaged and is set aside" in damaged.err
    assert hook.told == ["watch happened DEGRADED"]
    state.write_bytes(b"opsconsole watch 9 " + b"0" * 64 + b"\n{}")
    newer = once(file)
    assert newer.code == 3 and newer.err.count("\n") == 1 and "written by a newer opsconsole" in newer.err


def test_a_state_that_cannot_be_written_does_not_keep_the_news_from_people(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag))
    once(file)
    flag.unlink()
    (state,) = (tmp_path / "state" / "watch").glob("*.state")
    state.with_name(f"{state.name}.new").mkdir()  # in whose place nothing can be written, by root neither
    blind = once(file)
    assert blind.code == 2 and "cannot be written" in blind.err
    assert hook.told == ["flag began DOWN", "watch happened DEGRADED"]


def test_a_text_file_that_cannot_be_written_is_as_loud_as_a_way_that_fails(tmp_path, hook, flag, said):
    alerts = f'textfile = "{flag}/below-a-file.prom"\nping = "{hook.url}/alive"'
    file = watched(tmp_path, hook, FILE.format(flag), alerts=alerts)
    code, _, err = said(file, "--once")
    assert code == 3 and err.startswith("opsconsole: textfile: ") and hook.pings == []
    assert list(last_round(claim_of(file)).failing) == ["textfile"]


def test_without_a_way_to_tell_it_says_so_and_needs_no_table(tmp_path, flag):
    file = watched(tmp_path, None, FILE.format(flag))
    assert once(file).out.endswith("nobody is told: [alerts] of the stack file names no way\n")
    tried = opsconsole("--stack", str(file), "watch", "--test")
    assert tried.code == 3 and tried.err == (
        "opsconsole: [alerts]: no way to tell anybody; name one there: telegram, webhook, apprise\n"
    )


def test_a_test_goes_by_every_way_and_changes_nothing(tmp_path, hook, flag):
    file = watched(tmp_path, hook, FILE.format(flag), alerts=f'ping = "{hook.url}/alive"')
    tried = opsconsole("--stack", str(file), "watch", "--test")
    assert (tried.code, tried.out) == (0, "✓ webhook: sent\n✓ ping: sent\n")
    assert [digest["test"] for digest in hook.posted] == [True]
    hook.status = 401
    tried = opsconsole("--stack", str(file), "watch", "--test")
    assert tried.code == 3 and tried.out.startswith("✗ webhook: ")
    assert not (tmp_path / "state").exists()


def test_a_silence_has_an_end_and_a_reason_and_a_name_that_exists(tmp_path, hook, flag, said):
    file = watched(tmp_path, hook, FILE.format(flag))
    for words, says in (
        (("--silence", "flag", "--because", "x"), "a silence ends; say when: --for 2h"),
        (("--silence", "flag", "--for", "2h"), "whoever comes next wants to know why"),
        (("--silence", "flog", "--for", "2h", "--because", "x"), "there is no check 'flog'; did you mean flag?"),
        (("--silence", "flag", "--for", "soon", "--because", "x"), "--for: 'soon' is not a duration"),
        (("--unsilence", "flag"), "flag is not silenced"),
        (("--for", "2h"), "--for: it belongs to a silence; name what to silence: --silence CHECK"),
        (("--once", "--because", "x"), "--because: it belongs to a silence"),
        (("--write",), "--write: it writes what is installed; add --install-timer or --install-cron"),
    ):
        code, out, err = said(file, *words)
        assert code == 3 and says in err and not out
    assert said(file, "--silences") == (0, "nothing is silenced\n", "")
    code, out, _ = said(file, "--silence", "flag", "--for", "2h", "--because", "the disk is being changed")
    assert code == 0 and out.startswith("flag  for 2 h more, by ") and "being changed" in out
    flag.unlink()
    assert said(file, "--once")[0] == 2 and hook.posted == []  # told to nobody, but seen
    assert said(file, "--unsilence", "flag") == (0, "nothing is silenced\n", "")
    assert said(file, "--once")[0] == 2 and hook.told == ["flag began DOWN"]


def test_for_some_time_after_a_boot_nothing_is_told(tmp_path, hook, flag, said):
    file = watched(tmp_path, hook, FILE.format(flag), alerts='grace = "5200w"')
    flag.unlink()
    assert said(file, "--once")[0] == 2 and hook.posted == []
    assert said(file, "--once", "--since-boot", "0s")[0] == 2 and hook.told == ["flag began DOWN"]
    assert said(file, "--once", "--since-boot", "x")[2].startswith("opsconsole: --since-boot: 'x' is not a duration")


def test_who_stays_tells_within_moments_shows_that_it_lives_and_leaves_when_told(tmp_path, hook, flag):
    check = FILE.format(flag) + 'every = "200ms"\n'
    file = watched(tmp_path, hook, check, alerts="recover = 1")
    watch = start(file)
    try:
        wait_until("the first round", lambda: list((tmp_path / "state").glob("*.watch")) and last_round(claim_of(file)))
        flag.unlink()
        wait_until("the news", lambda: hook.told == ["flag began DOWN"])
        assert last_round(claim_of(file)).pid == watch.pid
    finally:
        watch.send_signal(signal.SIGTERM)
        out, err = watch.communicate(timeout=30)
    assert (watch.returncode, hook.told) == (0, ["flag began DOWN"])
    assert "flag is DOWN" in out and "Ctrl-C ends it" in err
    flag.touch()
    assert once(file).code == 0  # who comes next knows what was told
    assert hook.told == ["flag began DOWN", "flag recovered OK"]


def test_who_stays_goes_by_the_stack_file_as_it_is_now_unless_that_has_a_fault(tmp_path, hook, flag):
    second, err = tmp_path / "second", tmp_path / "err"
    file = watched(tmp_path, hook, FILE.format(flag))
    watch = start(file, "--quiet", err=err)
    try:
        wait_until("the first round", lambda: list((tmp_path / "state").glob("*.watch")) and last_round(claim_of(file)))
        sound = file.read_text()
        file.write_text(sound + "[[check]]\n")
        refused = "has changed and is not sound, so the watch goes on as before"
        wait_until("the fault to be told", lambda: refused in err.read_text(), within=30)
        file.write_text(sound + FILE.format(second).replace("flag", "second"))
        wait_until("the new check to be told", lambda: hook.told == ["second began DOWN"], within=30)
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.communicate(timeout=30)
    assert watch.returncode == 0
    assert err.read_text().splitlines()[-1] == "opsconsole: the stack file has changed and was read again"


class TestInstalling:
    def test_the_units_name_the_stack_file_and_no_secret(self, tmp_path, flag, said, monkeypatch):
        monkeypatch.setenv("BOT_TOKEN", "12:secret")
        alerts = 'every = "1m"\ntelegram = { token = "env:BOT_TOKEN", chat = "env:CHAT" }'
        file = watched(tmp_path, None, FILE.format(flag), alerts=alerts)
        code, out, err = said(file, "--install-timer")
        assert code == 0 and "12:secret" not in out + err
        assert f"--stack {file} watch --once\n" in out and "OnUnitActiveSec=60s" in out
        assert "write BOT_TOKEN, CHAT as NAME=value into " in err

    def test_what_is_written_can_be_written_over_but_nothing_else(self, tmp_path, flag, said, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 1000)  # a user's units, whoever runs the tests
        monkeypatch.setenv("HOME", str(tmp_path))
        file = watched(tmp_path, None, FILE.format(flag))
        assert said(file, "--install-timer", "--write")[0] == 0
        code, _, err = said(file, "--install-timer", "--write")
        assert code == 0 and "systemctl --user enable --now opsconsole-watch-shop.timer" in err
        timer = tmp_path / ".config/systemd/user/opsconsole-watch-shop.timer"
        assert stat.S_IMODE(timer.stat().st_mode) == 0o644
        timer.write_text("[Timer]\n")
        code, _, err = said(file, "--install-timer", "--write")
        assert code == 3 and "there is a file that we have not written" in err
        assert timer.read_text() == "[Timer]\n"

    def test_a_line_for_cron_keeps_what_cron_takes_for_its_own(self, tmp_path, flag, said):
        folder = tmp_path / "100% of 'it'"
        folder.mkdir()
        file = watched(folder, None, FILE.format(flag), alerts='apprise = ["env:MAIL"]')
        line = said(file, "--install-cron")[1].splitlines()[-1]
        assert line.startswith("*/5 * * * * ") and line.endswith(" watch --once --quiet")
        assert "100\\% of" in line and "set -a; . " in line

    def test_cron_cannot_do_every_interval(self, tmp_path, flag, said):
        file = watched(tmp_path, None, FILE.format(flag), alerts='every = "7m"')
        code, _, err = said(file, "--install-cron")
        assert code == 3 and "cron cannot start anything every 420 s" in err
