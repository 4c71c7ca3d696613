"""Times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from opsconsole.logs.moments import clock, parse_moment, stamp

NOW = datetime(2026, 1, 7, 14, 2, 11, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("-10m", datetime(2026, 1, 7, 13, 52, 11, tzinfo=UTC)),
        ("1h30m", datetime(2026, 1, 7, 12, 32, 11, tzinfo=UTC)),
        ("@ 03:12", datetime(2026, 1, 7, 3, 12, tzinfo=UTC)),
        ("23:50", datetime(2026, 1, 6, 23, 50, tzinfo=UTC)),
        ("14:02:10", datetime(2026, 1, 7, 14, 2, 10, tzinfo=UTC)),
        ("2026-01-05 23:50", datetime(2026, 1, 5, 23, 50, tzinfo=UTC)),
        ("2026-01-05T23:50:10Z", datetime(2026, 1, 5, 23, 50, 10, tzinfo=UTC)),
        ("now", datetime(2026, 1, 7, 14, 2, 11, tzinfo=UTC)),
    ],
)
def test_a_moment(said: str, at: datetime) -> None:
    assert parse_moment(said, NOW) == at.timestamp()


def test_a_clock_is_that_of_the_zone_it_is_shown_in() -> None:
    zone = timezone(timedelta(hours=2))
    assert parse_moment("03:12", NOW, zone) == datetime(2026, 1, 7, 1, 12, tzinfo=UTC).timestamp()
    assert parse_moment("03:12Z", NOW, zone) == datetime(2026, 1, 7, 3, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("said", ["", "tomorrow", "25:00", "3", "2026-13-01 00:00", "99999999999999w"])
def test_what_is_no_moment_is_said_in_one_line(said: str) -> None:
    with pytest.raises(ValueError, match=r"no (time|such time)"):
        parse_moment(said, NOW)


def test_times_are_written_as_they_are_read() -> None:
    assert clock(NOW + 0.25) == "14:02:11.250"
    assert clock(NOW, fine=False) == "14:02:11"
    assert stamp(NOW + 0.25) == "2026-01-07 14:02:11.250Z"
