"""Programs that are started to look: they end in time, with all that they started, and leave what they printed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.model.programs import CommandOf, CommandReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.stack import Forbidden
from opsconsole.probes import running
from opsconsole.probes.base import World
from opsconsole.probes.running import Ran, run
from opsconsole.runbook.looks import OnlyLooks
from tests.probes.looks import problem, seen
from tests.support.parts import lack
from tests.support.waiting import wait_for, wait_until


def shell(script: str, **more: object) -> CommandOf:
    return CommandOf(("sh", "-c", script), vouched=True, **more)


def python(program: str, **more: object) -> CommandOf:
    """A program that nobody can look into; it may start `sleep`, and tells the numbers of both in a file."""
    return CommandOf(
        (sys.executable, "-c", f"import os, signal, subprocess, sys, time\n{program}"), vouched=True, **more
    )


def told(file: Path) -> list[int]:
    """The numbers in the file, once a whole line of them is there."""
    text = file.read_text() if file.exists() else ""
    return [int(word) for word in text.split()] if text.endswith("\n") else []


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        lack("root", "we are not root")


async def test_both_channels_and_the_code_come_back_in_their_order():
    reading = await seen("command", shell("echo one; echo two >&2; echo three; exit 3"))
    assert reading == CommandReading(3, "one\ntwo\nthree\n")


async def test_it_runs_in_its_folder_with_its_variables_and_no_input(tmp_path):
    script = "pwd; echo $GREETING; cat; echo end"
    reading = await seen("command", shell(script, cwd=str(tmp_path), env=(("GREETING", "hello"),)))
    assert reading.output == f"{tmp_path}\nhello\nend\n"


async def test_words_are_words_and_no_shell_reads_them():
    reading = await seen("command", CommandOf(("echo", "$HOME; ls", "a  b", "*")))
    assert reading.output == "$HOME; ls a  b *\n"


async def test_a_program_is_found_in_the_folder_where_it_runs(tmp_path):
    (tmp_path / "tool").write_text("#!/bin/sh\necho from here\n")
    (tmp_path / "tool").chmod(0o755)
    assert (await seen("command", CommandOf(("./tool",), str(tmp_path), vouched=True))).output == "from here\n"


async def test_one_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    program = f"""
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
open({str(pids)!r}, "w").write(f"{{child.pid}} {{os.getpid()}}\\n")
child.wait()"""
    late = await problem("command", python(program), 5.0)
    assert late.kind is ProblemKind.TIMEOUT
    assert late.reason.startswith(sys.executable) and late.reason.endswith("took longer than 5 s")
    assert len(told(pids)) == 2
    for pid in told(pids):
        wait_until(f"process {pid} to be gone", lambda pid=pid: not alive(pid))


async def test_one_whose_looker_gives_up_is_killed_too(tmp_path):
    pids = tmp_path / "pids"
    program = f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}}\\n'); time.sleep(600)"
    looking = asyncio.ensure_future(seen("command", python(program), 600))
    await wait_for("it to run", lambda: told(pids))
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    wait_until("it to be gone", lambda: not alive(told(pids)[0]))


async def test_a_child_that_is_left_behind_and_holds_the_output_keeps_nobody_waiting(tmp_path):
    pids = tmp_path / "pids"
    program = "child = subprocess.Popen(['sleep', '600'])\nprint('done')\n"
    program += f"open({str(pids)!r}, 'w').write(f'{{child.pid}}\\n')"
    reading = await seen("command", python(program), 60)
    assert reading == CommandReading(0, "done\n")
    wait_until("the child to be gone", lambda: not alive(told(pids)[0]))


async def test_a_flood_is_kept_at_both_ends():
    ran = await run(["sh", "-c", "echo first; yes | head -c 5000000; echo last"], 30, most=1000)
    assert isinstance(ran, Ran)
    assert ran.cut and len(ran.stdout) <= 1001
    assert ran.stdout.startswith(b"first\n") and ran.stdout.endswith(b"last\n")


async def test_what_is_no_flood_is_kept_whole():
    ran = await run(["sh", "-c", "printf 1234567890"], 30, most=10)
    assert ran == Ran(0, b"1234567890")


async def test_secrets_do_not_come_back(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "t0psecret-of-ours")
    (tmp_path / "key").write_text("hush-hush-1\n")
    env = (("API", f"file:{tmp_path}/key"),)
    script = "echo $API $SHOP_TOKEN; echo DB_PASSWORD=hunter2 x; echo postgres://shop:hunter2@db/shop"
    reading = await seen("command", shell(script, env=env))
    assert reading.output == "*** ***\nDB_PASSWORD=*** x\npostgres://shop:***@db/shop\n"


async def test_what_it_prints_is_data():
    reading = await seen("command", CommandOf(("printf", "a\\033[2Jb\\377c[/]\\n")))
    assert "\x1b" not in reading.output and reading.output.startswith("ab")


@pytest.mark.parametrize(
    ("of", "kind", "words"),
    [
        (
            CommandOf(("no-such-program",), vouched=True),
            ProblemKind.NO_TOOL,
            "there is no program no-such-program here",
        ),
        (
            CommandOf(("date",), "/no/such/folder"),
            ProblemKind.GONE,
            "there is no folder /no/such/folder to run date in",
        ),
        (CommandOf(("/etc",), vouched=True), ProblemKind.DENIED, "/etc may not be run by us"),
        (CommandOf(("date",), user="no-such-user"), ProblemKind.GONE, "there is no user called no-such-user"),
        (CommandOf(("date",), env=(("A", "env:NO_SUCH"),)), ProblemKind.DENIED, "the secret env:NO_SUCH is not set"),
    ],
)
async def test_what_cannot_be_started_says_why(of, kind, words):
    found = await problem("command", of)
    assert (found.kind, words in found.reason) == (kind, True), found


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (CommandOf(("rm", "-rf", "{file}")), "not run, as a check only looks: rm -rf {file} is a destroy"),
        (CommandOf(("rm", "-rf", "{file}"), vouched=True), "is a destroy"),
        (CommandOf(("touch", "{file}"), vouched=True), "is a change"),
        (CommandOf(("sh", "-c", "echo > {file}"), vouched=True), "is a change (writes into a file)"),
        (CommandOf(("docker", "exec", "db", "rm", "{file}"), vouched=True), "is a destroy"),
        (CommandOf(("{file}.py",)), 'may change something'),
        (CommandOf(("date",), env=(("LD_PRELOAD", "/tmp/x.so"),)), "programs obey LD_PRELOAD"),
    ],
)  # fmt: skip
async def test_what_may_do_more_than_look_does_not_start(tmp_path, of, words):
    file = tmp_path / "keep"
    file.write_text("kept")
    named = CommandOf(tuple(word.format(file=file) for word in of.run), env=of.env, vouched=of.vouched)
    found = await problem("command", named)
    assert found.kind is ProblemKind.DENIED
    assert words.split("{file}")[0] in found.reason
    assert file.read_text() == "kept"


async def test_an_author_may_vouch_for_what_nobody_knows():
    unknown = CommandOf((sys.executable, "-c", "print('SMOKE OK')"))
    refused = await problem("command", unknown)
    assert refused.reason.endswith('if it only looks, say risk = "read"')
    assert (await seen("command", CommandOf(unknown.run, vouched=True))).output == "SMOKE OK\n"


async def test_what_the_stack_forbids_is_forbidden_to_its_checks_too():
    forbidden = Forbidden(("date",), "we ask the moon")
    found = await problem("command", CommandOf(("date",)), within=World(rules=OnlyLooks((forbidden,))))
    assert found == Problem(ProblemKind.DENIED, "forbidden here (date): we ask the moon")


async def test_without_rules_nothing_is_run():
    found = await problem("command", CommandOf(("date",)), within=World())
    assert found.kind is ProblemKind.UNREADABLE and "our own fault" in found.reason


async def test_as_another_user_it_has_their_rights_and_their_home(root, tmp_path):
    tmp_path.chmod(0o755)
    reading = await seen("command", shell("id -un; id -Gn; echo $HOME; cat /etc/shadow", user="nobody", cwd="/"))
    lines = reading.output.splitlines()
    assert lines[:3] == ["nobody", "nogroup", "/nonexistent"]
    assert "Permission denied" in lines[3]


def test_who_may_not_be_somebody_else_is_told_so_and_not_that_the_check_failed(root):
    """As a user without rights: sudo must neither ask for a password nor be taken for the command."""
    told = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "sudo", "-n", "-u", "daemon", "true"],
        capture_output=True,
    )
    refused = running.Become(("sudo",), by_sudo="daemon").refusal(told.returncode, told.stderr)
    assert refused is not None and refused.kind is ProblemKind.DENIED
    assert refused.reason.startswith("sudo does not let us be daemon: ")
    assert running.Become(("sudo",), by_sudo="daemon").refusal(1, b"no such table\n") is None
