"""Messages by a bot of Telegram, or by a server of one's own that speaks its Bot API."""

from __future__ import annotations

import json
import re
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from opsconsole.model.alerts import TELEGRAM_API, AlertSettings, Digest, Failed, Outcome, Sender, Telegram
from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve
from opsconsole.watch.senders import Around
from opsconsole.watch.senders.message import Line, as_html, fitted, plain, utf16
from opsconsole.watch.senders.moved import Moves
from opsconsole.watch.senders.telegram_answers import Moved, TooLong, Unparsed, meaning
from opsconsole.watch.senders.web import Answer, Unanswered, Web

MOST: Final = 4096
"""What a message may have, in UTF-16 units and after its entities are read (Bot API, sendMessage)."""

_TRIES: Final = 4
"""Most questions for one message: as HTML, to where the group has moved, as plain text, and shorter."""

_TOKEN: Final = re.compile(r"\d+:[\w-]+", re.ASCII)
_CHAT: Final = re.compile(r"-?\d+|@\w+")

_Place: TypeAlias = tuple[str, str, str]


class TelegramSender:
    """Writes to one chat. Tokens and chats are looked up each time: a file may have got a new one."""

    name = "telegram"

    def __init__(self, of: Telegram, around: Around) -> None:
        self._of = of
        self._around = around
        self._web: Web | None = None
        self._moves = Moves(around.folder / "telegram-moved.json")

    async def send(self, digest: Digest) -> Outcome:
        """One message, however much there is to tell: what is too much is counted in its last line."""
        place = self._place()
        if isinstance(place, Failed):
            return place
        api, token, chat = place
        if self._web is None:
            self._web = Web("Telegram" if api == TELEGRAM_API else f"the Bot API at {urlsplit(api).netloc}")
        chat = self._moves.now(chat)
        marked, most = True, MOST
        outcome: Outcome = Failed("Telegram does not say yes or no")
        for _ in range(_TRIES):
            answer = await self._ask(
                self._web, f"{api}/bot{token}/sendMessage", _question(chat, fitted(digest, most, utf16), marked=marked)
            )
            if isinstance(answer, Unanswered):
                return Failed(answer.why, for_good=answer.hopeless, unsure=answer.arrived)
            said = meaning(answer.status, answer.body, self._of.token, self._of.chat, answer.retry_after)
            match said:
                case Moved(number):
                    self._moves.remember(chat, str(number))
                    chat = str(number)
                    outcome = Failed("the group has moved, and moved again")
                case Unparsed():
                    outcome = Failed("Telegram takes neither our marks nor plain text") if not marked else outcome
                    marked = False
                case TooLong():
                    most //= 2
                    outcome = Failed("Telegram finds every message too long")
                case _:
                    return said
        return outcome

    async def close(self) -> None:
        """Let go of the connection."""
        if self._web is not None:
            await self._web.close()

    async def _ask(self, web: Web, url: str, question: dict[str, Any]) -> Answer | Unanswered:
        body = json.dumps(question).encode()
        return await web.post(url, body, {"Content-Type": "application/json"}, self._around.timeout)

    def _place(self) -> _Place | Failed:
        """Server, token and chat. What is not of their form goes nowhere: it may be another secret."""
        try:
            token = resolve(self._of.token, self._around.environ).strip()
            api, chat = (self._looked_up(text) for text in (self._of.api, self._of.chat))
        except SecretError as fault:
            return Failed(fault.problem.reason, for_good=True)
        if not _TOKEN.fullmatch(token):
            why = f"what stands in {self._of.token} is no bot's token"
            return Failed(f"{why}; @BotFather gives one like 123456:ABC-DEF", for_good=True)
        if not _CHAT.fullmatch(chat):
            why = f"what stands in {self._of.chat} is no chat"
            return Failed(f"{why}; a chat is a number (groups begin with a minus) or an @name", for_good=True)
        if not api.startswith(("http://", "https://")):
            return Failed(f"what stands in {self._of.api} is no address; it begins with https://", for_good=True)
        return api.rstrip("/"), token, chat

    def _looked_up(self, text: str) -> str:
        return resolve(text, self._around.environ).strip() if is_reference(text) else text


def _question(chat: str, lines: tuple[Line, ...], *, marked: bool) -> dict[str, Any]:
    question: dict[str, Any] = {
        "chat_id": int(chat) if not chat.startswith("@") else chat,
        "text": as_html(lines) if marked else plain(lines),
        "link_preview_options": {"is_disabled": True},  # an endpoint that is down has no preview, only a wait for one
    }
    return {**question, "parse_mode": "HTML"} if marked else question


def open_senders(settings: AlertSettings, around: Around) -> list[Sender]:
    """The one of the settings."""
    return [TelegramSender(settings.telegram, around)] if settings.telegram else []
