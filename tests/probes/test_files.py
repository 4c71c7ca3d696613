"""Files, frozen sets and logs: real ones, and everything that can be in the way of looking at them."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import shutil
import subprocess
import threading
import time

import pytest

from opsconsole.model.paths import FileOf, FrozenOf, FrozenReading, LogOf, LogReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.probes import logfile, open_probe
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.file import Sums
from opsconsole.probes.logtimes import since, time_of
from tests.probes.looks import problem, seen
from tests.support.parts import lack
from tests.support.reachable import let_others_in


@pytest.fixture
def nobody(tmp_path):
    """Somebody without rights, for as long as the test lasts."""
    if os.geteuid() != 0:
        lack("root", "we are not root")
    let_others_in(tmp_path)
    os.seteuid(65534)
    yield
    os.seteuid(0)


def printed(*words, cwd=None):
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=True).stdout


async def test_a_file_is_what_stat_says(tmp_path):
    file = tmp_path / "api.log"
    file.write_bytes(b"x" * 1234)
    file.chmod(0o640)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    reading = await seen("file", FileOf(str(file)))
    told = printed("stat", "-c", "%s %Y %a %U %G", str(file)).split()
    (one,) = reading.files
    assert [str(one.size), str(int(one.modified_at)), f"{one.mode:o}", one.owner, one.group] == told
    assert (one.path, one.kind, one.same, reading.count) == (str(file), "file", None, 1)


async def test_a_pattern_finds_all_or_the_newest(tmp_path):
    for number, name in enumerate(("a.dump", "b.dump", "c.txt", "deep/d.dump")):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
        os.utime(file, (1_700_000_000 - number, 1_700_000_000 - number))
    names = lambda reading: [one.path.removeprefix(f"{tmp_path}/") for one in reading.files]  # noqa: E731
    assert names(await seen("file", FileOf(f"{tmp_path}/*.dump"))) == ["a.dump", "b.dump"]
    assert names(await seen("file", FileOf(f"{tmp_path}/**/*.dump"))) == ["a.dump", "b.dump", "deep/d.dump"]
    newest = await seen("file", FileOf(f"{tmp_path}/**/*.dump", newest=True))
    assert (names(newest), newest.count) == (["a.dump"], 3)


async def test_what_is_not_there_is_no_file_and_a_link_to_nowhere_neither(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for pattern in ("no", "link", "*.x", "no/such/*", "link*"):
        assert (await seen("file", FileOf(f"{tmp_path}/{pattern}"))).files == ()


async def test_a_folder_that_is_shut_is_no_permission_and_not_an_empty_one(tmp_path, nobody):
    os.seteuid(0)
    (tmp_path / "shut").mkdir(mode=0o700)
    os.seteuid(65534)
    for pattern in ("shut/a", "shut/*"):
        found = await problem("file", FileOf(f"{tmp_path}/{pattern}"))
        assert found.kind is ProblemKind.DENIED, (pattern, found)


async def test_content_is_compared_and_read_again_only_when_it_changed(tmp_path, monkeypatch):
    file = tmp_path / "f"
    file.write_text("one")
    wanted = hashlib.sha256(b"one").hexdigest()
    assert (await seen("file", FileOf(str(file), sha256=wanted))).files[0].same is True
    file.write_text("two")
    assert (await seen("file", FileOf(str(file), sha256=wanted))).files[0].same is False
    assert (await seen("file", FileOf(str(tmp_path), sha256=wanted))).files[0].same is False
    sums, asked = Sums(), []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: asked.append(1) or real(*given))
    assert sums.of(str(file)) == sums.of(str(file)) == hashlib.sha256(b"two").hexdigest()
    assert len(asked) == 1


async def test_a_frozen_set_is_compared_with_what_sha256sum_recorded(tmp_path):
    for name in ("a.py", "b c.py", "back\\slash"):
        (tmp_path / name).write_text(name)
    for more in ([], ["--tag"], ["--binary"]):
        manifest = tmp_path / "frozen"
        manifest.write_text(printed("sha256sum", *more, "a.py", "./b c.py", "back\\slash", cwd=tmp_path))
        reading = await seen("frozen", FrozenOf(str(manifest), str(tmp_path)))
        assert reading == FrozenReading(("a.py", "b c.py", "back\\slash"))
    (tmp_path / "a.py").write_text("edited")
    (tmp_path / "b c.py").unlink()
    reading = await seen("frozen", FrozenOf(str(manifest), str(tmp_path)))
    assert (reading.changed, reading.missing) == (("a.py",), ("b c.py",))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (None, ProblemKind.GONE, "there is no "),
        ("", ProblemKind.UNREADABLE, "the manifest is empty; record it with: sha256sum FILE… > MANIFEST"),
        ("hello\n", ProblemKind.UNREADABLE, "line 1 is none of sha256sum"),
        (f"{'a' * 64}  ok\n\n{'b' * 63}  x\n", ProblemKind.UNREADABLE, "line 3 is none of sha256sum"),
    ],
)
async def test_a_manifest_that_is_none_says_which_line(tmp_path, text, kind, words):
    manifest = tmp_path / "frozen"
    if text is not None:
        manifest.write_text(text)
    found = await problem("frozen", FrozenOf(str(manifest), str(tmp_path)))
    assert (found.kind, words in found.reason) == (kind, True), found


@pytest.mark.parametrize(
    ("content", "wanted", "lines", "cut"),
    [
        (b"", 3, [], False),
        (b"a\nb\n", 3, ["a", "b"], False),
        (b"a\nb\nc\nd\n", 3, ["b", "c", "d"], True),
        (b"a\nb\nc", 3, ["a", "b", "c"], False),
        (b"a\r\nb\r\n", 3, ["a", "b"], False),
        (b"\xff\n\n", 3, ["\ufffd", ""], False),
        (b"x" * 200_000 + b"\nlast\n", 1, ["last"], True),
        (b"".join(b"%d\n" % n for n in range(100_000)), 2, ["99998", "99999"], True),
        (b"".join(b"%d\n" % n for n in range(100_000)), 50_000, [str(n) for n in range(50_000, 100_000)], True),
    ],
)
def test_the_end_of_a_log_file_is_read_from_its_end(tmp_path, content, wanted, lines, cut):
    file = tmp_path / "api.log"
    file.write_bytes(content)
    assert logfile.last_lines(file, wanted) == (lines, cut)


def test_no_more_is_read_than_is_needed(tmp_path):
    file = tmp_path / "api.log"
    with file.open("wb") as out:
        out.truncate(40 << 30)  # as far as the disk knows there is nothing in it
        out.seek(0, 2)
        out.write(b"\none\ntwo\n")
    assert logfile.last_lines(file, 2) == (["one", "two"], True)
    lines, cut = logfile.last_lines(file, 5)
    assert cut and lines[-2:] == ["one", "two"], "a line without end is not read to its beginning"


@pytest.mark.parametrize("name", ["api.log.1", "api.log-2026-01-06", "api.log-20260106", "api-2026-01-06.log"])
def test_what_was_just_rotated_away_is_read_on(tmp_path, name):
    (tmp_path / name).write_text("a\nb\nc\n")
    (tmp_path / "api.log").write_text("d\n")
    older = tmp_path / "api.log.2"
    older.write_text("old\n")
    os.utime(older, (1, 1))
    (tmp_path / "api.log.1.gz").write_bytes(gzip.compress(b"packed\n"))
    (tmp_path / "other.log.1").write_text("other\n")
    assert logfile.last_lines(tmp_path / "api.log", 3) == (["b", "c", "d"], True)
    assert logfile.last_lines(tmp_path / "api.log", 1) == (["d"], False)


def test_an_empty_log_after_copytruncate_goes_on_in_its_copy(tmp_path):
    (tmp_path / "api.log").write_text("")
    (tmp_path / "api.log.1").write_text("a\nb\n")
    assert logfile.last_lines(tmp_path / "api.log", 5) == (["a", "b"], False)


def test_logrotate_itself_loses_no_line_to_a_check(tmp_path):
    rotate = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    if rotate is None:
        lack("logrotate", "there is no /usr/sbin/logrotate")
    log = tmp_path / "api.log"
    log.write_text("before ERROR\n")
    rules = "{ daily\n rotate 14\n compress\n delaycompress\n copytruncate\n dateext\n dateformat -%Y-%m-%d\n}"
    (tmp_path / "rules").write_text(f"{log} {rules}\n")
    (tmp_path / "rules").chmod(0o644)
    tmp_path.chmod(0o755)
    subprocess.run([rotate, "-f", "-s", tmp_path / "state", tmp_path / "rules"], check=True, capture_output=True)
    assert log.read_text() == ""
    log.write_text("after\n")
    assert logfile.last_lines(log, 10) == (["before ERROR", "after"], False)


@pytest.mark.parametrize(
    ("line", "ago"),
    [
        ("2026-01-07 12:22:11,125 ERROR x", -0.125),
        ("2026-01-07T12:22:11Z x", 0),
        ("[2026-01-07T14:22:11.5+02:00] x", -0.5),
        ("2026/01/07 12:22:11 [error] 31#31: x", 0),
        ('{"level": "info", "time": "2026-01-07T12:21:11+0000"}', 60),
        ('{"level":"info","ts":1767788471.25}', 59.75),
        ('{"level":"info","timestamp":1767788471250,"x":1}', 59.75),
        ('127.0.0.1 - - [07/Jan/2026:12:22:11 +0000] "GET / HTTP/1.1" 200', 0),
        ("Jan  7 12:22:11 box api[12]: x", 0),
        ("Dec 31 12:22:11 box api[12]: x", 7 * 86400),
        ("Traceback (most recent call last):", None),
        ("order 2026-13-45 99:99:99", None),
        ("", None),
    ],
)
def test_the_time_of_a_line_is_understood_in_the_usual_forms(line, ago):
    now = 1_767_788_531.0  # 2026-01-07 12:22:11 UTC
    assert time_of(line, now) == (None if ago is None else now - ago)


def test_a_time_without_a_zone_is_that_of_the_box(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Moscow")
    time.tzset()
    assert time_of("2026-01-07 15:22:11 x", 0) == 1_767_788_531.0
    assert time_of("2026-01-07 12:22:11 UTC x", 0) == 1_767_788_531.0


def test_lines_without_a_time_go_with_the_one_before():
    lines = ["more of old", "2026-01-07T12:00:00Z old", "  trace of old", "2026-01-07T12:22:00Z new", "  trace of new"]
    assert since(lines, 1_767_788_531.0 - 60, 1_767_788_531.0) == (lines[3:], True, True)
    assert since(["a", "b"], 0, 0) == ([], False, False)


async def test_a_log_of_the_last_minutes(tmp_path):
    log = tmp_path / "api.log"
    stamp = lambda ago: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))  # noqa: E731
    log.write_text(f"{stamp(7200)} ERROR old\n{stamp(60)} ERROR new\n  trace\n")
    reading = await seen("log", LogOf(str(log), span=900.0))
    assert [line.partition(" ")[2] for line in reading.lines] == ["ERROR new", " trace"]
    assert not reading.cut
    assert (await seen("log", LogOf(str(log), lines=2, span=900.0))).cut, "the bound was reached first"


async def test_a_log_without_times_cannot_be_asked_for_minutes(tmp_path):
    log = tmp_path / "api.log"
    log.write_text("a\nb\n")
    found = await problem("log", LogOf(str(log), span=900.0))
    assert found.kind is ProblemKind.UNREADABLE and "leave minutes out" in found.reason


async def test_what_a_log_says_is_data_without_its_secrets(tmp_path):
    log = tmp_path / "api.log"
    log.write_text("a\x1b[2Jb token=hunter2 postgres://shop:hunter2@db/x\n")
    assert await seen("log", LogOf(str(log))) == LogReading(("ab token=*** postgres://shop:***@db/x",))


async def test_a_log_that_is_not_there_or_not_ours_says_so(tmp_path, nobody):
    assert await problem("log", LogOf(f"{tmp_path}/no.log")) == Problem(
        ProblemKind.GONE, f"there is no {tmp_path}/no.log"
    )
    os.seteuid(0)
    (tmp_path / "root.log").touch(0o600)
    os.seteuid(65534)
    found = await problem("log", LogOf(f"{tmp_path}/root.log"))
    assert found == Problem(ProblemKind.DENIED, f"no permission to look at {tmp_path}/root.log")


async def test_without_journalctl_units_have_no_log_here(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await problem("log", LogOf(unit="x.service"))
    assert found == Problem(ProblemKind.NO_TOOL, "there is no program journalctl here")


async def test_checks_on_the_same_thing_at_the_same_time_all_get_their_answer(tmp_path):
    """As where one wants a log's errors to be DOWN and another its warnings to be DEGRADED."""
    file = tmp_path / "api.log"
    file.write_text("a\n")
    for kind, of in (("file", FileOf(str(file))), ("log", LogOf(str(file)))):
        probe = open_probe(kind, World())
        samples = await probe.read([Target(kind, name, of) for name in ("one", "two", "three")], 20)
        assert [sample.problem for sample in samples] == [None, None, None]


async def test_a_call_that_hangs_is_made_once_and_its_answer_is_there_for_who_asks_again():
    shared, free, calls = Shared(), threading.Event(), []

    def work():
        calls.append(1)
        free.wait(60)
        return "seen"

    for _ in range(2):
        with pytest.raises(TimeoutError):
            await shared.call("key", work, 0.05)
    assert len(calls) == 1
    waiting = asyncio.ensure_future(shared.call("key", work, 60))
    free.set()
    assert await waiting == "seen"
    assert await shared.call("key", work, 60) == "seen" and len(calls) == 2
