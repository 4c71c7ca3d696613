"""What an answer of Telegram's Bot API means for who wanted to send a message. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from opsconsole.model.alerts import Failed, Sent
from opsconsole.model.text import one_line


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup, which has another number."""

    chat: int


@dataclass(frozen=True, slots=True)
class Unparsed:
    """It does not read our HTML as it was meant."""


@dataclass(frozen=True, slots=True)
class TooLong:
    """It counts otherwise than we do."""


Meaning: TypeAlias = Sent | Failed | Moved | Unparsed | TooLong

_SLOWER: Final = "Telegram wants fewer messages just now"
_NEW_TOKEN: Final = "ask @BotFather for one and put it where {token} leads"
_CHECK_CHAT: Final = "put the number of a chat that the bot is in where {chat} leads"
_START: Final = "open the chat with the bot and press Start"
_ADD: Final = "add the bot to the group or channel again"
_RIGHTS: Final = "let the bot send messages there (in a channel: make it an administrator)"

_REFUSALS: Final = (
    ("chat not found", "Telegram knows no such chat, or the bot was never in it", _CHECK_CHAT),
    ("peer_id_invalid", "Telegram knows no such chat, or the bot was never in it", _CHECK_CHAT),
    ("user not found", "Telegram knows no such user, or the user never wrote to the bot", _START),
    ("chat_id is empty", "no chat is named", _CHECK_CHAT),
    ("group chat was deactivated", "the group does not exist any more", _CHECK_CHAT),
    ("the group chat was deleted", "the group does not exist any more", _CHECK_CHAT),
    ("group chat was upgraded", "the group has another number now, which Telegram does not tell", _CHECK_CHAT),
    ("not enough rights", "the bot may not write there", _RIGHTS),
    ("have no rights to send", "the bot may not write there", _RIGHTS),
    ("chat_write_forbidden", "the bot may not write there", _RIGHTS),
    ("chat_restricted", "the bot may not write there", _RIGHTS),
    ("need administrator rights", "the bot may not write there", _RIGHTS),
    ("chat_admin_required", "the bot may not write there", _RIGHTS),
    ("topic_closed", "the topic of the group is closed", "open it again"),
    ("thread not found", "the topic of the group is gone", _CHECK_CHAT),
    ("bot was blocked", "who was to be told has blocked the bot", _START),
    ("initiate conversation", "the bot may not write first", _START),
    ("user is deactivated", "the account that was to be told does not exist any more", _CHECK_CHAT),
    ("messages to bots", "the chat is that of a bot, and bots do not write to each other", _CHECK_CHAT),
    ("bot was kicked", "the bot was thrown out of the group or channel", _ADD),
    ("not a member", "the bot is not in the group or channel", _ADD),
)
"""What a description has in it (in small letters), what that means, and what to do. Trying again is of no use."""


def meaning(status: int, body: bytes, token: str, chat: str, retry_after: float | None = None) -> Meaning:
    """What an answer to sendMessage amounts to.

    `token` and `chat` are what the stack file says of them, for the words on what to do; `retry_after` is the header's.
    """
    said = _parsed(body)
    parameters = said.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    description = one_line(str(said.get("description") or ""), 160)
    if 200 <= status < 300 and said.get("ok") is True:
        return Sent()
    if said.get("ok") is not False:
        return _not_telegram(status, retry_after)
    moved = parameters.get("migrate_to_chat_id")
    if isinstance(moved, int) and not isinstance(moved, bool):
        return Moved(moved)
    if status == 429 or "retry_after" in parameters:
        wait = parameters.get("retry_after", retry_after)
        seconds = float(wait) if isinstance(wait, int | float) and wait > 0 else None
        return Failed(_SLOWER, retry_after=seconds)
    return _of_the_text(status, description.lower()) or _refused(status, description, token, chat)


def _of_the_text(status: int, words: str) -> Meaning | None:
    """Where it is the text that it cannot take, and another form of it may do."""
    if status == 400 and "can't parse entities" in words:
        return Unparsed()
    return TooLong() if status == 400 and "too long" in words else None


def _refused(status: int, description: str, token: str, chat: str) -> Failed:
    words = description.lower()
    for part, means, remedy in _REFUSALS:
        if status in (400, 403) and part in words:
            return Failed(f"{means}; {remedy.format(token=token, chat=chat)}", for_good=True)
    if status == 401:
        return Failed(f"Telegram does not know the bot's token; {_NEW_TOKEN.format(token=token)}", for_good=True)
    if status == 404:
        what = "Telegram knows no bot with this token, or it is none"
        return Failed(f"{what}; {_NEW_TOKEN.format(token=token)}", for_good=True)
    if status == 403:
        return Failed(f"Telegram does not let the bot write there: {description}; {_ADD}", for_good=True)
    if status >= 500:
        return Failed(f"Telegram has trouble of its own ({status})")
    return Failed(f"Telegram refuses the message: {description or status}")


def _not_telegram(status: int, retry_after: float | None) -> Failed:
    """Something stands in between, or in its place: a proxy, a gateway, a page that wants somebody to sign in."""
    if status >= 500:
        return Failed(f"Telegram has trouble of its own ({status})", retry_after=retry_after)
    if status == 429:
        return Failed(_SLOWER, retry_after=retry_after)
    return Failed(f"what answers in Telegram's place is something else ({status}); is a proxy in between?")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
