"""Rows and migrations: what their readings amount to."""

import msgspec
import pytest

from opsconsole.checks import migrations, rows
from opsconsole.checks.quantities import read
from opsconsole.model.databases import MigrationsReading, RowsReading
from opsconsole.model.verdict import Level
from tests.checks.looks import judged

OK, DEGRADED, DOWN = Level.OK, Level.DEGRADED, Level.DOWN


def answer(*given, cut=False):
    return RowsReading(given, cut)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({"none": True}, answer(), OK, "no rows"),
        ({"none": True}, answer(("7", "3", None)), DOWN, "1 row: 7 | 3 | NULL"),
        ({"none": True}, answer(*(("a",),) * 5), DOWN, "5 rows: a; a; a; …"),
        ({"none": True}, answer(("a",), cut=True), DOWN, "over 1 row: a; …"),
        ({"rows": [["UTC"]]}, answer(("UTC",)), OK, "UTC"),
        ({"rows": [["UTC"]]}, answer(("Europe/Moscow",)), DOWN, "1 row: Europe/Moscow, expected UTC"),
        ({"rows": [["a", 1], ["b", 2]]}, answer(("a", "1"), ("b", "2")), OK, "a | 1; b | 2"),
        ({"rows": [["a", 1], ["b", 2]]}, answer(("b", "2"), ("a", "1")), DOWN,
         "2 rows: b | 2; a | 1, expected a | 1; b | 2"),
        ({"rows": [["a"]]}, answer(), DOWN, "no rows, expected a"),
        ({"rows": []}, answer(), OK, "no rows"),
        ({"rows": [["a"]]}, answer(("a", "b")), DOWN, "1 row: a | b, expected a"),
        ({"rows": [["a"]]}, answer((None,)), DOWN, "1 row: NULL, expected a"),
        ({"rows": [[1.5]]}, answer(("1.50",)), OK, "1.50"),
        ({"rows": [[True]]}, answer(("t",)), OK, "t"),
        ({"rows": [[True]]}, answer(("1",)), OK, "1"),
        ({"rows": [[False]]}, answer(("t",)), DOWN, "1 row: t, expected False"),
        ({"value": {"is": "UTC"}}, answer(("UTC",)), OK, "is UTC"),
        ({"value": {"is": "UTC"}}, answer(("GMT",)), DOWN, "is GMT, expected UTC"),
        ({"value": {"degraded": 10, "down": 100}}, answer(("10",)), OK, "is 10"),
        ({"value": {"degraded": 10, "down": 100}}, answer(("11",)), DEGRADED, "is 11, over 10"),
        ({"value": {"degraded": 10, "down": 100}}, answer(("100.5",)), DOWN, "is 100.5, over 100"),
        ({"value": {"least": 2}}, answer(("1",)), DOWN, "is 1, less than 2"),
        ({"value": {"least": 2}}, answer((None,)), DOWN, "is NULL, which is no number"),
        ({"value": {"down": 2}}, answer(("many",)), DOWN, "is many, which is no number"),
        ({"value": {"down": 2}}, answer(), DOWN, "one value is expected, and no rows came"),
        ({"value": {"down": 2}}, answer(("1", "2")), DOWN, "one value is expected, and 1 row of 2 came"),
    ],
)  # fmt: skip
def test_what_a_database_answers_is_nothing_these_rows_or_one_value(kind, expect, reading, level, reason):
    verdict = judged(kind, msgspec.convert(expect, rows.Expect, dec_hook=read), reading)
    assert (verdict.level, verdict.reason) == (level, reason)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({}, "exactly one of"),
        ({"none": True, "rows": []}, "exactly one of"),
        ({"value": {}}, "nothing is expected"),
        ({"value": {"degraded": 5, "down": 1}}, "is over down"),
    ],
)
def test_expectations_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, rows.Expect, dec_hook=read)


@pytest.mark.parametrize(
    ("newer", "reading", "level", "reason"),
    [
        (False, MigrationsReading(("1", "2", "3")), OK, "all applied, up to 2, 3"),
        (False, MigrationsReading(("1",), ("V2__a.sql",)), DOWN, "pending: V2__a.sql (applied: 1)"),
        (False, MigrationsReading((), ("a", "b")), DOWN, "pending: a, b (applied: nothing)"),
        (False, MigrationsReading(("1",), ("V3__b.sql",), ("2",)), DOWN, "failed: 2; pending: V3__b.sql (applied: 1)"),
        (False, MigrationsReading(("1", "9"), strange=("9",)), DEGRADED,
         "the database has 9, which no file here explains: is this code older?"),
        (True, MigrationsReading(("1", "9"), strange=("9",)), OK, "all applied, up to 1, 9"),
    ],
)  # fmt: skip
def test_what_failed_comes_before_what_waits_and_that_before_what_is_newer(newer, reading, level, reason):
    verdict = judged("migrations", migrations.Expect(newer=newer), reading)
    assert (verdict.level, verdict.reason) == (level, reason)
