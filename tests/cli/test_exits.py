"""How bad it is, as one number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsconsole.cli.exits import Exit, exit_of
from opsconsole.model.verdict import Level
from tests.cli.looks import standing

OK, UNKNOWN, DEGRADED, DOWN = Level.OK, Level.UNKNOWN, Level.DEGRADED, Level.DOWN


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([], Exit.OK),
        ([OK, OK], Exit.OK),
        ([OK, UNKNOWN], Exit.UNKNOWN),
        ([UNKNOWN, DEGRADED], Exit.DEGRADED),
        ([UNKNOWN, DEGRADED, DOWN], Exit.DOWN),
        ([UNKNOWN, DOWN], Exit.DOWN),
    ],
)
def test_the_worst_that_is_certain_decides(levels, code):
    assert exit_of(standing(f"c{n}", level) for n, level in enumerate(levels)) is code


def test_an_optional_check_may_be_unknown_but_not_bad():
    def optional(level):
        plain = standing("external.health", level)
        return replace(plain, check=replace(plain.check, optional=True))

    assert exit_of([optional(UNKNOWN)]) is Exit.OK
    assert exit_of([optional(UNKNOWN), standing("b", UNKNOWN)]) is Exit.UNKNOWN
    assert exit_of([optional(DOWN)]) is Exit.DOWN
