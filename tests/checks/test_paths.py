"""Files, frozen sets, logs and source: what their readings amount to."""

import msgspec
import pytest

from opsconsole.checks import file, frozen, log, source
from opsconsole.checks.quantities import read
from opsconsole.model.paths import File, FileReading, FrozenReading, LogReading, SourceReading
from opsconsole.model.verdict import Level
from tests.checks.looks import NOW, judged

HOUR = 3600.0
OK, DEGRADED, DOWN, UNKNOWN = Level.OK, Level.DEGRADED, Level.DOWN, Level.UNKNOWN


def one(name="a.dump", size=5 << 20, hours=1.0, mode=0o640, owner="shop", group="shop", same=None):
    return File(f"/backup/{name}", size, NOW - hours * HOUR, mode, owner, group, "file", same)


def there(*files, count=None):
    return FileReading(files, len(files) if count is None else count)


def verdict_of(kind, module, expect, reading):
    found = judged(kind, msgspec.convert(expect, module.Expect, dec_hook=read), reading)
    return found.level, found.reason


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({}, there(one()), OK, "written 1 h ago, 5 M"),
        ({}, there(one("a", hours=2), one("b")), OK, "2 there; the newest, b, written 1 h ago, 5 M"),
        ({}, there(), DOWN, "not there"),
        ({"exists": False}, there(), OK, "not there, as expected"),
        ({"exists": False}, there(one()), DOWN, "1 there: a.dump"),
        ({"least": 0}, there(), OK, "none there"),
        ({"least": 3}, there(one(), one("b")), DOWN, "only 2 there, expected at least 3"),
        ({"most": 1}, there(one(), one("b")), DOWN, "2 there, expected at most 1"),
        ({"least": 7}, there(one(), count=14), OK, "14 there; the newest, a.dump, written 1 h ago, 5 M"),
        ({"age": {"degraded": "26h"}}, there(one(hours=26)), OK, "written 1 d 2 h ago, 5 M"),
        ({"age": {"degraded": "26h", "down": "3d"}}, there(one(hours=30)), DEGRADED,
         "a.dump was last written 1 d 6 h ago, over 1 d 2 h"),
        ({"age": {"degraded": "26h", "down": "3d"}}, there(one(hours=80)), DOWN,
         "a.dump was last written 3 d ago, over 3 d"),
        ({"age": {"least": "1h"}}, there(one(hours=0.5)), DOWN, "a.dump was written 30 m ago, less than 1 h"),
        ({"age": {"down": "1h"}}, there(one(hours=-1)), OK, "written 0 ms ago, 5 M"),
        ({"size": {"least": "1M"}}, there(one(size=0)), DOWN, "a.dump has only 0 B, less than 1 M"),
        ({"size": {"degraded": "1M", "down": "9M"}}, there(one()), DEGRADED, "a.dump has 5 M, over 1 M"),
        ({"mode": "0640", "owner": "shop", "group": "shop"}, there(one()), OK, "written 1 h ago, 5 M"),
        ({"mode": "0600"}, there(one()), DOWN, "a.dump has mode 0640, expected 0600"),
        ({"mode": "640"}, there(one()), OK, "written 1 h ago, 5 M"),
        ({"owner": "root", "group": "adm"}, there(one()), DOWN,
         "a.dump has owner shop, expected root; a.dump has group shop, expected adm"),
        ({"mode": "0600"}, there(*(one(name) for name in "abcde")), DOWN,
         "a has mode 0640, expected 0600; b has mode 0640, expected 0600; c has mode 0640, expected 0600; and 2 more"),
        ({}, there(one(same=True)), OK, "written 1 h ago, 5 M"),
        ({}, there(one(same=False)), DOWN, "a.dump has changed"),
        ({"age": {"degraded": "1m"}, "mode": "0600"}, there(one()), DOWN, "a.dump has mode 0640, expected 0600"),
    ],
)  # fmt: skip
def test_files_are_there_young_large_enough_and_whose_they_should_be(expect, reading, level, reason):
    assert verdict_of("file", file, expect, reading) == (level, reason)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"mode": "rw"}, "a mode like"),
        ({"mode": 640}, "a mode like"),
        ({"exists": False, "mode": "0640"}, "nothing else can be expected"),
        ({"age": {}}, "nothing is expected"),
        ({"age": {"degraded": "2d", "down": "1d"}}, "is over down"),
        ({"least": 3, "most": 1}, "is over most"),
    ],
)
def test_expectations_of_files_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, file.Expect, dec_hook=read)


@pytest.mark.parametrize(
    ("files", "reading", "level", "reason"),
    [
        ([], FrozenReading(("a", "b")), OK, "2 files as recorded"),
        (["a", "./b"], FrozenReading(("a", "b")), OK, "2 files as recorded"),
        (["a", "c"], FrozenReading(("a", "b")), DOWN, "not in the manifest: c"),
        ([], FrozenReading(("a", "b"), ("a",)), DOWN, "changed: a"),
        (["c"], FrozenReading(("a", "b"), ("a",), ("b",)), DOWN, "changed: a; missing: b; not in the manifest: c"),
        ([], FrozenReading(tuple("abcdefg"), tuple("abcdefg")), DOWN, "changed: a, b, c, d, e and 2 more"),
    ],
)
def test_frozen_files_are_as_they_were_recorded(files, reading, level, reason):
    assert verdict_of("frozen", frozen, {"files": files}, reading) == (level, reason)


def lines(*text, cut=False):
    return LogReading(text, cut)


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({"never": ["ERROR"]}, lines("INFO a", "INFO b"), OK, "nothing in 2 lines that must not be there"),
        ({"never": ["ERROR"]}, lines(), OK, "nothing in 0 lines that must not be there"),
        ({"never": ["ERROR"]}, lines("ERROR a", "x", "ERROR b"), DOWN, "ERROR 2 times: ERROR b"),
        ({"never": ["/Memory(Error)?/"]}, lines("MemoryError: x"), DOWN, "/Memory(Error)?/ once: MemoryError: x"),
        ({"never": ["E"], "degraded": 2}, lines("E", "E"), OK, "nothing in 2 lines that must not be there"),
        ({"never": ["E"], "degraded": 1, "down": 3}, lines("E", "E"), DEGRADED, "E 2 times, over 1: E"),
        ({"never": ["E"], "degraded": 1, "down": 3}, lines(*"EEEE"), DOWN, "E 4 times, over 3: E"),
        ({"never": ["E"], "down": 3}, lines(*"EEE"), OK, "nothing in 3 lines that must not be there"),
        ({"must": ["started"]}, lines("a", "started b"), OK, "all in 2 lines"),
        ({"must": ["started"]}, lines("a"), DOWN, "started is not in 1 line"),
        ({"must": ["started"]}, lines("a", cut=True), DOWN, "started is not in 1 line, which is all that was read"),
        ({"must": ["tick"], "least": 3}, lines("tick", "tick"), DOWN, "tick is only 2 times in 2 lines"),
        ({"must": ["a"], "never": ["b"]}, lines("b \x1b[2Jx"), DOWN, "b once: b x"),
    ],
)
def test_a_log_holds_what_it_must_and_not_what_it_must_not(expect, reading, level, reason):
    assert verdict_of("log", log, expect, reading) == (level, reason)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({}, "give must or never"),
        ({"never": ["/[/"]}, "no regular"),
        ({"never": ["a"], "degraded": 3, "down": 1}, "over"),
    ],
)
def test_expectations_of_logs_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, log.Expect, dec_hook=read)


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({}, SourceReading(12), OK, "nothing in 12 files"),
        ({}, SourceReading(12, (("a.py", 3, "datetime.now()"),)), DOWN, "a.py:3 datetime.now()"),
        ({"most": 1}, SourceReading(12, (("a.py", 3, "x"),)), OK, "1 in 12 files"),
        ({"most": 1}, SourceReading(1, (("a.py", 3, "x"), ("b.py", 4, "y"))), DOWN, "a.py:3 x, b.py:4 y"),
        ({}, SourceReading(9, tuple(("a.py", n, "x") for n in range(6))), DOWN,
         "a.py:0 x, a.py:1 x, a.py:2 x, a.py:3 x and 2 more"),
        ({}, SourceReading(9, (), (("b.py", "does not parse: x"),)), UNKNOWN, "b.py does not parse: x"),
        ({}, SourceReading(9, (("a.py", 3, "x"),), (("b.py", "does not parse"),)), DOWN, "a.py:3 x"),
    ],
)  # fmt: skip
def test_what_stands_in_source_is_named_by_file_and_line(expect, reading, level, reason):
    assert verdict_of("source", source, expect, reading) == (level, reason)
