"""Everything else goes through apprise, which may not be there."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec

import pytest

from opsconsole.model.alerts import AlertSettings, Failed, Sent
from opsconsole.watch.senders import Around, open_senders
from opsconsole.watch.senders.apprise import MISSING, masked
from tests.lab.telegram import Answers, telegram
from tests.support.parts import lack
from tests.watch.senders.digests import PROCESS, digest

__all__ = ["telegram"]


@pytest.fixture
def installed() -> None:
    if find_spec("apprise") is None:
        lack("apprise", "it is not installed")


def senders(tmp_path, *urls: str, timeout=10.0):
    names = [f"URL{number}" for number in range(len(urls))]
    settings = AlertSettings(apprise=tuple(f"env:{name}" for name in names))
    return open_senders(settings, Around(tmp_path, dict(zip(names, urls, strict=True)), timeout))


def as_json(server: Answers) -> str:
    return f"json://somebody:s3cret-word@127.0.0.1:{server.port}/s3cret-path"


async def test_without_apprise_there_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr("opsconsole.watch.senders.apprise.find_spec", lambda name: None)
    (only,) = senders(tmp_path, "json://127.0.0.1")
    assert await only.send(digest(PROCESS)) == Failed(MISSING, for_good=True)
    assert "pip install 'opsconsole[alerts]'" in MISSING


async def test_each_url_is_a_way_of_its_own(installed, telegram, tmp_path):
    telegram.will((200, b""))
    first, second = senders(tmp_path, as_json(telegram), "json://127.0.0.1:9/")
    assert (first.name, second.name) == ("apprise 1", "apprise 2")
    assert await first.send(digest(PROCESS)) == Sent()
    outcome = await second.send(digest(PROCESS))
    assert isinstance(outcome, Failed) and not outcome.for_good and outcome.why.startswith("apprise (json) did not")
    (question,) = telegram.asked
    assert question.body["title"] == "✗ eatfit24 on prod-1: celery-worker.process is DOWN"
    assert "runbook: wrong-process" in question.body["message"] and question.body["type"] == "failure"


@pytest.mark.parametrize("answer", [(200, b""), (500, b"s3cret-word"), (401, b""), "close"])
async def test_no_part_of_its_url_gets_out(installed, telegram, tmp_path, caplog, capfd, answer):
    caplog.set_level(logging.DEBUG)
    telegram.will(answer)
    (only,) = senders(tmp_path, as_json(telegram))
    outcome = await only.send(digest(PROCESS))
    assert isinstance(outcome, Sent) is (answer == (200, b""))
    assert not any("s3cret" in text for text in (repr(outcome), caplog.text, *capfd.readouterr()))


async def test_a_service_that_hangs_ends_in_time(installed, telegram, tmp_path):
    telegram.will("hang")
    (only,) = senders(tmp_path, as_json(telegram), timeout=0.5)
    outcome = await only.send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.unsure and "was not done within 500 ms" in outcome.why
    await telegram.stop()


@pytest.mark.parametrize("url", ["nonsense", "tgram://not-a-token/s3cret", "zzz://s3cret"])
async def test_what_apprise_does_not_know_is_said_without_repeating_it(installed, tmp_path, capfd, caplog, url):
    (only,) = senders(tmp_path, url)
    outcome = await only.send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good and "no URL that apprise knows" in outcome.why
    assert not any("s3cret" in text for text in (outcome.why, caplog.text, *capfd.readouterr()))


def test_a_reason_has_no_part_of_the_url_in_it():
    url = "slack://bot@T1234567/B7654321/abcdefghijkl?x=secret-word"
    told = masked("Failed: T1234567, B7654321/abcdefghijkl, SECRET-word: error=503", url)
    assert told == "Failed: …, …/…, …: error=503"


def test_it_is_imported_when_it_is_first_used(tmp_path):
    import subprocess

    program = (
        "import sys, pathlib; from opsconsole.model.alerts import *; from opsconsole.watch.senders import *; "
        "open_senders(AlertSettings(apprise=('env:A',), telegram=Telegram('env:B', '1')), Around(pathlib.Path('.'))); "
        "print({'apprise', 'httpx', 'requests'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
