"""Logs: as they come or paused, searched, narrowed, by time; one service or several merged."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.logs.book import Book
from opsconsole.logs.lines import Source, Wanted
from opsconsole.logs.saving import written
from opsconsole.model.units import count
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.log_places import FIRST, Places
from opsconsole.tui.logpane import LogPane
from opsconsole.tui.presentation.arrangement import mode
from opsconsole.tui.presentation.logs import NARROW, Course, Look, course, day_of, said
from opsconsole.tui.presentation.spans import Line, Span, fit
from opsconsole.tui.screens.base import OpsScreen
from opsconsole.tui.seeking import Bar, Seeking

if TYPE_CHECKING:
    from opsconsole.logs.readers import Readers
    from opsconsole.tui.clipboard import Excerpt

_REDRAWN = 0.1
"""Seconds between two drawings while lines come: nobody reads faster."""

_RUSHING = 0.5
"""The same where more comes than a screenful: it would be painted whole each time, and the line may be slow."""

_BEGIN = {"slash": "search", "ampersand": "filter", "at": "jump"}
"""Keys that begin a line to be typed."""

_MOST_SAID = 2
"""Sources that may say why nothing comes, at once."""


class LogScreen(OpsScreen):
    """The logs of some sources. They are read while the screen is open; looking changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", key_display="esc", id="keep-1.cancel"),
        Binding("ctrl+r", "regex", "expression or words", key_display="^R", id="keep-2.regex"),
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
        Binding("slash", "type('search')", "search", id="keep-2.search"),
        Binding("n", "again(1)", "next match", id="keep-3.again"),
        Binding("N", "again(-1)", "match before", show=False),
        Binding("ampersand", "type('filter')", "only what holds", key_display="&", id="keep-3.filter"),
        Binding("f", "follow", "follow or pause", id="keep-2.follow"),
        Binding("at", "type('jump')", "to a time", key_display="@", id="keep-4.jump"),
        Binding("o", "older", "older lines", id="keep-5.older"),
        Binding("w", "wrap", "wrap", id="keep-6.wrap"),
        Binding("t", "times", "times", id="keep-6.times"),
        Binding("s", "save", "save", id="keep-7.save"),
        Binding("y", "copy", "copy", id="keep-7.copy"),
    ]
    CSS = """
    LogScreen #course { height: 1; }
    LogScreen #bar { height: 1; display: none; }
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        super().__init__()
        self._sources = sources
        self._readers: Readers | None = None
        self.crumb = f"logs of {', '.join(source.name for source in sources)}"
        self._course = Canvas(id="course")
        self.bar = Bar()
        self.pane = LogPane(self._new_book(FIRST), Look(80, [source.name for source in sources], 0.0))
        self.pane.take_key = self._take_key
        self.seeking = Seeking(self.pane, self.note)
        self.places = Places(self.pane, self._new_book, self._in_background, self.note)
        self._seen = -1
        self._drawn_to = 0
        self._drawn_at = 0.0

    def _new_book(self, wanted: Wanted) -> Book:
        def read(source: Source, wanted: Wanted, follow: bool):  # type: ignore[no-untyped-def]
            assert self._readers is not None
            return self._readers(source, wanted, follow)

        return Book(self._sources, read, wanted)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        self._seen = -1
        self.run_worker(work, group="reading logs", exit_on_error=False)

    @property
    def book(self) -> Book:
        """The lines."""
        return self.pane.book

    def compose(self) -> ComposeResult:
        """Where reading stands, the lines, what is typed, the footer."""
        yield Canvas(id="header")
        yield self._course
        yield self.pane
        yield self.bar
        yield Canvas(id="footer")

    # --- the course of the screen ---------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Reading begins, and ends with the screen."""
        self.pane.add_class("fills")
        self.pane.focus()
        parts = self.console.parts
        assert parts is not None
        self._readers = parts.log_readers(self._sources)
        self.book.open()
        self.set_interval(_REDRAWN, self._look)

    async def on_unmount(self) -> None:
        """No reader outlives it."""
        await self.book.close()
        if self._readers is not None:
            await self._readers.close()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the size there is."""
        if self._seen < 0 and event.size.width < NARROW:  # there is room for one thing, and that is the words
            self.pane.look = replace(self.pane.look, times=False)
        self.pane.frame = "rule" if mode(event.size.width, event.size.height) == "single" else "box"
        self.call_after_refresh(self.draw)

    def tick(self, now: float) -> None:
        """Only the clock moves, and what is old."""
        self.draw_header()
        self.pane.look = replace(self.pane.look, now=now)
        self._draw_course()

    def on_screen_resume(self) -> None:
        """Draw what came meanwhile."""
        self.call_after_refresh(self.draw)

    def _look(self) -> None:
        """Draw again where anything has changed."""
        if self.book.revision == self._seen or not self.is_current:
            return
        new, now = self.book.ring.end - self._drawn_to, time.monotonic()
        if self.pane.following and new > self.pane.inner_height and now - self._drawn_at < _RUSHING:
            return
        self._seen, self._drawn_to, self._drawn_at = self.book.revision, self.book.ring.end, now
        self.places.come_back()
        self.seeking.go_on()
        self.draw()

    def draw(self) -> None:
        """Draw what is in sight."""
        self.pane.look = replace(self.pane.look, now=self.console.now())
        self.pane.draw()
        self._draw_course()
        self.draw_header()
        self.draw_footer()

    def _draw_course(self) -> None:
        """How reading goes, and why nothing comes."""
        search = self.book.search
        behind = None
        if search is not None and search.behind and len(self.book.ring):
            behind = 100 * search.looked // len(self.book.ring)
        doing = course(
            Course(
                len(self.book.ring),
                self.book.ring.first,
                len(self.book.filter) if self.book.filter is not None else None,
                self.pane.below,
                self.pane.following,
                self.book.reading,
                self.book.stopped,
                behind,
                day_of(self.book.ring, self.pane.top, self.pane.look),
            )
        )
        lines: list[Line] = [fit((Span(" "), *doing), self.size.width)]
        waiting = [one for one in self.book.standings if one.said]
        lines += [said(one.source.name, one.said) for one in waiting[:_MOST_SAID]]
        if self._course.styles.height is None or self._course.styles.height.value != len(lines):
            self._course.styles.height = len(lines)
        self._course.show(lines)

    def on_log_pane_moved(self) -> None:
        """Whether it follows has changed, or what lies below."""
        self._draw_course()
        self.draw_footer()

    # --- keys --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are text where text is typed; what makes no sense now is not offered."""
        if action in ("cancel", "regex"):
            return bool(self.bar.what) and (action == "cancel" or self.bar.what != "jump")
        if action == "again":
            return not self.bar.what and self.book.search is not None
        if action == "older":
            return not self.bar.what and not self.book.whole and not self.book.reading
        return not self.bar.what

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()

    def action_type(self, what: str) -> None:
        """Open the line in which words to be sought, words of a filter or a time are typed."""
        self.bar.open(what, self.seeking.typed(what), regex=self.seeking.regex)
        self.seeking.begin()
        self.draw_footer()

    def _take_key(self, key: str, character: str | None) -> bool:
        """A key while something is typed, or one that begins it; whether it was one of these."""
        if not self.bar.what:
            if key in _BEGIN:
                self.action_type(_BEGIN[key])
            return key in _BEGIN
        if key == "enter":
            self._keep()
        elif key == "escape":
            self.action_cancel()
        elif key == "ctrl+r":
            self.action_regex()
        elif self.bar.line.press(key, character):
            self._typed()
        return key not in ("ctrl+c", "ctrl+z")

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is typed."""
        if self.bar.what:
            self.bar.line.paste(event.text)
            self._typed()

    def _typed(self) -> None:
        """Searching and narrowing go along with what is typed."""
        self.bar.draw()
        if self.bar.what in ("search", "filter"):
            self.seeking.take(self.bar.what, self.bar.line.words)
            self.draw()

    def _keep(self) -> None:
        """Enter keeps it; a time is gone to."""
        what, words = self.bar.what, self.bar.line.words
        self._end_typing()
        if what == "jump" and words.strip():
            self.places.jump(words, self.console.now())

    def action_cancel(self) -> None:
        """As it was before one began to type."""
        if self.bar.what in ("search", "filter"):
            self.seeking.put_back()
        self._end_typing()

    def _end_typing(self) -> None:
        self.bar.shut()
        self.draw()

    def action_regex(self) -> None:
        """What is typed is an expression, or is words."""
        self.seeking.regex = not self.seeking.regex
        self.bar.open(self.bar.what, self.bar.line.words, regex=self.seeking.regex)
        self._typed()

    def action_again(self, by: int) -> None:
        """The next match, or the one before."""
        self.seeking.again(by)

    def action_follow(self) -> None:
        """Follow what comes, or stay; where reading had ended, the newest lines are read."""
        if self.book.stopped:
            self.places.newest()
        elif self.pane.following:
            self.pane.hold()
        else:
            self.pane.action_last()

    def action_wrap(self) -> None:
        """Long lines on several rows, or moved with the arrows."""
        self.pane.look = replace(self.pane.look, wrap=not self.pane.look.wrap, shift=0)
        self.draw()

    def action_times(self) -> None:
        """With the time of each line, or without."""
        self.pane.look = replace(self.pane.look, times=not self.pane.look.times)
        self.draw()

    # --- other lines ---------------------------------------------------------------------------------------

    def action_older(self) -> None:
        """Read older lines; the same ones stay in sight."""
        self.places.older()

    # --- taking lines away ---------------------------------------------------------------------------------

    def to_copy(self) -> Excerpt | None:
        """The match that a search stands at, with what belongs to it; else what is in sight."""
        from opsconsole.tui.clipboard import Excerpt

        numbers = self.seeking.record() or self.pane.in_sight()
        lines = written(self.book.ring, numbers, self.pane.look.names)
        return Excerpt(f"{count(len(lines))} line{'' if len(lines) == 1 else 's'}", "\n".join(lines)) if lines else None

    def action_save(self) -> None:
        """Save the lines that are shown, in sight or not, into a new file."""
        from opsconsole.tui.saving_logs import ask_and_save

        ask_and_save(self)
