"""Several ways at once: none stops or delays another."""

from __future__ import annotations

import asyncio

from opsconsole.model.alerts import AlertSettings, Failed, Sent, Telegram, Webhook
from opsconsole.watch.senders import Around, open_publishers, open_senders
from opsconsole.watch.senders.guarded import GuardedSender
from tests.lab.telegram import TOKEN, Answers, telegram
from tests.support.waiting import wait_for
from tests.watch.senders.digests import PROCESS, digest
from tests.watch.senders.patience import patience

__all__ = ["patience", "telegram"]


async def test_one_that_hangs_and_one_that_fails_do_not_stop_the_third(telegram, tmp_path, patience):
    hook = Answers()
    await hook.start()
    hook.will("hang")
    settings = AlertSettings(
        telegram=Telegram("env:TOKEN", "1", telegram.url),
        webhook=Webhook(hook.url),
        apprise=("env:NOBODY",),
        textfile=str(tmp_path / "a.prom"),
    )
    around = Around(tmp_path, {"TOKEN": TOKEN})
    senders = open_senders(settings, around)
    assert [sender.name for sender in senders] == ["telegram", "webhook", "apprise 1"]
    assert [publisher.name for publisher in open_publishers(settings, around)] == ["textfile"]
    sending = [asyncio.create_task(sender.send(digest(PROCESS))) for sender in senders]
    taken, hanging, failing = sending
    assert await taken == Sent()
    assert isinstance(await failing, Failed)
    await wait_for("the hook is asked", lambda: hook.asked)
    assert not hanging.done()
    patience.is_over()
    assert isinstance(await hanging, Failed)
    await asyncio.gather(*(sender.close() for sender in senders))
    await hook.stop()


async def test_a_stack_without_alerts_has_no_ways(tmp_path):
    assert open_senders(AlertSettings(), Around(tmp_path)) == open_publishers(AlertSettings(), Around(tmp_path)) == []


class Stubborn:
    """Does not let itself be cancelled."""

    name = "stubborn"

    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def send(self, digest):
        while not self.over.is_set():
            try:
                await self.over.wait()
            except asyncio.CancelledError:
                continue
        return Sent()

    async def close(self):
        await self.over.wait()


async def test_one_that_does_not_let_itself_be_cancelled_is_left_behind(monkeypatch):
    monkeypatch.setattr("opsconsole.watch.senders.guarded._GRACE", 0.05)
    monkeypatch.setattr("opsconsole.watch.senders.guarded._CLOSING", 0.05)
    stubborn = Stubborn()
    guarded = GuardedSender(stubborn, 0.05)
    outcome = await guarded.send(digest(PROCESS))
    assert isinstance(outcome, Failed) and outcome.why == "stubborn was not done within 50 ms" and outcome.unsure
    await guarded.close()
    stubborn.over.set()
    await asyncio.sleep(0)
