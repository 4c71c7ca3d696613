"""The service screen: everything about one container, unit, set of processes or endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import Binding, BindingType

from opsconsole.model.detail import About, Story
from opsconsole.model.readings import ProcessReading
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.text import one_line
from opsconsole.tui.presentation import about, environment, kin, memory_course, service_head, story, treatment
from opsconsole.tui.presentation.environment import Wanted
from opsconsole.tui.presentation.spans import Line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.closeup import CloseUp
from opsconsole.tui.sections import Drawing, Section

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.model.stack import Service

_OF_SERVICE: Final = (
    ("treatment", "Findings and runbooks", "Findings", (treatment.FINDING, treatment.BOOK)),
    ("story", "Restarts, deaths, health", "Life", ()),
    ("processes", "Processes", "Processes", ()),
    ("environment", "Environment", "Environment", ()),
    ("about", "About", "About", ()),
)
_OF_ENDPOINT: Final = _OF_SERVICE[:2]
_MADE: Final = "as the container was made: what its own start script sets is not among them"
_STARTED: Final = "as its main process was started: what it sets itself is not among them"


class ServiceScreen(CloseUp):
    """One service, by its name in the panes. A mere endpoint has no processes, environment or age."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "logs", "logs", id="keep-2.logs"),
        Binding("x", "actions", "actions", id="keep-3.actions"),
    ]

    def __init__(self, name: str, snapshot: Snapshot) -> None:
        self.service_name = name
        self.subject = Subject.of(snapshot, name)
        kinds = _OF_SERVICE if self.subject.ref is not None else _OF_ENDPOINT
        others = [
            Section(key, title, number, opens, short=short)
            for number, (key, title, short, opens) in enumerate(kinds, 2)
        ]
        first = "Memory" if self.subject.target("memory") is not None else "Latency"
        super().__init__(snapshot, Drawing("course", first, 1, short=first), others)
        self.crumb = one_line(name, 40)
        self._life = self.subject.life

    @property
    def service(self) -> Service | None:
        """The service of the stack that is looked at, where it is one."""
        return self.snapshot.stack.service(self.service_name)

    def see(self, snapshot: Snapshot) -> None:
        """Draw a new snapshot; where it began a new life, what is read on demand is read again."""
        self.subject = Subject.of(snapshot, self.service_name)
        if self.subject.life != self._life:
            self._life = self.subject.life
            self.ask()
        super().see(snapshot)

    def summary(self, width: int) -> list[Line]:
        """Name, state, verdict, and what matters most."""
        answer = next(iter(memory_course.answers(self.subject, self.spell)), "")
        return service_head.lines(self.subject, answer, width)

    def drawn(self, room: tuple[int, int]) -> tuple[str, list[Line]]:
        """Memory over time; of an endpoint its latency."""
        return memory_course.title(self.subject, self.spell), memory_course.lines(self.subject, self.spell, room)

    def is_old(self) -> bool:
        """Whether there is more than a quarter of an hour."""
        return memory_course.is_old(self.subject)

    def is_wrong(self, section: str) -> bool:
        """Findings are to be seen."""
        return section == "treatment" and bool(self.subject.findings)

    def rows(self, section: str, width: int) -> Sequence[Row]:
        """The rows of a section."""
        match section:
            case "treatment":
                return treatment.rows(self.subject, self.console.overview.titles, width)
            case "processes":
                sizes = self.answers.get("sizes")
                return kin.rows(self.subject, sizes if isinstance(sizes, Mapping) else {}, width)
            case "story":
                known = self.answers.get("about")
                looks = known.health if isinstance(known, About) else ()
                told = self.answer("story") if self.subject.ref is not None else Story(())
                return story.rows(self.subject, told, looks, width)
            case "environment":
                answer = self.answer("environment")
                if isinstance(answer, str):
                    return [Row("why", tuple(wrap(words(answer, "unknown", 300), width)))]
                whence = _MADE if isinstance(self.subject.ref, ContainerRef) else _STARTED
                return environment.rows(answer, Wanted.of(self.subject), whence, width)
            case _:
                return about.rows(self.answer("about"), width)

    def questions(self) -> dict[str, tuple[str, Callable[[], Awaitable[Any]]]]:
        """The environment, what it is made of, what became of it, and how large each process is."""
        parts, ref = self.console.parts, self.subject.ref
        if parts is None or ref is None:
            return {}
        details = parts.details
        whom = {ContainerRef: "the engine", UnitRef: "systemd"}.get(type(ref), "/proc")
        journal = "systemd's journal" if isinstance(ref, UnitRef) else whom
        return {
            "environment": (whom, lambda: details.environment(ref)),
            "about": (whom, lambda: details.about(ref)),
            "story": (journal, lambda: details.story(ref)),
            "sizes": ("/proc", lambda: details.sizes(self._pids())),
        }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An endpoint has no log, and nothing can be done to it."""
        own = {"logs": self.subject.ref is not None, "actions": self.service is not None}
        return own[action] if action in own else super().check_action(action, parameters)

    def action_actions(self) -> None:
        """What can be done to it."""
        from opsconsole.tui.acting import open_actions

        open_actions(self.console, [self.service] if self.service is not None else [])

    def action_logs(self) -> None:
        """Its logs."""
        from opsconsole.tui.opening_logs import open_logs

        open_logs(self.console, [self.service_name])

    def run_inputs(self) -> dict[str, str]:
        """The service fills the input of that name."""
        return {"service": self.service_name} if self.service is not None else {}

    def _pids(self) -> tuple[int, ...]:
        reading = self.subject.value("process")
        return tuple(one.pid for one in reading.processes) if isinstance(reading, ProcessReading) else ()
