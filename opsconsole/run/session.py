"""One console's hold on a run: it plays the run, asks the operator, and has the holder do what was answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from opsconsole.model.questions import Answer, AskChanged, Question, Shell
from opsconsole.model.run import Progress, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run import folder as folders
from opsconsole.run.acting import act
from opsconsole.run.grip import Grip
from opsconsole.run.kinds import Kind
from opsconsole.run.lately import lately_data
from opsconsole.run.link import HolderGone, NotDone
from opsconsole.run.moves import next_move
from opsconsole.run.opening import acceptable, change_of, settle_change, text_of
from opsconsole.run.operator import Operator
from opsconsole.run.prompting import SHORTEST, without
from opsconsole.run.shell import open_shell
from opsconsole.run.watching import watch
from opsconsole.run.who import login_name, user_name

if TYPE_CHECKING:
    from opsconsole.model.lately import Lately
    from opsconsole.runbook.guard import Guard


class OpsCheckPort(Protocol):
    """Looks once: at all of the stack's checks, or at those named and what they need."""

    def __call__(self, checks: Collection[str] | None = None) -> Awaitable[Snapshot]:
        """What was seen."""
        ...


class Session(Grip):
    """A run that somebody is at. `state` is always what the journal says by now."""

    def __init__(
        self, folder: Path, runbook: Runbook, stack: Stack, operator: Operator, guard: Guard, ops_check: OpsCheckPort
    ) -> None:
        super().__init__(folder, runbook, operator)
        self.stack = stack
        self.guard = guard
        self.ops_check = ops_check
        self.secrets: dict[str, str] = {}
        self.series: dict[tuple[int, int], float] = {}
        self.insisted: set[int] = set()
        """The steps that the operator has gone to: they are asked about even where their `when` does not hold."""
        self.leaving = False
        self.changed: AskChanged | None = None
        self.interrupted = asyncio.Event()
        self.wants_terminal = False
        self._size: tuple[int, int] | None = None
        self._about_to_attach = False
        self.user = login_name()

    @classmethod
    async def begin(
        cls,
        *,
        runbook: Runbook,
        stack: Stack,
        operator: Operator,
        guard: Guard,
        state_folder: Path,
        ops_check: OpsCheckPort,
        reason: str,
        inputs: Mapping[str, str] | None = None,
        lately: Lately | None = None,
    ) -> Session:
        """A new run: its folder, its journal and its holder exist when this returns.

        Of `inputs` those are taken that the runbook asks for and that are acceptable; the others are asked for.
        TroubleError where the run cannot be recorded, or the runbook's file has changed since it was read.
        """
        text = text_of(runbook)
        begun = {
            "reason": reason,
            "title": runbook.title,
            "runbook": runbook.name,
            "path": str(runbook.path) if runbook.path else None,
            "digest": runbook.digest,
            "stack": stack.name,
            "home": str(stack.home),
            "host": socket.gethostname(),
            "user": user_name(),
            "rto": runbook.rto,
        }
        folder = folders.create(state_folder, runbook.name, text, begun)
        session = cls(folder, runbook, stack, operator, guard, ops_check)
        try:
            await session.connect()
        except BaseException:
            folders.discard(folder)
            raise
        secret = {given.name for given in runbook.inputs if given.secret}
        for name, value in acceptable(inputs or {}, runbook, stack).items():
            await session.give(name, value, secret=name in secret)
        if lately is not None:
            await session.surely_append(Kind.LATELY, lately_data(lately))
        return session

    @classmethod
    async def resume(
        cls,
        run_id: str,
        *,
        stack: Stack,
        operator: Operator,
        guard: Guard,
        state_folder: Path,
        ops_check: OpsCheckPort,
    ) -> Session:
        """Take up an open run. TroubleError where it is over, or of another stack.

        Where its runbook says something else by now, playing it begins with showing what.
        """
        folder = folders.run_folder(state_folder, run_id)
        entries = folders.entries_of(folder)
        begun = entries[0].data
        closed = next((entry for entry in entries if entry.kind == Kind.CLOSED), None)
        if closed is not None:
            raise TroubleError(Trouble(f"the run is over ({closed.data['how']})", folder.name, "begin a new one"))
        if begun["stack"] != stack.name:
            raise TroubleError(
                Trouble(f"it is a run on {begun['stack']}, not on {stack.name}", folder.name, "name that stack's file")
            )
        session = cls(folder, folders.kept_runbook(folder, entries), stack, operator, guard, ops_check)
        session.changed = await asyncio.to_thread(change_of, begun, folder)
        await session.connect()
        return session

    # --- playing -------------------------------------------------------------------------------------------------

    async def play(self) -> RunState:
        """Until the run has ended, or the operator leaves it open; the state then.

        TroubleError where it cannot go on (no room for the journal, no holder can be started); the run stays open.
        """
        self.leaving = False
        while self.state.ended is None and not self.leaving:
            try:
                if self.watching:
                    await watch(self)
                elif self.changed is not None:
                    await settle_change(self, self.changed)
                else:
                    await act(self, next_move(self.state))
            except HolderGone:
                if not self.watching:  # whoever steers has a new one started
                    await self.connect()
            except NotDone as refused:
                if refused.why not in ("moved", "over", "busy", "locked", "watching", "stranger"):
                    raise TroubleError(Trouble(str(refused), str(self.folder), "the run stays open")) from None
        if self.leaving:
            self.tell("hand over")
        return self.state

    async def ask(self, question: Question) -> Answer | None:
        """The operator's answer; None where the question is no longer open, since the run has moved on elsewhere."""
        about = next_move(self.state)
        answer = asyncio.ensure_future(self.operator.answer(self.state, question))
        moved = asyncio.ensure_future(self.until(lambda: self.watching or next_move(self.state) != about))
        try:
            await asyncio.wait((answer, moved), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                moved.result()  # HolderGone goes on to whoever plays
                return None
        finally:
            for task in (answer, moved):
                task.cancel()
            await asyncio.gather(answer, moved, return_exceptions=True)
        given = answer.result()
        if isinstance(given, Shell):  # the question is asked again after it
            await open_shell(self, getattr(about, "step", self.state.current))
            return None
        return given

    async def pause(self, seconds: float) -> bool:
        """Wait; whether the time was over, and not ended by the operator."""
        try:
            async with asyncio.timeout(seconds):
                await self.interrupted.wait()
        except TimeoutError:
            return True
        self.interrupted.clear()
        return False

    def waiting_for(self, what: str) -> None:
        """Say in one line what the run itself is waiting for; empty for nothing."""
        if self.state.waiting != what:
            self.state = replace(self.state, waiting=what)
            self.operator.update(self.state)

    def green_for(self, how_long: str) -> None:
        """Say for how long all has been well at the end of the run."""
        if self.state.green != how_long:
            self.state = replace(self.state, green=how_long)
            self.operator.update(self.state)

    async def append(self, kind: Kind, data: dict[str, Any]) -> None:
        """Have an entry written; what somebody says in it gives no secret away."""
        await super().append(kind, without([one for one in self.secrets.values() if len(one) >= SHORTEST], data))

    async def give(self, name: str, value: str, *, secret: bool = False) -> None:
        """A value for this run. A secret one stays in memory; the journal only says that it was given."""
        if secret:
            self.secrets[name] = value
            await self.surely_append(Kind.INPUT, {"name": name, "secret": True})
        else:
            await self.surely_append(Kind.INPUT, {"name": name, "value": value})

    async def start_from(self, step: int) -> None:
        """Begin at a later step; those before it stay to do."""
        await self.surely_append(Kind.WENT, {"step": step, "back_to": None, "why": "asked for at the start"})

    async def abandon(self, why: str) -> None:
        """End a run in which nothing has been done."""
        await self.surely_append(Kind.CLOSED, {"how": "stopped", "reason": why})
        await self.close()

    # --- what the operator does besides answering ----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a part is running now, or a shell is open."""
        parts = (part for here in self.state.steps for part in here.parts)
        return self.state.shell is not None or any(part.progress is Progress.RUNNING for part in parts)

    def interrupt(self) -> None:
        """What Ctrl-C does: to the running part, else to what the run itself is waiting for."""
        if self.watching:
            return
        if self.running:
            self.tell("interrupt")
        elif self.state.waiting:
            self.interrupted.set()

    def terminate(self) -> None:
        """SIGTERM to the running part, SIGKILL when that does not help."""
        if self.running:
            self.tell("terminate")

    def take_terminal(self) -> None:
        """Give what runs the person's own terminal."""
        if self.running:
            self.wants_terminal = True
            self.news.set()

    def send_input(self, text: str) -> None:
        """Type `text` into the running part."""
        self.tell("input", text=text)

    def resize(self, cols: int, rows: int, *, for_good: bool = True) -> None:
        """Tell the run's terminal of its size; while the person's own is attached, it goes by that.

        Not `for_good` is the size of a terminal that is about to be attached.
        """
        if not for_good:
            self._about_to_attach = True
            self.tell("resize", cols=cols, rows=rows)
            return
        self._size = (cols, rows)
        if self.seat is None and not self._about_to_attach:
            self.tell("resize", cols=cols, rows=rows)

    def resize_back(self) -> None:
        """Nobody's own terminal is attached any more."""
        self._about_to_attach = False
        if self._size is not None:
            self.resize(*self._size)
