"""Quantities: what people write is understood, and what is shown can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.units import count, duration, parse_duration, parse_size, size


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [
        ("700M", 700 << 20),
        ("1.5G", 1536 << 20),
        ("512 MiB", 512 << 20),
        ("4096", 4096),
        ("2kb", 2048),
        ("0", 0),
        ("1T", 1 << 40),
    ],
)
def test_sizes_as_people_write_them(written, bytes_):
    assert parse_size(written) == bytes_


@pytest.mark.parametrize("written", ["", "M", "-5M", "five", "1.5.2G", "10 m b", "5X"])
def test_what_is_no_size_says_so_with_an_example(written):
    with pytest.raises(ValueError, match="700M"):
        parse_size(written)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5m", 300), ("1h30m", 5400), ("250ms", 0.25), ("2 d", 172800), ("1w", 604800), ("1.5s", 1.5)],
)
def test_durations_as_people_write_them(written, seconds):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "5", "5 parsecs", "m5", "-3s", "5m later"])
def test_what_is_no_duration_says_so_with_an_example(written):
    with pytest.raises(ValueError, match="5m"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("bytes_", "shown"),
    [
        (0, "0 B"),
        (1023, "1 K"),
        (312 << 20, "312 M"),
        (1536 << 20, "1.5 G"),
        (2 << 30, "2 G"),
        (1, "1 B"),
        (10 << 20, "10 M"),
    ],
)
def test_sizes_are_shown_in_at_most_three_figures(bytes_, shown):
    assert size(bytes_) == shown


@given(st.integers(0, 1 << 49))
def test_a_shown_size_reads_back_to_nearly_the_same(bytes_):
    assert parse_size(size(bytes_)) == pytest.approx(bytes_, rel=0.06, abs=0.5)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.014, "14 ms"),
        (0.0004, "0.4 ms"),
        (2, "2 s"),
        (242, "4 m 02 s"),
        (300, "5 m"),
        (7800, "2 h 10 m"),
        (6 * 86400, "6 d"),
        (59.7, "1 m"),
        (0, "0 ms"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations_are_shown_in_the_two_units_that_matter(seconds, shown):
    assert duration(seconds) == shown


@given(st.floats(0, 10 * 86400))
def test_a_shown_duration_reads_back_to_nearly_the_same(seconds):
    assert parse_duration(duration(seconds)) == pytest.approx(seconds, rel=0.26, abs=0.5)


def test_thousands_have_a_gap():
    assert count(1204) == "1 204"
    assert count(999) == "999"
