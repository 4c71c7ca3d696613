"""What a webhook gets, and what its answers mean."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from opsconsole.model.alerts import AlertSettings, Failed, Sent, Webhook
from opsconsole.watch.senders import Around, open_senders
from tests.lab.telegram import Answers, telegram
from tests.watch.senders.digests import HEALTH, PROCESS, digest

__all__ = ["telegram"]


def hook(server: Answers, tmp_path, *, timeout=10.0, path="/T00/s3cret-path", **environ):
    secrets = {"HOOK": f"{server.url}{path}", "KEY": "Bearer s3cret-key", **environ}
    settings = AlertSettings(webhook=Webhook("env:HOOK", (("Authorization", "env:KEY"),)))
    (only,) = open_senders(settings, Around(tmp_path, secrets, timeout))
    return only


async def test_the_whole_form_of_what_is_posted(telegram, tmp_path):
    telegram.will((204, b""))
    assert await hook(telegram, tmp_path).send(digest(PROCESS, HEALTH)) == Sent()
    (question,) = telegram.asked
    assert question.headers["idempotency-key"] == "d1" and question.headers["authorization"] == "Bearer s3cret-key"
    assert question.headers["content-type"] == "application/json"
    text = question.body.pop("text")
    assert text.startswith("✗ eatfit24 on prod-1: 1 DOWN, 1 OK again\n") and "\n\n✓ web.health is OK again" in text
    process, health = question.body.pop("items")
    assert question.body == {
        "version": 1,
        "id": "d1",
        "stack": "eatfit24",
        "host": "prod-1",
        "at": "2026-01-07T14:02:11.000Z",
        "test": False,
        "level": "DOWN",
    }
    assert process == {
        "id": "i1",
        "news": "began",
        "check": "celery-worker.process",
        "service": "celery-worker",
        "level": "DOWN",
        "was": "OK",
        "reason": "runs gunicorn",
        "measured": "gunicorn",
        "expected": "celery",
        "since": "2026-01-07T13:58:01.000Z",
        "began": None,
        "noticed": "2026-01-07T14:02:11.000Z",
        "runbook": "wrong-process",
        "consequences": ["ai.depth", "ai.oldest"],
        "again": False,
    }
    assert health["news"] == "recovered" and health["runbook"] is None and health["began"] == "2026-01-07T13:49:11.000Z"


async def test_the_same_digest_has_the_same_key_when_it_is_sent_again(telegram, tmp_path):
    telegram.will((500, b""), (200, b""))
    sender = hook(telegram, tmp_path)
    assert isinstance(await sender.send(digest(PROCESS)), Failed)
    assert await sender.send(digest(replace(PROCESS, again=True))) == Sent()
    assert len({question.headers["idempotency-key"] for question in telegram.asked}) == 1


async def test_text_with_bytes_that_are_no_text_is_posted_all_the_same(telegram, tmp_path):
    telegram.will((200, b""))
    assert await hook(telegram, tmp_path).send(digest(replace(PROCESS, reason="a\udcff\x1b[31mb"))) == Sent()
    assert telegram.asked[0].body["items"][0]["reason"] == "a?b"


@pytest.mark.parametrize(
    ("status", "for_good", "says"),
    [
        (301, True, "leads elsewhere (301)"),
        (401, True, "says 401: it wants another secret"),
        (404, True, "says 404: there is nothing"),
        (410, True, "gone for ever"),
        (500, False, "says 500"),
        (503, False, "says 503"),
        (418, False, "says 418"),
    ],
)
async def test_what_a_status_means(telegram, tmp_path, status, for_good, says):
    telegram.will((status, b""))
    outcome = await hook(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good is for_good
    assert outcome.why.startswith("the webhook at 127.0.0.1:") and says in outcome.why
    assert len(telegram.asked) == 1, "a redirect is not followed: the message would go where nobody meant it to"


@pytest.mark.parametrize(("status", "after"), [(429, "30"), (503, "30")])
async def test_when_to_come_again_is_obeyed(telegram, tmp_path, status, after):
    telegram.will((status, b""))
    telegram.headers = (f"Retry-After: {after}",)
    outcome = await hook(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.retry_after == 30 and not outcome.for_good


async def test_a_date_to_come_again_at_is_understood(telegram, tmp_path):
    telegram.will((503, b""))
    telegram.headers = ("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT",)
    outcome = await hook(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.retry_after == 0


@pytest.mark.parametrize("answer", [(200, b""), (500, b"s3cret"), "close", "hang"])
async def test_its_secrets_are_in_no_log_and_no_outcome(telegram, tmp_path, caplog, answer):
    caplog.set_level(logging.DEBUG)
    telegram.will(answer)
    sender = hook(telegram, tmp_path, timeout=0.4)
    outcome = await sender.send(digest(PROCESS))
    await sender.close()
    assert "s3cret" not in repr(outcome) + caplog.text and caplog.records


@pytest.mark.parametrize("address", ["no address", "ftp://x/", "http:///s3cret", "http://[::1", "http://a:99999/"])
async def test_what_is_no_address_is_not_repeated(telegram, tmp_path, address):
    outcome = await hook(telegram, tmp_path, HOOK=address).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good and address not in outcome.why
