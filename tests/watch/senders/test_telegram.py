"""Telegram's answers, each as it is documented, from a real server; and that the token is nowhere but on the wire."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.alerts import AlertSettings, Failed, News, Sent, Telegram
from opsconsole.watch.senders import Around, open_senders
from opsconsole.watch.senders.telegram_answers import meaning
from tests.lab.telegram import TAKEN, TOKEN, Answers, refusal, telegram
from tests.support.waiting import wait_for
from tests.watch.senders.digests import HEALTH, MEMORY, PROCESS, digest
from tests.watch.senders.html import read
from tests.watch.senders.patience import patience

__all__ = ["patience", "telegram"]

SECRETS = {"BOT_TOKEN": TOKEN, "CHAT": "-1001"}


def sender(server: Answers, folder, timeout=10.0, chat="env:CHAT", **environ):
    settings = AlertSettings(telegram=Telegram("env:BOT_TOKEN", chat, server.url))
    (only,) = open_senders(settings, Around(folder / "alerts", {**SECRETS, **environ}, timeout))
    return only


async def test_a_message_arrives_with_its_marks(telegram, tmp_path):
    bot = sender(telegram, tmp_path)
    assert await bot.send(digest(PROCESS, HEALTH)) == Sent()
    (question,) = telegram.asked
    assert question.path == f"/bot{TOKEN}/sendMessage"
    assert question.body["chat_id"] == -1001 and question.body["parse_mode"] == "HTML"
    first, _, second, *_ = question.body["text"].split("\n")
    assert first == "<b>✗ eatfit24 on prod-1: 1 DOWN, 1 OK again</b>"
    assert second == "<b>✗ celery-worker.process is DOWN</b>"
    await bot.close()


async def test_a_chat_may_be_named_and_stand_in_the_file(telegram, tmp_path):
    assert await sender(telegram, tmp_path, chat="@oncall").send(digest(PROCESS)) == Sent()
    assert telegram.asked[0].body["chat_id"] == "@oncall"


async def test_what_looks_like_marks_is_only_text(telegram, tmp_path):
    odd = replace(PROCESS, reason='<b>&amp;</i> <a href="x">"\'', measured="a < b && c > d")
    assert await sender(telegram, tmp_path).send(digest(odd)) == Sent()
    assert '<b>&amp;</i> <a href="x">"\'' in read(telegram.texts[0])


async def test_a_very_long_digest_is_one_message_that_says_what_is_missing(telegram, tmp_path):
    many = [replace(PROCESS, id=str(n), check=f"😀{n}.process", reason="🐢" * 90) for n in range(200)]
    assert await sender(telegram, tmp_path).send(digest(*many)) == Sent()
    (text,) = telegram.texts
    assert 3500 < len(read(text).encode("utf-16-le")) // 2 <= 4096 and "😀70.process" not in text
    assert "more lines are left out" in text.rsplit("\n", 1)[1]


async def test_a_group_that_moved_is_followed_and_its_number_remembered(telegram, tmp_path):
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram.will(refusal(400, moved, migrate_to_chat_id=-1002), TAKEN)
    assert await sender(telegram, tmp_path).send(digest(PROCESS)) == Sent()
    assert [question.body["chat_id"] for question in telegram.asked] == [-1001, -1002]
    assert await sender(telegram, tmp_path).send(digest(PROCESS)) == Sent()  # another round, another process
    assert telegram.asked[-1].body["chat_id"] == -1002 and len(telegram.asked) == 3
    (kept,) = (tmp_path / "alerts").iterdir()
    assert json.loads(kept.read_text()) == {"-1001": "-1002"}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_group_that_moves_for_ever_is_given_up_for_now(telegram, tmp_path):
    telegram.will(
        *(refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-n) for n in range(2000, 2020))
    )
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and "moved" in outcome.why and not outcome.for_good
    assert len(telegram.asked) < 10


async def test_a_new_number_is_followed_also_where_it_cannot_be_kept(telegram, tmp_path):
    (tmp_path / "alerts").write_text("no folder")
    telegram.will(refusal(400, "Bad Request: moved", migrate_to_chat_id=-1002), TAKEN)
    assert await sender(telegram, tmp_path).send(digest(PROCESS)) == Sent()


async def test_refused_marks_are_left_away(telegram, tmp_path):
    telegram.will(refusal(400, "Bad Request: can't parse entities: Can't find end of the entity"), TAKEN)
    assert await sender(telegram, tmp_path).send(digest(replace(PROCESS, reason="a < b"))) == Sent()
    marked, bare = telegram.asked
    assert "parse_mode" in marked.body and "parse_mode" not in bare.body
    assert "a < b" in bare.body["text"] and "<b>" not in bare.body["text"]


async def test_a_server_that_takes_neither_is_asked_no_more_than_a_few_times(telegram, tmp_path):
    telegram.will(refusal(400, "Bad Request: can't parse entities: so there"))
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and "neither" in outcome.why and len(telegram.asked) <= 4


async def test_a_server_that_counts_otherwise_gets_a_shorter_message(telegram, tmp_path):
    telegram.will(refusal(400, "Bad Request: message is too long"), TAKEN)
    many = [replace(MEMORY, id=str(n)) for n in range(100)]
    assert await sender(telegram, tmp_path).send(digest(*many)) == Sent()
    assert [len(read(text)) <= 2048 for text in telegram.texts] == [False, True]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refusal(401, "Unauthorized"), "token; ask @BotFather for one and put it where env:BOT_TOKEN leads"),
        (refusal(404, "Not Found"), "no bot with this token"),
        (refusal(400, "Bad Request: chat not found"), "no such chat"),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), "no such chat"),
        (refusal(400, "Bad Request: user not found"), "press Start"),
        (refusal(400, "Bad Request: chat_id is empty"), "env:CHAT"),
        (refusal(400, "Bad Request: group chat was deactivated"), "does not exist any more"),
        (refusal(400, "Bad Request: group chat was upgraded to a supergroup chat"), "another number"),
        (refusal(400, "Bad Request: not enough rights to send text messages to the chat"), "let the bot send"),
        (refusal(400, "Bad Request: have no rights to send a message"), "let the bot send"),
        (refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), "let the bot send"),
        (refusal(400, "Bad Request: need administrator rights in the channel chat"), "an administrator"),
        (refusal(400, "Bad Request: TOPIC_CLOSED"), "topic of the group is closed"),
        (refusal(400, "Bad Request: message thread not found"), "topic of the group is gone"),
        (refusal(403, "Forbidden: bot was blocked by the user"), "blocked the bot"),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), "press Start"),
        (refusal(403, "Forbidden: user is deactivated"), "does not exist any more"),
        (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), "add the bot"),
        (refusal(403, "Forbidden: bot is not a member of the channel chat"), "add the bot"),
        (refusal(403, "Forbidden: bot can't send messages to bots"), "do not write to each other"),
        (refusal(403, "Forbidden: some new reason"), "some new reason; add the bot"),
    ],
)
async def test_what_is_of_no_use_to_try_again_says_what_to_do(telegram, tmp_path, answer, says):
    telegram.will(answer)
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good and says in outcome.why, outcome
    assert len(telegram.asked) == 1 and "\n" not in outcome.why


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refusal(500, "Internal Server Error"), "trouble of its own (500)"),
        ((502, b"<html>Bad Gateway</html>"), "trouble of its own (502)"),
        ((503, b""), "trouble of its own (503)"),
        (refusal(400, "Bad Request: message text is empty"), "refuses the message: Bad Request: message text is empty"),
        ((200, b"<html>sign in to the hotel</html>"), "in Telegram's place is something else (200)"),
        ((302, b""), "in Telegram's place is something else (302)"),
        ((200, {"ok": "yes"}), "in Telegram's place"),
        ("close", "closed it without an answer"),
    ],
)
async def test_what_may_pass_is_tried_again(telegram, tmp_path, answer, says):
    telegram.will(answer)
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and not outcome.for_good and says in outcome.why, outcome
    assert outcome.unsure is (answer == "close"), "it was all sent, so it may have been heard"


@pytest.mark.parametrize(
    ("answer", "headers", "after"),
    [
        (refusal(429, "Too Many Requests: retry after 14", retry_after=14), (), 14.0),
        ((429, b"slow down"), ("Retry-After: 30",), 30.0),
        (refusal(429, "Too Many Requests"), (), None),
        ((503, b""), ("Retry-After: 7",), 7.0),
        (refusal(420, "FLOOD_WAIT", retry_after=5), (), 5.0),
    ],
)
async def test_telegram_says_when_to_come_again(telegram, tmp_path, answer, headers, after):
    telegram.will(answer)
    telegram.headers = headers
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and not outcome.for_good and outcome.retry_after == after


async def test_a_server_that_hangs_ends_in_time_and_may_have_heard(telegram, tmp_path, patience):
    telegram.will("hang")
    sending = asyncio.create_task(sender(telegram, tmp_path).send(digest(PROCESS)))
    await wait_for("it is asked", lambda: telegram.asked)
    patience.is_over()
    outcome = await sending
    assert isinstance(outcome, Failed) and outcome.unsure and "no answer within 10 s" in outcome.why
    assert len(telegram.asked) == 1


async def test_nobody_listens(telegram, tmp_path):
    await telegram.stop()
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and not outcome.unsure and not outcome.for_good
    assert "refuses connections" in outcome.why


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"BOT_TOKEN": "my database password"}, "env:BOT_TOKEN is no bot's token"),
        ({"BOT_TOKEN": "1:a/../../evil"}, "env:BOT_TOKEN is no bot's token"),
        ({"CHAT": "the on-call chat"}, "env:CHAT is no chat"),
    ],
)
async def test_what_is_no_token_or_no_chat_goes_nowhere_and_is_not_repeated(telegram, tmp_path, environ, says):
    outcome = await sender(telegram, tmp_path, **environ).send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good and says in outcome.why
    assert not telegram.asked and not any(value in outcome.why for value in environ.values())


async def test_a_token_that_is_not_there_is_named_by_its_reference(telegram, tmp_path):
    settings = AlertSettings(telegram=Telegram("env:NOBODY", "1", telegram.url))
    (bot,) = open_senders(settings, Around(tmp_path, {}))
    outcome = await bot.send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.for_good and "env:NOBODY is not set" in outcome.why


@pytest.mark.parametrize("api", ["{}", "{}/", "s3cret thing"])
async def test_a_server_of_ones_own_may_be_named_by_reference_too(telegram, tmp_path, api):
    settings = AlertSettings(telegram=Telegram("env:BOT_TOKEN", "1", "env:API"))
    (bot,) = open_senders(settings, Around(tmp_path, {**SECRETS, "API": api.format(telegram.url)}))
    outcome = await bot.send(digest(PROCESS))
    if "{}" in api:
        assert outcome == Sent()
    else:
        assert isinstance(outcome, Failed) and outcome.for_good and "s3cret" not in outcome.why


async def test_a_token_in_a_file_may_end_with_a_line(telegram, tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN} \n")
    settings = AlertSettings(telegram=Telegram(f"file:{tmp_path}/token", "1", telegram.url))
    (bot,) = open_senders(settings, Around(tmp_path, {}))
    assert await bot.send(digest(PROCESS)) == Sent()


@pytest.mark.parametrize(
    "answer", [TAKEN, refusal(401, "Unauthorized"), refusal(400, "Bad Request: odd"), "close", "hang", "gone"]
)
async def test_the_token_is_in_no_log_no_outcome_and_no_file(telegram, tmp_path, caplog, capfd, answer):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    if answer == "gone":
        await telegram.stop()
    else:
        telegram.will(answer)
    bot = sender(telegram, tmp_path, timeout=0.4)
    outcome = await bot.send(digest(PROCESS))
    await bot.close()
    if answer != "gone":
        assert any("httpcore" in record.name for record in caplog.records), "the log was really written"
    told = [caplog.text, repr(outcome), repr(bot), *capfd.readouterr()]
    told += [repr(record.args) for record in caplog.records]
    told += [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
    secret = TOKEN.partition(":")[2]
    assert not any(secret in text for text in told)


async def test_a_fault_of_ours_is_an_outcome_and_repeats_nothing(telegram, tmp_path, monkeypatch):
    def broken(*words, **options):
        raise KeyError(TOKEN)

    monkeypatch.setattr("opsconsole.watch.senders.telegram.fitted", broken)
    outcome = await sender(telegram, tmp_path).send(digest(PROCESS))
    assert outcome == Failed("our own fault in telegram: KeyError")


async def test_a_proxy_of_the_environment_is_used_but_not_for_this_box(telegram, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert await sender(telegram, tmp_path).send(digest(PROCESS)) == Sent()
    monkeypatch.setenv("http_proxy", telegram.url)  # a proxy is asked for the whole address
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    settings = AlertSettings(telegram=Telegram("env:BOT_TOKEN", "1", "http://bot-api.invalid"))
    (bot,) = open_senders(settings, Around(tmp_path, SECRETS))
    telegram.will(TAKEN)
    assert await bot.send(digest(PROCESS)) == Sent()
    assert telegram.asked[-1].path.startswith("http://bot-api.invalid/bot")


async def test_each_kind_of_news_is_taken_by_the_server(telegram, tmp_path):
    bot = sender(telegram, tmp_path)
    assert await bot.send(digest(*(replace(MEMORY, id=news, news=news) for news in News))) == Sent()
    assert await bot.send(digest(test=True)) == Sent()
    assert os.linesep not in bot.name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "ok": st.booleans() | JSON,
        "description": st.text() | JSON,
        "parameters": JSON | st.fixed_dictionaries({}, optional={"retry_after": JSON, "migrate_to_chat_id": JSON}),
    },
)


@given(st.integers(100, 599), SAID | JSON | st.binary())
def test_whatever_answers_in_its_place_there_is_a_meaning(status, said):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    found = meaning(status, body, "env:BOT_TOKEN", "env:CHAT")
    if isinstance(found, Failed):
        assert found.why and "\n" not in found.why and "\x1b" not in found.why
        assert found.retry_after is None or found.retry_after > 0
    assert isinstance(found, Sent) is (200 <= status < 300 and isinstance(said, dict) and said.get("ok") is True)
