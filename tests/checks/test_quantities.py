"""Quantities of a stack file: with their unit, or not at all."""

import pytest

from opsconsole.checks.quantities import Duration, Rate, Size

M = 1 << 20


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (Size, "700M", 700 * M),
        (Size, "1.5 GiB", 1536 * M),
        (Size, "4096B", 4096),
        (Size, "0", 0),
        (Size, 0, 0),
        (Duration, "5m", 300),
        (Duration, "1h30m", 5400),
        (Duration, 0, 0),
        (Rate, "60M/min", M),
        (Rate, "1M / s", M),
        (Rate, "0", 0),
    ],
)
def test_as_people_write_them(kind, written, value):
    assert kind.read(written) == value


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        (Size, 800, 'write "800M"'),
        (Size, "800", 'write "800M"'),
        (Size, 1.5, 'write "1.5M"'),
        (Size, "lots", "'lots' is not a size like 700M"),
        (Size, True, "a size like 700M or 1.5G is wanted"),
        (Size, ["1G"], "a size like 700M or 1.5G is wanted"),
        (Duration, 5, 'write "5s"'),
        (Duration, "5", 'write "5s"'),
        (Duration, "5 parsecs", "'5 parsecs' is not a duration"),
        (Rate, "60M", "is not a rate like 10M/min"),
        (Rate, "x/min", "'x' is not a size"),
        (Rate, 5, 'write "5M/min"'),
    ],
)
def test_what_could_be_misread_is_refused_with_what_to_write(kind, written, words):
    with pytest.raises(ValueError, match=words):
        kind.read(written)
