"""A console's grip on a run: connected with its holder, knowing its state at every moment."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from opsconsole.model.run import Prompt, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run import folder as folders
from opsconsole.run import journal, wire
from opsconsole.run.core import apply, fold
from opsconsole.run.kinds import Kind
from opsconsole.run.launch import reach
from opsconsole.run.link import HolderGone, Link, NotDone
from opsconsole.run.operator import Operator
from opsconsole.run.printed import Printed
from opsconsole.run.who import terminal, user_name

_TRIES: Final = 5
"""How often a holder may die on us before we say so."""
_FAREWELL: Final = 5.0
"""Seconds that a holder gets to leave once it has said that it makes way."""


class Grip:
    """What a session stands on. `state` is always what the journal says by now; `news` is set whenever it changes.

    `heard` counts what the holder has said.
    """

    def __init__(self, folder: Path, runbook: Runbook, operator: Operator) -> None:
        self.folder = folder
        self.operator = operator
        self.news = asyncio.Event()
        self.heard = 0
        self.seat: Callable[[dict[str, Any]], None] | None = None
        self._prompt: Prompt | None = None
        self.state: RunState = folders.state_of(folders.entries_of(folder), runbook, alive=True)
        self._runbook = runbook
        self._printed: Printed | None = None
        self._link: Link | None = None
        self._gone = True
        self._name = secrets.token_hex(8)
        self.watching = False
        self.steered_by: dict[str, str] | None = None
        self.holder_uid = os.geteuid()

    async def connect(self) -> None:
        """Find the run's holder, or start one, and take in all that happened since. TroubleError where none stays."""
        for _ in range(_TRIES):
            await self.close()
            self._gone = False
            try:
                self._link = await reach(self.folder, self._on_event)
                if self._link.warning:
                    self.operator.tell(self._link.warning)
            except BaseException:
                self._gone = True
                raise
            folded = fold(folders.entries_of(self.folder), self._runbook)
            self.state = replace(folded, holder_alive=True, prompt=self._prompt)
            self.news.set()
            self.operator.update(self.state)
            try:
                await self._take_the_helm()
            except HolderGone:
                continue
            except NotDone as refused:
                if refused.why not in ("moved", "over"):
                    raise self._stuck(str(refused)) from None
                continue
            return
        raise self._stuck("its holder does not stay")

    async def _append_after_all(self, kind: Kind, data: dict[str, Any]) -> None:
        """Have an entry written after whatever others write meanwhile."""
        for _ in range(_TRIES):
            try:
                await self.append(kind, data)
            except NotDone as refused:
                if refused.why != "moved":
                    raise
            else:
                return

    async def _take_the_helm(self, *, anyway: bool = False) -> None:
        """Steer from now on; where another console does, watch it. `anyway` takes it from one of our own."""
        if self.state.ended is not None:
            return
        hello = await self.link.ask("hello")
        self.holder_uid, self.steered_by = hello["uid"], hello["steered_by"]
        if self.watching and not anyway:
            return
        before = (self.steered_by or {}).get("user")
        try:
            await self.link.ask("helm", who=self._ourselves(), anyway=anyway)
        except NotDone as refused:
            if refused.why not in ("watching", "stranger"):
                raise
            self.watching = True
            return
        self.watching = False
        data = {"user": user_name(), "host": self.state.host, "pid": os.getpid()}
        await self._append_after_all(Kind.CONSOLE, {**data, "from": before} if before else data)

    def _ourselves(self) -> dict[str, str]:
        """This console, for the others at the run."""
        since = datetime.fromtimestamp(time.time(), UTC).strftime("%H:%M UTC")
        return {"user": user_name(), "since": since, "at": terminal(), "console": self._name}

    async def take_over(self) -> None:
        """Steer instead of whoever did: by the same holder where it is our own user's, else by one of our own.

        NotDone where that cannot be now.
        """
        if self.holder_uid == os.geteuid():
            await self._take_the_helm(anyway=True)
            return
        await self.link.ask("make way")
        with suppress(HolderGone, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self.until(lambda: False)
        self.watching = False
        await self.connect()

    async def rejoin(self) -> bool:
        """Look on again once there is a holder again, without starting one; whether there was any."""
        if wire.holder_of(self.folder) is None:
            return False
        await self.connect()
        return True

    def _stuck(self, what: str) -> TroubleError:
        return TroubleError(Trouble(what, str(self.folder), "the run stays open; see holder.log there"))

    def _on_event(self, message: dict[str, Any] | None) -> None:
        if message is not None and message["event"] == "screen":
            if self.seat is not None:
                self.seat(message)
            return
        self.heard += 1
        self.news.set()
        if message is None:
            self._gone = True
            self._prompt = None
            self.state = replace(self.state, holder_alive=False, prompt=None)
        elif message["event"] == "entry":
            entry = journal.from_json(message["entry"])
            if entry.kind == Kind.ENDED:  # what a part printed is told before its end is
                self.show_printed(entry.data["step"], entry.data["part"])
            elif entry.kind == Kind.SHELL_ENDED and self.state.shell is not None:
                self._show_all(self.printed_in(self.state.shell.output))
            if entry.seq == self.state.seq + 1:
                self.state = replace(apply(self.state, entry), waiting="")
            elif entry.seq > self.state.seq:
                folded = fold(folders.entries_of(self.folder), self._runbook)
                self.state = replace(folded, waiting="", prompt=self._prompt)
        elif message["event"] == "prompt":
            self._prompt = Prompt(message["text"], bool(message["secret"])) if message["text"] is not None else None
            self.state = replace(self.state, prompt=self._prompt)
        elif message["event"] == "helm":
            self._helm_changed(message["who"])
        elif message["event"] == "stuck":
            self.state = replace(self.state, waiting=str(message["reason"]))
        else:
            return  # only the output has grown
        self.operator.update(self.state)

    def _helm_changed(self, who: dict[str, str] | None) -> None:
        """Somebody else may have taken over from us: a person whose other connection hung."""
        if not self.watching and who is not None and who.get("console") not in (None, self._name):
            self.watching = True
        self.steered_by = who

    def printed(self, step: int, part: int) -> Printed:
        """The output of a part's latest attempt, from where this console has shown it."""
        return self.printed_in(self.state.steps[step].parts[part].output or "")

    def printed_in(self, name: str) -> Printed:
        """The output in the file `name`, from where this console has shown it."""
        if self._printed is None or self._printed.name != name:
            self._printed = Printed(self.folder / folders.OUTPUT / name)
        return self._printed

    def show_printed(self, step: int, part: int) -> None:
        """Tell the operator all that a part has printed and that has not been told yet."""
        self._show_all(self.printed(step, part))

    def _show_all(self, printed: Printed) -> None:
        while text := printed.more():
            self.operator.output(text)

    @property
    def holder_is_gone(self) -> bool:
        """Whether there is no connection with a holder."""
        return self._link is None or self._gone

    @property
    def link(self) -> Link:
        """The connection. HolderGone where there is none."""
        if self._link is None or self._gone:
            raise HolderGone
        return self._link

    async def append(self, kind: Kind, data: dict[str, Any]) -> None:
        """Have an entry written; `state` has taken it in when this returns."""
        await self.link.ask("append", kind=kind, data=data, after=self.state.seq)

    async def surely_append(self, kind: Kind, data: dict[str, Any]) -> None:
        """The same for what holds whatever else happens: by a new holder where that dies, after what others wrote."""
        for _ in range(_TRIES):
            try:
                await self.append(kind, data)
            except HolderGone:
                await self.connect()
            except NotDone as refused:
                if refused.why in ("watching", "stranger"):
                    raise  # whoever plays the run watches from now on
                if refused.why != "moved":
                    raise self._stuck(str(refused)) from None
            else:
                return
        raise self._stuck("its holder does not stay")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for news until `condition` holds. HolderGone when the holder is gone."""
        while not condition():
            if self._gone:
                raise HolderGone
            self.news.clear()
            await self.news.wait()

    async def until_heard_more_than(self, count: int) -> None:
        """Wait until the holder has said more than `count` things. HolderGone when it is gone."""
        await self.until(lambda: self.heard > count)

    def tell(self, do: str, **fields: Any) -> None:
        """Ask the holder for something without waiting for the answer; nothing where there is none."""
        if self._link is not None and not self._gone:
            self._link.tell(do, **fields)

    async def close(self) -> None:
        """Let go of the holder. A running step goes on."""
        if self._link is not None:
            link, self._link = self._link, None
            await link.close()
