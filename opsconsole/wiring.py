"""The one place where parts are put together, for the console, the commands and the demo alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.model.stack import Stack
from opsconsole.model.trouble import TroubleError
from opsconsole.probes.base import World

if TYPE_CHECKING:  # what only names types is not worth the milliseconds that `status` would pay for it
    from opsconsole.logs.lines import Source
    from opsconsole.logs.readers import Readers
    from opsconsole.model.lately import Lately
    from opsconsole.model.past_run import PastRun
    from opsconsole.model.ran import RanCommand
    from opsconsole.model.run import RunState
    from opsconsole.model.runbook import Runbook
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.model.stack import Service
    from opsconsole.probes.base import Rules
    from opsconsole.probes.details import Details
    from opsconsole.run.actions.survey import Survey
    from opsconsole.run.folder import RunSummary
    from opsconsole.run.operator import Operator
    from opsconsole.run.session import Session
    from opsconsole.runbook.guard import Guard
    from opsconsole.runbook.library import Library
    from opsconsole.watch.alerts.claim import LastRound
    from opsconsole.watch.alerts.watcher import Ways
    from opsconsole.watch.collector import Collector


class Parts:
    """Everything that one opsconsole is made of, around one stack.

    What is costly to import is imported at its first use: `status` never pays for runbooks and runs, and the console
    paints its first frame before it pays for the watch.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        read_only: bool = False,
        state_folder: Path | None = None,
        world: World | None = None,
        file: Path | None = None,
    ) -> None:
        """`world` is that of the discovery which made the stack, so that nothing is connected and asked twice.

        `file` is the stack file that is meant, also where nothing of it could be read.
        """
        self.stack = stack
        self.file = file or stack.file
        self.read_only = read_only
        self.world = world or World(engine_host=stack.engine.host)
        self.world.rules = _Rules(stack)
        self._state_folder = state_folder
        self._library: Library | None = None
        self._details: Details | None = None

    def collector(self, on_change: Callable[[Snapshot], None], earlier: Snapshot | None = None) -> Collector:
        """A collector that keeps a store of its own fresh and tells `on_change` of each new snapshot.

        The past that `earlier` knew goes on, where what it was about is still watched.
        """
        from opsconsole.watch.collector import Collector
        from opsconsole.watch.store import Store

        return Collector(self.stack, self.world, Store(self.stack, self.world.clock, earlier=earlier), on_change)

    async def ops_check(self, checks: Collection[str] | None = None) -> Snapshot:
        """One full round of the stack's checks, by probes of its own; no collector's store takes part in it.

        With `checks` only these and what they need: a step that waits for one of them does not pay for all.
        """
        from opsconsole.watch.collector import look_once

        return await look_once(self.stack, self.world, checks)

    async def survey(self, services: Sequence[Service], snapshot: Snapshot) -> Survey:
        """What there is to know of services before an action on them is offered."""
        from opsconsole.run.actions.survey import survey

        return await survey(services, snapshot, self.world)

    @property
    def details(self) -> Details:
        """What is read of one service or queue while somebody looks at it closely."""
        if self._details is None:
            from opsconsole.probes.details import Details

            self._details = Details(self.world)
        return self._details

    @property
    def library(self) -> Library:
        """The runbooks beside the stack file."""
        if self._library is None:
            from opsconsole.runbook.library import Library

            folder = self.stack.runbook_folder
            self._library = Library((folder,) if folder else ())
        return self._library

    @property
    def guard(self) -> Guard:
        """The rules that refuse a command."""
        from opsconsole.runbook.guard import Guard

        return Guard(self.stack.forbidden, read_only=self.read_only)

    @property
    def state_folder(self) -> Path:
        """Where runs are kept: the stack's, else the user's own (XDG)."""
        from opsconsole.run.folder import default_state_folder

        return self._state_folder or self.stack.state_folder or default_state_folder()

    async def begin_run(
        self,
        runbook: Runbook,
        operator: Operator,
        *,
        reason: str,
        inputs: Mapping[str, str] | None = None,
        lately: Lately | None = None,
    ) -> Session:
        """A new run: its folder, its journal and its holder exist when this returns.

        What had changed here before it is kept with it: `lately` where that has been looked at already.
        """
        from opsconsole.run.session import Session

        return await Session.begin(
            runbook=runbook,
            stack=self.stack,
            operator=operator,
            guard=self.guard,
            state_folder=self.state_folder,
            ops_check=self.ops_check,
            reason=reason,
            inputs=inputs or {},
            lately=lately or await self.lately(),
        )

    async def resume_run(self, run_id: str, operator: Operator) -> Session:
        """Take up an open run by its id."""
        from opsconsole.run.session import Session

        return await Session.resume(
            run_id,
            stack=self.stack,
            operator=operator,
            guard=self.guard,
            state_folder=self.state_folder,
            ops_check=self.ops_check,
        )

    def runs(self) -> list[RunSummary]:
        """What has been run on this stack, the newest first; open runs say whether their step is still going on.

        A run of which nobody can tell any more which stack it was on is among them, with its fault.
        """
        from opsconsole.run.folder import list_runs

        return [run for run in list_runs(self.state_folder) if run.stack in (self.stack.name, "")]

    def looked(self) -> list[RanCommand]:
        """The commands that were started to look since this process began, the costliest last."""
        from opsconsole.run.ran import of_costs

        return of_costs()

    def ran(self, run_ids: Collection[str], console: int) -> list[RanCommand]:
        """What the console with that process id had these runs do, the oldest first; a run that is gone is left out."""
        from opsconsole.run.folder import reading_of, run_folder
        from opsconsole.run.ran import in_order, ran_by

        logs: list[list[RanCommand]] = []
        for run_id in run_ids:
            with suppress(TroubleError):
                if entries := reading_of(run_folder(self.state_folder, run_id)).entries:
                    logs.append(ran_by(entries, console))
        return in_order(logs)

    def past_runs(self) -> list[PastRun]:
        """The same with what each record says of its end, and whether it is as it was written."""
        from opsconsole.run.past import past_runs

        return past_runs(self.state_folder, self.stack.name)

    def report_of(self, run_id: str) -> tuple[str, str]:
        """The Markdown report of one run, and what is wrong with its record; empty where nothing is."""
        from opsconsole.run.folder import record_of
        from opsconsole.run.report import outputs_of, report

        folder, reading = record_of(self.state_folder, run_id)
        return report(reading.entries, outputs_of(folder, reading.entries), reading.head), reading.fault

    def run_state(self, run_id: str) -> RunState:
        """What the journal of one run says."""
        from opsconsole.run.folder import read_run

        return read_run(self.state_folder, run_id)

    async def lately(self, since: float | None = None, span: float | None = None) -> Lately:
        """What changed here within `span` seconds (a day) before `since` (a finding's; else now), and after it."""
        from opsconsole.lately.asking import look
        from opsconsole.model.lately import SPAN

        return await look(self.stack, self.world, self.runs, since, span or SPAN)

    def log_readers(self, sources: Sequence[Source]) -> Readers:
        """What reads these logs, by connections of its own; who asks for it closes it."""
        from opsconsole.logs.readers import Readers

        return Readers(self.world, sources)

    @property
    def watch_claim(self) -> Path:
        """The file that stands for this stack's watch; it also says when that last looked."""
        from opsconsole.run.lock import lock_path

        return lock_path(self.stack.name, self.stack.home, self._state_folder or self.stack.state_folder).with_suffix(
            ".watch"
        )

    @property
    def watch_state(self) -> Path:
        """Where the watch keeps what it knows from one round to the next."""
        from opsconsole.watch.alerts.keep import state_path

        return state_path(self.state_folder, self.stack.name, self.stack.home)

    @property
    def watch_silences(self) -> Path:
        """Where it is written what nobody wants to hear of for a while."""
        return self.watch_state.with_suffix(".silences")

    def last_watch(self) -> LastRound | None:
        """When the watch last looked, None where that is not known."""
        from opsconsole.watch.alerts.claim import last_round

        return last_round(self.watch_claim)

    def ways(self) -> Ways:
        """Every way in which the stack file has people, programs and a dead man's switch told."""
        from opsconsole.watch.alerts.ping import Ping
        from opsconsole.watch.alerts.watcher import Ways
        from opsconsole.watch.senders import Around, open_publishers, open_senders

        settings = self.stack.alerts
        if settings is None:
            return Ways()
        around = Around(self.watch_state.parent)
        ping = Ping(settings.ping) if settings.ping else None
        return Ways(open_senders(settings, around), open_publishers(settings, around), ping)

    async def close(self) -> None:
        """Let go of everything that was opened. Running steps go on in their holders."""
        await self.world.close()


class _Rules:
    """What the stack's checks may run. The grammar that tells is loaded when one of them first wants to."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._rules: Rules | None = None

    def command(self, script: str, vouched: bool) -> str | None:
        """See `Rules`."""
        return self._loaded().command(script, vouched)

    def statement(self, sql: str, vouched: bool) -> str | None:
        """See `Rules`."""
        return self._loaded().statement(sql, vouched)

    def _loaded(self) -> Rules:
        if self._rules is None:
            from opsconsole.runbook.looks import OnlyLooks

            self._rules = OnlyLooks(self._stack.forbidden)
        return self._rules
