"""The queue screen: one queue's past, its figures and the shape of its messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import Binding, BindingType

from opsconsole.model.sample import Problem, Target
from opsconsole.model.targets import QueueOf
from opsconsole.model.text import one_line
from opsconsole.tui.presentation import queue_close, treatment
from opsconsole.tui.presentation.queue_close import Close
from opsconsole.tui.presentation.spans import Line
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.closeup import CloseUp
from opsconsole.tui.sections import Drawing, Section

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot

_CONFIRM: Final = (
    "Show the next 5 messages of {queue} on this screen? Nothing is taken from the queue. Values whose names are those"
    " of secrets are hidden, and each is cut at 2 000 characters; what else is in them may be about people."
)


class QueueScreen(CloseUp):
    """One queue of a broker."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "messages", "view messages", id="keep-3.messages"),
    ]

    def __init__(self, target: Target, queue: str, snapshot: Snapshot) -> None:
        self.close_look = Close(snapshot, target, queue)
        others = [
            Section("treatment", "Findings and runbooks", 2, (treatment.FINDING, treatment.BOOK), short="Findings"),
            Section("figures", "Figures", 3),
            Section("shape", "Messages by task", 4, short="Messages"),
        ]
        super().__init__(snapshot, Drawing("course", "Waiting", 1, short="Waiting"), others)
        self.crumb = one_line(queue or target.name, 40)

    def see(self, snapshot: Snapshot) -> None:
        """Draw a new snapshot."""
        self.close_look = Close(snapshot, self.close_look.target, self.close_look.name)
        if self.close_look.kind is not None and not self.answers:
            self.ask()
        super().see(snapshot)

    def summary(self, width: int) -> list[Line]:
        """Name, depth, verdict, and what matters most."""
        return queue_close.head(self.close_look, width)

    def drawn(self, room: tuple[int, int]) -> tuple[str, list[Line]]:
        """Its depth over time, and when it is empty."""
        return queue_close.title(self.close_look, self.spell), queue_close.lines(self.close_look, self.spell, room)

    def is_old(self) -> bool:
        """Whether there is more than a quarter of an hour."""
        return self.close_look.seen("all").is_old

    def is_wrong(self, section: str) -> bool:
        """Findings are to be seen."""
        return section == "treatment" and bool(self.close_look.subject.findings)

    def rows(self, section: str, width: int) -> Sequence[Row]:
        """The rows of a section."""
        if section == "treatment":
            return treatment.rows(self.close_look.subject, self.console.overview.titles, width)
        if section == "figures":
            return queue_close.figures(self.close_look, width)
        return queue_close.shape(self.answer("shape") if self.questions() else "no queue was seen yet", width)

    def questions(self) -> dict[str, tuple[str, Callable[[], Awaitable[Any]]]]:
        """The shape of its messages, by their headers."""
        parts, look = self.console.parts, self.close_look
        of, kind = look.target.of, look.kind
        if parts is None or kind is None or not isinstance(of, QueueOf) or look.queue is None:
            return {}
        details = parts.details
        return {"shape": ("Redis", lambda: details.shape(of, kind, look.name))}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        if action == "messages":
            queue = self.close_look.queue
            return queue is not None and queue.waiting > 0
        return super().check_action(action, parameters)

    def action_messages(self) -> None:
        """Show a few messages, once that was confirmed."""
        from opsconsole.tui.screens.ask import Ask

        ask = Ask(_CONFIRM.format(queue=one_line(self.close_look.name, 60)), yes="show them", no="back")
        self.app.push_screen(ask, self._read_if)

    def _read_if(self, yes: str | None) -> None:
        if yes is not None:
            self.note("asking Redis for the messages")
            self.run_worker(self._read(), group="reading messages", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        from opsconsole.tui.screens.leaf import LeafScreen

        parts, look = self.console.parts, self.close_look
        of, kind = look.target.of, look.kind
        if parts is None or kind is None or not isinstance(of, QueueOf):
            return
        found = await parts.details.messages(of, kind, look.name)
        if isinstance(found, Problem):
            self.note(found.reason)
            return
        title = f"Messages of {one_line(look.name, 60)}"
        self.app.push_screen(LeafScreen(title, lambda width: queue_close.messages(found, look.name, width)))
