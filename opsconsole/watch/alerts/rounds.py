"""One round: where everything stands, who lives, and what is therefore to be told. Pure: state in, state out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from opsconsole.checks.restarts import Life
from opsconsole.model.alerts import AlertSettings, Item, News
from opsconsole.model.check import Check, Standing
from opsconsole.model.verdict import Level, Verdict
from opsconsole.watch.alerts.lives import Event, happened
from opsconsole.watch.alerts.quiet import hushed
from opsconsole.watch.alerts.state import Restless, Silence, State, Track
from opsconsole.watch.alerts.tracks import looked

BOX = "box"
"""What the news of a boot is about."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one round saw. `at` is now (epoch seconds), `boot` the kernel's name for the box's life since `booted`.

    `checks` are all of the stack; those without a standing were not looked at yet.
    """

    at: float
    checks: Mapping[str, Check]
    standings: Mapping[str, Standing]
    lives: Mapping[str, Life] = field(default_factory=dict)
    boot: str = ""
    booted: float = 0.0
    silences: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """What came of it. `held`: something is not told yet, because what it needs has to be looked at first."""

    state: State
    items: tuple[Item, ...] = ()
    held: bool = False


def advance(
    state: State, look: Look, settings: AlertSettings, *,
    patience: float = 0.0, apart: float = 0.0, grace: float = 0.0,
) -> Round:  # fmt: skip
    """The state after one more look, and what is new in it, the worst first.

    Where checks are not all looked at in the same moment, a bad one waits up to `patience` seconds for those that it
    needs: it may be only their consequence. Looks that see the same within `apart` seconds are one. For `grace` seconds
    after a boot nothing is told, whatever is seen.
    """
    teller = _Teller(state, look, settings, patience, look.at < look.booted + grace)
    tracks = {}
    for name, track in state.tracks.items():
        if name in look.checks:
            tracks[name] = track
        else:
            teller.no_longer_watched(name, track)
    for name, standing in look.standings.items():
        tracks[name] = looked(tracks.get(name, Track()), standing, settings.recover, apart)
    tracks = teller.reminded({name: teller.told(name, track) for name, track in tracks.items()})
    restless = teller.events(state.lives, look.lives)
    items = tuple(sorted(teller.items, key=lambda item: (-item.level, item.since, item.check)))
    after = replace(
        state,
        count=teller.count,
        ran_at=look.at,
        boot=look.boot or state.boot,
        tracks=tracks,
        lives=dict(look.lives),
        restless=restless,
    )
    return Round(after, items, teller.held)


def news_of(was: Level, now: Level) -> News:
    """What it is called that people were told of `was` and it is `now`, which is something else."""
    if now is Level.OK:
        return News.RECOVERED
    if now is Level.UNKNOWN:
        return News.NO_DATA
    if was is Level.OK:
        return News.BEGAN
    return News.WORSE if now > was else News.BETTER


def consequences(name: str, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """The checks that cannot be judged because of `name`, be it by way of others."""

    def leads_there(check: str) -> bool:
        seen = set()
        while (standing := standings.get(check)) and standing.blocked_by and check not in seen:
            seen.add(check)
            check = standing.blocked_by
            if check == name:
                return True
        return False

    return tuple(check for check in standings if check != name and leads_there(check))


class _Teller:
    """Gathers the items of one round."""

    def __init__(self, state: State, look: Look, settings: AlertSettings, patience: float, hush: bool) -> None:
        self.items: list[Item] = []
        self.count = state.count
        self.held = False
        self._state = state
        self._look = look
        self._settings = settings
        self._patience = patience
        self._hush = hush

    def told(self, name: str, track: Track) -> Track:
        """The track of a check after people were told what is new of it, if that may be told now."""
        look, (most, within) = self._look, self._settings.flapping
        standing = look.standings.get(name)
        if self._hushed(name) or standing is None or standing.blocked_by:
            return track
        changes = tuple(at for at in track.changes if look.at - at < within)
        track = replace(track, changes=changes)
        if track.flapping:
            return track if len(changes) > most // 2 else self._steady(name, track, standing)
        if track.level is track.told:
            return track
        if self._waits(track, standing):
            self.held = True
            return track
        if len(changes) >= most:
            return self._tell(name, replace(track, flapping=True), standing, News.FLAPPING)
        return self._tell(name, track, standing, news_of(track.told, track.level))

    def _steady(self, name: str, track: Track, standing: Standing) -> Track:
        """It was told that it flaps; now that it no longer does, how it stands is told whatever that is."""
        ways = {Level.OK: News.RECOVERED, Level.UNKNOWN: News.NO_DATA}
        news = ways.get(track.level, News.BEGAN)
        return self._tell(name, replace(track, flapping=False), standing, news, "steady again: ")

    def reminded(self, tracks: dict[str, Track]) -> dict[str, Track]:
        """All that has been bad for long, told again. When one is due, so are those that nearly are: one message."""
        every = self._settings.remind
        due = {name for name, track in tracks.items() if self._to_remind(name, track)}
        if every is None or not any(self._look.at - tracks[name].told_at >= every for name in due):
            return tracks
        for name in due:
            if self._look.at - tracks[name].told_at >= every / 2:
                standing = self._look.standings[name]
                tracks = {**tracks, name: self._tell(name, tracks[name], standing, News.REMINDER)}
        return tracks

    def no_longer_watched(self, name: str, track: Track) -> None:
        """A check that is in the stack file no more: what was told of it must not stay open for ever."""
        if track.told is not Level.OK:
            verdict = Verdict(Level.OK, "it is no longer in the stack file")
            self._add(News.RECOVERED, name, verdict, self._look.at, was=track.told, began=track.began)

    def events(self, before: Mapping[str, Life], after: Mapping[str, Life]) -> dict[str, Restless]:
        """What happened to services, told; after a boot of the box that everything was started goes without saying."""
        look, state = self._look, self._state
        restless = {name: told for name, told in state.restless.items() if name in after}
        if state.boot and look.boot and look.boot != state.boot:
            if not self._hush and not hushed(BOX, look.at, self._settings.maintenance, look.silences):
                verdict = Verdict(Level.DEGRADED, "this box was started again")
                self._add(News.HAPPENED, BOX, verdict, look.booted)
            return restless
        for name, now in after.items():
            if name in before and now != before[name]:
                found = list(happened(name, before[name], now, look.at))
                if found and not self._hushed(name):
                    restless[name] = self._happened(name, found, restless.get(name, Restless()))
        return restless

    def _happened(self, name: str, events: Iterable[Event], before: Restless) -> Restless:
        most, within = self._settings.flapping
        times = tuple(at for at in before.times if self._look.at - at < within)
        restless = Restless(times, before.flapping and len(times) > most // 2)
        for event in events:
            restless = self._event(name, event, restless, most)
        return restless

    def _event(self, name: str, event: Event, restless: Restless, most: int) -> Restless:
        restless = replace(restless, times=(*restless.times, self._look.at))
        if restless.flapping:
            return restless
        if len(restless.times) >= most:
            often = f"{event.what}; the {len(restless.times)}th such news in short time"
            self._add(News.FLAPPING, name, Verdict(max(event.level, Level.DEGRADED), often), event.at)
            return replace(restless, flapping=True)
        self._add(News.HAPPENED, name, Verdict(event.level, event.what, event.measured), event.at)
        return restless

    def _hushed(self, name: str) -> bool:
        return self._hush or hushed(name, self._look.at, self._settings.maintenance, self._look.silences)

    def _to_remind(self, name: str, track: Track) -> bool:
        standing = self._look.standings.get(name)
        steady = track.told is not Level.OK and track.told is track.level and not track.flapping
        return steady and standing is not None and not standing.blocked_by and not self._hushed(name)

    def _waits(self, track: Track, standing: Standing) -> bool:
        """Whether a check that has just failed needs one that was not looked at since: that may be the cause."""
        since = track.unseen_at if track.level is Level.UNKNOWN else track.bad_at
        if track.told is not Level.OK or self._look.at - since >= self._patience:
            return False
        others = (self._look.standings.get(needed) for needed in standing.check.needs)
        return any(other is None or other.at < since for other in others)

    def _tell(self, name: str, track: Track, standing: Standing, news: News, before: str = "") -> Track:
        verdict, level = standing.verdict, track.level
        bad = level is not Level.OK
        words = replace(verdict, level=level, reason=before + verdict.reason)
        check = standing.check
        self._add(news, name, words, track.since, was=track.told, began=None if bad else track.began, check=check)
        return replace(track, told=level, told_at=self._look.at, began=track.began if bad else None)

    def _add(
        self, news: News, name: str, verdict: Verdict, since: float, *,
        was: Level = Level.OK, began: float | None = None, check: Check | None = None,
    ) -> None:  # fmt: skip
        self.count += 1
        item = Item(
            id=f"{self._state.mark}-{self.count}",
            news=news,
            check=name,
            service=name.partition(".")[0],
            level=verdict.level,
            reason=verdict.reason,
            since=since,
            at=self._look.at,
            was=was,
            measured=verdict.measured,
            expected=verdict.expected,
            began=began,
            runbook=check.runbooks[0] if check and check.runbooks else "",
            consequences=consequences(name, self._look.standings) if verdict.level > Level.OK else (),
        )
        self.items.append(item)


def turn_of(state: State, checks: Iterable[Check], now: float) -> list[str]:
    """The checks to look at in a round of its own process: a smoke test once an hour is not run every five minutes.

    All but those with an `every` that has not passed yet; a tenth of it is given away, so that no timer's jitter makes
    it skip a round.
    """
    return [
        check.name
        for check in checks
        if check.every is None
        or (track := state.tracks.get(check.name)) is None
        or not 0 <= now - track.at < 0.9 * check.every
    ]


def counted(state: State, checks: Iterable[Check], standings: Mapping[str, Standing]) -> Iterator[Standing]:
    """The standings of all checks as they count after damping; of those not looked at, as they were left."""
    for check in checks:
        name = check.name
        standing, track = standings.get(name), state.tracks.get(name)
        if standing is None:
            if track is not None:
                verdict = Verdict(track.level, "not looked at in this round")
                yield Standing(check, verdict, track.level, track.since, track.at, track.bad)
            continue
        if track is None or standing.blocked_by:
            yield standing
        else:
            yield replace(standing, level=track.level, since=track.since, streak=track.bad)
