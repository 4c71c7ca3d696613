"""The real watch and a real server that plays Telegram: what people get, and that the token stays where it belongs."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.cli.site import site, stack_file
from tests.lab.telegram import TOKEN, Answers, refusal, telegram
from tests.support.waiting import wait_for
from tests.watch.senders.html import read

__all__ = ["site", "telegram"]

SECRET = TOKEN.partition(":")[2]


def stack(folder: Path, server: Answers, *entries: str) -> Path:
    alerts = f'[alerts]\ntelegram = {{ token = "env:BOT_TOKEN", chat = "-5", api = "{server.url}" }}\nrecover = 1\n'
    return stack_file(folder, 'state = "state"', *entries, "[box]\nenabled = false\n", alerts)


async def watch(folder: Path, *words: str, **environ: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "opsconsole", "watch", *words),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent), "BOT_TOKEN": TOKEN, **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def said(process: asyncio.subprocess.Process) -> str:
    out, err = await process.communicate()
    return (out + err).decode()


def kept(folder: Path) -> str:
    return "".join(file.read_text("latin-1") for file in (folder / "state").rglob("*") if file.is_file())


async def test_a_finding_and_its_recovery_arrive_each_once(site, telegram, tmp_path):
    (tmp_path / "site-down.md").write_text("# The site is down\n")
    stack(tmp_path, telegram, site.health("web", "503", 'runbooks = ["site-down"]'))
    assert await (await watch(tmp_path, "--once")).wait() == 2
    assert await (await watch(tmp_path, "--once")).wait() == 2
    (told,) = telegram.texts
    first, *more = read(told).split("\n")
    assert first.startswith("✗ shop on ") and first.endswith(": web.health is DOWN")
    assert "runbook: site-down" in more and any(line.startswith("since ") for line in more)
    assert any("503" in line and "expected" in line for line in more)
    stack(tmp_path, telegram, site.health("web", "200", 'runbooks = ["site-down"]'))
    assert await (await watch(tmp_path, "--once")).wait() == 0
    assert read(telegram.texts[1]).split("\n")[0].endswith(": web.health is OK again")


async def test_who_is_killed_while_sending_sends_again_and_says_so_and_no_list_of_processes_has_the_token(
    site, telegram, tmp_path
):
    stack(tmp_path, telegram, site.health("web", "503"))
    telegram.will("hang")
    sending = await watch(tmp_path, "--once")
    await wait_for("it asks Telegram", lambda: telegram.asked, within=30)
    assert SECRET not in await asyncio.to_thread(_every_command_line)
    sending.kill()
    assert SECRET not in await said(sending)
    telegram.will(*[])
    assert await (await watch(tmp_path, "--once")).wait() == 2
    assert "may have reached you before" in telegram.texts[1]


def _every_command_line() -> str:
    told = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                told.append((entry / "cmdline").read_text("latin-1"))
            except OSError:
                continue
    return "\n".join(told)


async def test_a_token_that_is_refused_is_said_in_one_line_without_it(site, telegram, tmp_path):
    stack(tmp_path, telegram, site.health("web", "503"))
    telegram.will(refusal(401, "Unauthorized"))
    for words in (["--test"], ["--once"]):
        told = await said(await watch(tmp_path, *words, OPSCONSOLE_DEBUG="1"))
        assert "ask @BotFather for one and put it where env:BOT_TOKEN leads" in told
        assert SECRET not in told and "Traceback" not in told
    assert SECRET not in kept(tmp_path)
