"""`[alerts]` of a stack file: when people are told, and how. Loaded only where a file has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from opsconsole.checks.quantities import Duration, Span
from opsconsole.model.alerts import TELEGRAM_API, AlertSettings, Maintenance, Once, Telegram, Webhook, Weekly
from opsconsole.stack import references
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.keys import Key
from opsconsole.stack.places import reference
from opsconsole.stack.schema import Table
from opsconsole.stack.take import take

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CHAT: Final = re.compile(r"-?\d+|@\w+")
_WEEK: Final = 7 * 86400.0


class FlappingTable(Table, frozen=True):
    """So many changes within that time are too many to tell each."""

    changes: Annotated[int, msgspec.Meta(ge=3)]
    within: Span


class TelegramTable(Table, frozen=True):
    """A bot and the chat that it writes to. `api` is another server of the Bot API than Telegram's own."""

    token: str
    chat: str | int
    api: str = TELEGRAM_API


class WebhookTable(Table, frozen=True):
    """Where JSON is posted."""

    url: str
    headers: dict[str, str] = msgspec.field(default_factory=dict)


class MaintenanceTable(Table, frozen=True, rename={"for_": "for", "from_": "from"}):
    """Either `at` and `for`, on `days` or every day, or `from` and `to`: it always ends."""

    at: str | None = None
    for_: Span | None = None
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    zone: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    checks: tuple[str, ...] = ()
    because: str = ""


class AlertsTable(Table, frozen=True):
    """See `AlertSettings`."""

    every: Span = Span(300)
    remind: Span | None = None
    recover: Annotated[int, msgspec.Meta(ge=1)] = 2
    flapping: FlappingTable = FlappingTable(changes=6, within=Span(3600))
    grace: Duration = Duration(0)
    ping: str | None = None
    maintenance: tuple[dict[str, Any], ...] = ()
    telegram: TelegramTable | None = None
    webhook: WebhookTable | None = None
    textfile: str | None = None
    apprise: tuple[str, ...] = ()


def alerts(table: Mapping[str, Any], stack: Assembly) -> AlertSettings | None:
    """The settings, None where they cannot be made. Every check of the file must be known by now."""
    key: Key = ("alerts",)
    (it,) = take(table, key, stack.faults, AlertsTable)
    if it is None:
        return None
    windows = [_maintenance(raw, (*key, "maintenance", place), stack) for place, raw in enumerate(it.maintenance)]
    apprise = [reference(url, (*key, "apprise", place), stack) for place, url in enumerate(it.apprise)]
    return AlertSettings(
        every=it.every,
        remind=it.remind,
        recover=it.recover,
        flapping=(it.flapping.changes, it.flapping.within),
        grace=it.grace,
        ping=_address(it.ping, (*key, "ping"), stack) if it.ping is not None else None,
        maintenance=tuple(window for window in windows if window),
        telegram=_telegram(it.telegram, (*key, "telegram"), stack) if it.telegram else None,
        webhook=_webhook(it.webhook, (*key, "webhook"), stack) if it.webhook else None,
        textfile=_textfile(it.textfile, (*key, "textfile"), stack) if it.textfile is not None else None,
        apprise=tuple(url for url in apprise if url),
    )


def _telegram(it: TelegramTable, key: Key, stack: Assembly) -> Telegram | None:
    token = reference(it.token, (*key, "token"), stack)
    chat: str | None = str(it.chat)
    if not _CHAT.fullmatch(str(it.chat)):
        chat = reference(str(it.chat), (*key, "chat"), stack)
    api = _address(it.api, (*key, "api"), stack)
    return Telegram(token, chat, api.rstrip("/")) if token and chat and api else None


def _webhook(it: WebhookTable, key: Key, stack: Assembly) -> Webhook | None:
    url = _address(it.url, (*key, "url"), stack)
    headers = []
    for name, value in it.headers.items():
        try:
            headers.append((name, references.header(name, value, stack.folder)))
        except ValueError as fault:
            stack.faults.add((*key, "headers", name), str(fault), references.REFERENCE)
    return Webhook(url, tuple(headers)) if url else None


def _address(url: str, key: Key, stack: Assembly) -> str | None:
    """An address of HTTP without a password in it, or a reference to one. None with a fault."""
    if url.startswith(("env:", "file:")):
        return reference(url, key, stack)
    try:
        if url.partition("://")[0].lower() not in ("http", "https"):
            raise ValueError("no address: it begins with http:// or https://, or it is a reference")
        return references.endpoint(url)
    except ValueError as fault:
        secret = "written out" in str(fault)
        stack.faults.add(key, str(fault), references.REFERENCE if secret else "write the whole address")
        return None


def _textfile(text: str, key: Key, stack: Assembly) -> str | None:
    if not text.endswith(".prom"):
        stack.faults.add(key, "the node exporter reads only files that end in .prom", "call it opsconsole.prom")
        return None
    path = stack.path(text, key)
    return str(path) if path else None


def _maintenance(raw: Mapping[str, Any], key: Key, stack: Assembly) -> Maintenance | None:
    (it,) = take(raw, key, stack.faults, MaintenanceTable)
    if it is None:
        return None
    for place, name in enumerate(it.checks):
        stack.look_for_any((*key, "checks", place), name)
    when = _when(it, key, stack)
    return Maintenance(when, it.checks, it.because) if when else None


def _when(it: MaintenanceTable, key: Key, stack: Assembly) -> Once | Weekly | None:
    """None with a fault, where it does not say when it begins and when it ends."""
    weekly = it.at is not None or it.for_ is not None or bool(it.days)
    if weekly == (it.from_ is not None or it.to is not None):
        stack.faults.add(key, "a window is either at and for, or from and to", 'write at = "03:00", for = "30m"')
        return None
    if not weekly:
        return _once(it, key, stack)
    return _weekly(it, key, stack)


def _weekly(it: MaintenanceTable, key: Key, stack: Assembly) -> Weekly | None:
    if it.at is None or it.for_ is None:
        stack.faults.add(key, f"{'at' if it.at is None else 'for'} is missing: a window begins and ends", "add it")
        return None
    time = _TIME.fullmatch(it.at)
    if time is None:
        stack.faults.add((*key, "at"), "this is no time of day", 'write it like "03:00"')
        return None
    longest = _WEEK if it.days else _WEEK / 7
    if it.for_ >= longest:
        stack.faults.add((*key, "for"), "it would never end: the next one begins before", "make it shorter")
        return None
    if _zone(it.zone, (*key, "zone"), stack) is None and it.zone:
        return None
    days = frozenset(_DAYS.index(day) for day in it.days)
    return Weekly(days, int(time[1]) * 3600 + int(time[2]) * 60, it.for_, it.zone)


def _once(it: MaintenanceTable, key: Key, stack: Assembly) -> Once | None:
    if it.from_ is None or it.to is None:
        stack.faults.add(key, f"{'from' if it.from_ is None else 'to'} is missing: a window begins and ends", "add it")
        return None
    zone = _zone(it.zone, (*key, "zone"), stack)
    if it.zone and zone is None:
        return None
    begins, ends = (_epoch(moment, zone) for moment in (it.from_, it.to))
    if ends <= begins:
        stack.faults.add((*key, "to"), "it ends before it begins", "correct one of the two")
        return None
    return Once(begins, ends)


def _epoch(moment: datetime, zone: ZoneInfo | None) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


def _zone(name: str | None, key: Key, stack: Assembly) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = Path("/usr/share/zoneinfo").is_dir()
        remedy = "write it like Europe/Berlin" if known else "install tzdata, or leave zone out"
        stack.faults.add(key, "there is no such time zone here", remedy)
        return None
