"""A walk through every screen: each key that is shown changes what it says, and each that works is shown.

A new screen is a line in `WALKS`; a new action a line in `CHANGES`: the test names what is missing. A run's own answers
are walked in `test_keys.py`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from opsconsole.model.lately import Lately
from opsconsole.model.questions import AskEnd
from opsconsole.model.run import RunState
from opsconsole.tui import screens
from opsconsole.tui.board import Board
from opsconsole.tui.console import Console
from opsconsole.tui.pane import Pane
from opsconsole.tui.screens.base import OpsScreen
from opsconsole.tui.screens.leaf import LeafScreen
from opsconsole.tui.screens.logs import LogScreen
from opsconsole.tui.screens.reading import ReadScreen
from tests.support.snapshots import NOW
from tests.support.waiting import wait_for
from tests.tui.fakes import ScriptedSession, a_runbook, a_state, console, painted
from tests.tui.log_stage import LogParts, at
from tests.tui.test_actions import LOG
from tests.tui.test_actions import Parts as ActionParts
from tests.tui.test_matrix_and_runs import INVARIANTS, MATRIX, Recorded

WIDE, SMALL = (200, 50), (80, 24)


@dataclass(frozen=True)
class Seen:
    """What somebody at the console could tell of it at one moment."""

    screens: tuple[str, ...]
    has_keys: str
    cursor: object
    look: str
    note: str
    typing: bool
    mouse: bool
    alone: bool
    over: bool

    @classmethod
    def of(cls, app: Console) -> Seen:
        front: Any = app.front
        focused: Any = front.focused
        boards = list(front.query(Board))
        return cls(
            tuple(type(screen).__name__ for screen in app.screen_stack),
            focused.id if focused is not None else "",
            getattr(focused, "cursor", None),
            str([list(strip) for strip in app.screen._compositor.render_strips()]) if app.is_running else "",
            front._note[0],
            isinstance(focused, Pane) and bool(focused.typing),
            app.mouse.held,
            any(board.alone for board in boards),
            app.return_code is not None,
        )


Change = Callable[[Seen, Seen], bool]


def opens(*names: str) -> Change:
    """One of these screens is on top."""
    return lambda before, now: now.screens != before.screens and now.screens[-1] in names


def says(*words: str) -> Change:
    """A note with one of these words."""
    return lambda before, now: any(each in now.note for each in words)


def looks(*words: str) -> Change:
    """One of these words is on the screen that was not there before, or is there no more."""
    return lambda before, now: any((each in now.look) is not (each in before.look) for each in words)


def either(*changes: Change) -> Change:
    return lambda before, now: any(change(before, now) for change in changes)


other_look: Change = lambda before, now: now.look != before.look  # noqa: E731
other_row: Change = lambda before, now: now.cursor != before.cursor or now.look != before.look  # noqa: E731
other_pane: Change = lambda before, now: now.has_keys != before.has_keys  # noqa: E731
gone: Change = lambda before, now: len(now.screens) < len(before.screens)  # noqa: E731

CHANGES: dict[str, Change] = {
    "history": opens("PastRunsScreen"),
    "matrix": opens("MatrixScreen"),
    "share": opens("Choose", "ShareScreen"),
    "actions": opens("ActionsScreen"),
    "command_log": opens("CommandLog"),
    "again": other_look,
    "begin": opens("RunScreen"),
    "close": gone,
    "copy": says("copied", "copy", "clipboard"),
    "filter": lambda before, now: now.typing,
    "follow": looks("paused", "following"),
    "grow": lambda before, now: now.alone is not before.alone,
    "interrupt": lambda before, now: now.over,
    "keep": either(opens("Ask", "Tell"), says("written", "kept", "saved")),
    "keys": opens("HelpScreen"),
    "lately": opens("LeafScreen"),
    "leave": lambda before, now: now.over,
    "library": opens("LibraryScreen"),
    "links": opens("Choose"),
    "logs": either(opens("LogScreen"), says("no log")),
    "mark": looks("*"),
    "messages": opens("Ask", "LeafScreen", "Tell"),
    "mouse": lambda before, now: now.mouse is not before.mouse,
    "move": other_row,
    "next": other_pane,
    "older": says("reading the last"),
    "open": lambda before, now: now.screens != before.screens or now.note != before.note,
    "page": other_row,
    "palette": opens("PaletteScreen"),
    "pane": other_pane,
    "save": opens("Ask"),
    "shrink": lambda before, now: now.alone is not before.alone,
    "scroll_by": other_look,
    "scroll_page": other_look,
    "search": opens("Ask"),
    "shift": other_look,
    "sort": looks("↓", "↑"),
    "spell": other_look,
    "take_up": opens("RunScreen"),
    "theme": opens("ThemeScreen"),
    "times": other_look,
    "turn": other_pane,
    "type": looks("/", "&", "@", "time"),
    "wrap": other_look,
}
"""What each action changes, as it can be told from the screen."""

MOVES = ("move", "page", "scroll_by", "scroll_page", "shift")
"""What can be done once its opposite has been done."""

EVERYWHERE = {"command_log", "history", "keys", "matrix", "mouse", "palette", "share", "theme"}
"""What is the console's own, not the screen's: walked once, in the overview."""

ELSEWHERE = {
    "suspend_process": "needs a terminal: test_terminal.py",
    "first": "the same as move, of logs: test_logs_screen.py",
    "last": "the same as move, of logs: test_logs_screen.py",
}


class WalkParts(LogParts, ActionParts):
    """With logs, actions and commands that were run, and an open run that can be taken up and asks for its end."""

    log = LOG
    past_runs = Recorded.past_runs

    def report_of(self, run_id: str) -> tuple[str, str]:
        return f"# The run {run_id}\n\nIt went well.\n", ""

    def run_state(self, run_id: str) -> RunState:
        return a_state(4)

    async def resume_run(self, run_id: str, operator: Any) -> ScriptedSession:
        return ScriptedSession(operator, a_state(4), [AskEnd()])


class Walk:
    """A console at one screen, to which it comes back after each key."""

    def __init__(self, app: Console, pilot: Pilot[Any], come: Callable[[Walk], Awaitable[None]]) -> None:
        self.app, self.pilot, self._come = app, pilot, come
        self.screen: Any = None

    async def arrive(self) -> None:
        """At the screen, whatever was done before."""
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
            await self.pilot.pause()
        self.app.workers.cancel_group(self.app, "run")
        self.app.desk = None
        overview = self.app.overview
        overview.maximised, overview.marks = False, type(overview.marks)()
        for pane in overview.panes:
            pane._sift = None
        if not self.app.mouse.held:
            self.app.action_mouse()
        overview.go_to(overview.pane("findings"))
        overview.draw()
        await self._come(self)
        self.screen = self.app.front
        await self.pilot.pause()
        self._to_the_middle()

    def _to_the_middle(self) -> None:
        """Where keys that move can go both ways."""
        focused = self.screen.focused
        if isinstance(focused, Pane) and len(focused.rows) > 2:
            focused.select(focused.rows[len(focused.rows) // 2].key)
        self.screen._note = ("", 0.0)
        self.screen.draw_footer()

    def keys(self) -> dict[str, Binding]:
        """Every key that does something now."""
        return {key: active.binding for key, active in self.screen.active_bindings.items() if active.enabled}

    async def press(self, key: str, binding: Binding) -> None:
        """Press it; what its action is for has changed."""
        action = binding.action.partition("(")[0].rpartition(".")[2]
        assert action in CHANGES, f"say in CHANGES what {action} ({binding.description}) changes"
        if "(-" in binding.action and action in MOVES:
            await self.app.run_action(binding.action.replace("(-", "("), self.screen.focused)
            await self.pilot.pause()
        if action == "pane" and self.screen.focused is self.screen.panes[int(key) - 1]:
            self.screen.action_next(1)
        before = Seen.of(self.app)
        await self.pilot.press(key)
        await wait_for(
            f"{key} ({action}: {binding.description}) to change what it says on {type(self.screen).__name__}",
            lambda: CHANGES[action](before, Seen.of(self.app)),
        )


async def stay(walk: Walk) -> None:
    """The overview, with the keys at a pane of several rows."""
    walk.app.overview.go_to(walk.app.overview.pane("memory"))


async def at_findings(walk: Walk) -> None:
    """The overview as it opens."""


async def maximised(walk: Walk) -> None:
    await stay(walk)
    walk.app.overview.action_grow()
    await walk.pilot.pause()


async def arrives(walk: Walk, kind: type[OpsScreen]) -> None:
    await wait_for(kind.__name__, lambda: isinstance(walk.app.screen, kind))
    await walk.pilot.pause()


def by(kind: type[OpsScreen], *keys: str, pane: str = "", row: str = "") -> Callable[[Walk], Awaitable[None]]:
    """Come to a screen by keys of the overview."""

    async def come(walk: Walk) -> None:
        if pane:
            walk.app.overview.go_to(walk.app.overview.pane(pane))
            walk.app.overview.pane(pane).select(row)
        for key in keys:
            await walk.pilot.press(key)
            await walk.pilot.pause()
        await arrives(walk, kind)

    return come


async def reading(walk: Walk) -> None:
    walk.app.push_screen(ReadScreen(a_runbook()))
    await arrives(walk, ReadScreen)


async def logs(walk: Walk) -> None:
    from opsconsole.tui.opening_logs import open_logs

    open_logs(walk.app, ["web"])
    await arrives(walk, LogScreen)
    screen: Any = walk.app.screen
    await wait_for("the lines", lambda: not screen.book.reading)
    await wait_for("them on the screen", lambda: "following" in painted(walk.app))
    await walk.pilot.press("pageup")


def _kind(name: str, of: str) -> type[OpsScreen]:
    found: type[OpsScreen] = getattr(importlib.import_module(f"opsconsole.tui.screens.{of}"), name)
    return found


WALKS: dict[str, tuple[tuple[int, int], Callable[[Walk], Awaitable[None]]]] = {
    "overview": (WIDE, stay),
    "findings": (SMALL, at_findings),
    "maximised": (SMALL, maximised),
    "one pane": ((40, 12), stay),
    "actions": (SMALL, by(_kind("ActionsScreen", "actions"), "x", pane="memory", row="celery-worker")),
    "commands": (SMALL, by(_kind("CommandLog", "command_log"), "L")),
    "matrix": (SMALL, by(_kind("MatrixScreen", "matrix"), "M")),
    "runs": (SMALL, by(_kind("PastRunsScreen", "past_runs"), "H")),
    "report": (SMALL, by(_kind("ReportScreen", "past_runs"), "H", "G", "enter")),
    "library": (SMALL, by(_kind("LibraryScreen", "library"), "r")),
    "keys": (SMALL, by(_kind("HelpScreen", "help"), "question_mark")),
    "lately": (SMALL, by(LeafScreen, "w")),
    "service": (WIDE, by(_kind("ServiceScreen", "service"), "enter", pane="memory", row="celery-worker")),
    "queue": (WIDE, by(_kind("QueueScreen", "queue"), "enter", pane="queues", row="celery\nai")),
    "reading": (SMALL, reading),
    "logs": (WIDE, logs),
}
WALKED = {
    "Overview", "LibraryScreen", "HelpScreen", "LeafScreen", "ReadScreen", "LogScreen", "ServiceScreen", "QueueScreen",
    "MatrixScreen", "PastRunsScreen", "ReportScreen", "ActionsScreen", "CommandLog", "RunScreen",
}  # fmt: skip
"""The screens that these are, and the run, whose keys are walked in `test_keys.py`."""


@asynccontextmanager
async def walking(folder: Path, name: str) -> AsyncIterator[Walk]:
    size, come = WALKS[name]
    lines = [at(60 - number / 10, f"INFO line {number} {'long ' * 60}") for number in range(300)]
    parts = WalkParts(folder, {"web": lines})
    parts.stack = replace(parts.stack, matrix=MATRIX, invariants=INVARIANTS)
    parts.snapshot = replace(parts.snapshot, stack=parts.stack)
    parts.library.books = [a_runbook(), a_runbook()]
    parts.changed = Lately((), NOW - 3600)
    parts.open_runs = [
        SimpleNamespace(
            id="20260107-1", title="Worker runs the wrong process", user="anna", started=NOW - 600, ended=None,
            step="recreate", running=True, fault="",
        )
    ]  # fmt: skip
    app = console(parts)
    app.runs_here["a run"] = None
    async with app.run_test(size=size) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await wait_for("the open run", lambda: app.overview.runs)
        walk = Walk(app, pilot, come)
        await walk.arrive()
        yield walk


@pytest.mark.parametrize("name", WALKS)
async def test_every_key_changes_what_it_says(tmp_path: Path, name: str) -> None:
    async with walking(tmp_path, name) as walk:
        leaving = []
        pressed: set[str] = set()
        everywhere = {action for action in EVERYWHERE if name != "overview"}
        for key, binding in walk.keys().items():
            if binding.action in pressed | everywhere or binding.action in ELSEWHERE:
                continue
            pressed.add(binding.action)
            if binding.action.rpartition(".")[2] in ("leave", "interrupt"):
                leaving.append((key, binding))
                continue
            await walk.press(key, binding)
            await walk.arrive()
        for key, binding in leaving[:1]:
            await walk.press(key, binding)


@pytest.mark.parametrize("name", WALKS)
async def test_every_key_that_works_is_shown(tmp_path: Path, name: str) -> None:
    async with walking(tmp_path, name) as walk:
        bindings = list(walk.keys().values())
        named = [each for each in bindings if not each.action.startswith("pane(")]
        assert all(each.description for each in named), "a key that works and is nowhere shown"
        listed = " ".join(does for _, entries in walk.screen.key_groups() for _, does in entries)
        said = [walk.screen.words_for(each)[0] for each in named]
        assert [does for does in said if does not in listed] == []
        if walk.app.size.width >= WIDE[0]:
            foot = painted(walk.app).splitlines()[-1]
            for each in named:
                does, key = walk.screen.words_for(each)
                assert not each.show or f"{key} {does}" in foot, "room for it in the footer"


def test_every_screen_is_walked() -> None:
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"opsconsole.tui.screens.{module.name}")
    general = {"OpsScreen", "ListScreen", "BoardScreen", "CloseUp", "RunPages"}
    found = {kind.__name__ for kind in _heirs(OpsScreen) if kind.__module__.startswith("opsconsole.")}
    assert found - general - WALKED == set(), "a screen without a line in WALKS"


def _heirs(kind: type[Any]) -> set[type[Any]]:
    return {kind} | {each for heir in kind.__subclasses__() for each in _heirs(heir)}
