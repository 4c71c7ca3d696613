"""JSON to an address of one's own. Its form is told in docs/alerts.md, and changes only with its version."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from opsconsole.model.alerts import AlertSettings, Digest, Failed, Item, News, Outcome, Sender, Sent, Webhook
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, worst
from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve
from opsconsole.watch.senders import Around
from opsconsole.watch.senders.message import lines_of, plain
from opsconsole.watch.senders.web import Answer, Unanswered, Web

VERSION: Final = 1
"""Of the form of what is posted: raised when something of it is taken out or means something else."""

_FOR_GOOD: Final = {
    400: "it does not understand what is posted",
    401: "it wants another secret; see the headers of [alerts].webhook",
    403: "it does not let us post; see the headers of [alerts].webhook",
    404: "there is nothing at this address; is it right?",
    405: "it takes no POST; is the address right?",
    410: "it is gone for ever; take it out, or give another address",
    413: "it takes no message of this size",
    415: "it takes no JSON",
    422: "it does not understand what is posted",
}
"""Statuses after which the same would only be refused again, and what they mean."""


class WebhookSender:
    """Posts to one address, which is never shown beyond its host: what comes after that is often a secret."""

    name = "webhook"

    def __init__(self, of: Webhook, around: Around) -> None:
        self._of = of
        self._around = around
        self._web: tuple[str, Web] | None = None

    async def send(self, digest: Digest) -> Outcome:
        """Any status from 200 to 299 means that it was taken. `Idempotency-Key` is the digest's id."""
        try:
            url = self._resolved(self._of.url)
            headers = {name: self._resolved(value) for name, value in self._of.headers}
        except SecretError as fault:
            return Failed(fault.problem.reason, for_good=True)
        shown = _shown(url)
        if shown is None:
            return Failed("the address of the webhook is none; it begins with http:// or https://", for_good=True)
        if self._web is None or self._web[0] != shown:
            self._web = shown, Web(shown)
        body = json.dumps(as_data(digest), ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json", "Idempotency-Key": digest.id, **headers}
        answer = await self._web[1].post(url, body, headers, self._around.timeout)
        if isinstance(answer, Unanswered):
            return Failed(answer.why, for_good=answer.hopeless, unsure=answer.arrived)
        return _outcome(answer, shown)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._web is not None:
            await self._web[1].close()

    def _resolved(self, text: str) -> str:
        return resolve(text, self._around.environ).strip() if is_reference(text) else text


def as_data(digest: Digest) -> dict[str, Any]:
    """What is posted, as plain values. Times are in UTC, as RFC 3339 has them."""
    return {
        "version": VERSION,
        "id": digest.id,
        "stack": digest.stack,
        "host": digest.host,
        "at": _time(digest.at),
        "test": digest.test,
        "level": worst(Level.OK if item.news is News.RECOVERED else item.level for item in digest.items).name,
        "text": plain(lines_of(digest)),
        "items": [_item(item) for item in digest.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "news": item.news.value,
        "check": item.check,
        "service": item.service,
        "level": item.level.name,
        "was": item.was.name,
        "reason": one_line(item.reason, 500),
        "measured": one_line(item.measured, 500),
        "expected": one_line(item.expected, 500),
        "since": _time(item.since),
        "began": _time(item.began) if item.began is not None else None,
        "noticed": _time(item.at),
        "runbook": item.runbook or None,
        "consequences": list(item.consequences),
        "again": item.again,
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(url: str) -> str | None:
    """`the webhook at HOST`; None where `url` is no address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return f"the webhook at {host}" + (f":{port}" if port else "")


def _outcome(answer: Answer, shown: str) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if 300 <= status < 400:
        return Failed(f"{shown} leads elsewhere ({status}); give the address that it leads to", for_good=True)
    if status in _FOR_GOOD:
        return Failed(f"{shown} says {status}: {_FOR_GOOD[status]}", for_good=True)
    if status == 429:
        return Failed(f"{shown} wants fewer messages just now", retry_after=answer.retry_after)
    return Failed(f"{shown} says {status}", retry_after=answer.retry_after)


def open_senders(settings: AlertSettings, around: Around) -> list[Sender]:
    """The one of the settings."""
    return [WebhookSender(settings.webhook, around)] if settings.webhook else []
