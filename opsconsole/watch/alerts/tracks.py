"""What counts of one check after one more look: `for` bad looks in a row, so many good ones; no data apart. Pure."""

from __future__ import annotations

from dataclasses import replace

from opsconsole.model.check import Standing
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts.state import Track


def looked(track: Track, standing: Standing, recover: int, apart: float = 0.0) -> Track:
    """The track after the look that `standing` is of; the same look again changes nothing.

    Looks that see the same within `apart` seconds are one: who is told of each event looks often in a moment.

    `for` rounds are counted here and not taken from the standing: one process may only see one of them. A look without
    data neither goes on with a streak nor ends it. What is blocked is not judged, so nothing is learnt of it.
    """
    if standing.blocked_by is not None or standing.at == track.at or _is_more_of_the_same(track, standing, apart):
        return track
    track = replace(track, at=standing.at)
    level, rounds = standing.verdict.level, standing.check.rounds
    if level is Level.UNKNOWN:
        return track if standing.check.optional else _unseen(track, rounds)
    track = replace(track, unseen=0, eased=track.eased + 1 if level < track.level else 0)
    return _good(track, recover) if level is Level.OK else _bad(track, level, rounds, recover)


def _is_more_of_the_same(track: Track, standing: Standing, apart: float) -> bool:
    if not 0 <= standing.at - track.at < apart:
        return False
    match standing.verdict.level:
        case Level.OK:
            return track.good > 0
        case Level.UNKNOWN:
            return track.unseen > 0
        case level:
            return track.bad > 0 and level <= track.level


def _unseen(track: Track, rounds: int) -> Track:
    track = replace(track, unseen=track.unseen + 1, unseen_at=track.unseen_at if track.unseen else track.at)
    if track.level is Level.UNKNOWN or track.unseen < rounds:
        return track
    return _moved(track, Level.UNKNOWN, track.unseen_at)


def _good(track: Track, recover: int) -> Track:
    track = replace(track, bad=0, good=track.good + 1, good_at=track.good_at if track.good else track.at)
    if track.level is Level.OK or track.good < recover:
        return track
    return _moved(track, Level.OK, max(track.good_at, track.since))


def _bad(track: Track, level: Level, rounds: int, recover: int) -> Track:
    track = replace(track, good=0, bad=track.bad + 1, bad_at=track.bad_at if track.bad else track.at)
    if track.bad < rounds or level is track.level:
        return track
    if track.level in (Level.OK, Level.UNKNOWN):
        return _moved(track, level, track.bad_at)
    if level > track.level or track.eased >= recover:
        return _moved(track, level, track.at)
    return track


def _moved(track: Track, level: Level, since: float) -> Track:
    """Another level counts from now on, and has been so since then."""
    if level is Level.OK:
        began = track.began  # until it is told that this is over
    else:
        began = since if track.began is None or track.told is Level.OK else track.began
    return replace(track, level=level, since=since, began=began, eased=0, changes=(*track.changes[-99:], track.at))
