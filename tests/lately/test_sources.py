"""Each source beside the real thing it reads: git, the engine, wtmp as `last` reads it, files, runs."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from opsconsole.lately import asking, deploys, files, packages, signins, starts
from opsconsole.lately.asking import Asked, Told
from opsconsole.model.lately import Change, Lately
from opsconsole.model.readings import ContainerReading, UnitReading
from opsconsole.model.service import ContainerRef, ProcessesRef
from opsconsole.model.stack import EngineRef, Service, Stack
from opsconsole.probes.base import World
from opsconsole.probes.engine.describe import Image
from opsconsole.probes.systemctl import parse_files
from opsconsole.run.folder import RunSummary
from tests.lab.engine import LabEngine
from tests.support.waiting import wait_for

NOW = float(int(time.time()))


def asked(stack: Stack, world: World | None = None, root: Path = Path("/"), runs: Sequence[RunSummary] = ()) -> Asked:
    return Asked(stack, world or World(), NOW - 86400, NOW, lambda: runs, root)


async def of(source: str, about: Asked) -> Lately:
    return await asking.ask(about, [source])


def a_stack(home: Path, **more: object) -> Stack:
    return Stack("shop", home, **more)  # type: ignore[arg-type]


# --- boots ---------------------------------------------------------------------------------------------------------


async def test_the_last_boot_is_the_kernels(tmp_path: Path) -> None:
    seen = await of("boot", asked(a_stack(tmp_path)))
    (boot,) = (*seen.changes, *seen.earlier)
    assert boot.words == f"the box booted, Linux {os.uname().release}"
    assert abs(time.time() - boot.at - time.clock_gettime(time.CLOCK_BOOTTIME)) < 10


async def test_without_proc_the_boot_is_unknown(tmp_path: Path) -> None:
    seen = await of("boot", asked(a_stack(tmp_path), World(proc=tmp_path / "none")))
    assert not seen.changes
    assert "cannot be read: No such file" in seen.unseen[0].reason


# --- sign-ins ------------------------------------------------------------------------------------------------------


def record(kind: int, user: str, host: str, at: float, tty: str = "pts/0") -> bytes:
    return signins._layout().pack(
        kind, 4711, tty.encode(), b"ts/0", user.encode(), host.encode(), 0, 0, 1, int(at), 0, b"\0" * 16
    )


def wtmp(root: Path, *records: bytes) -> Path:
    file = root / signins.WTMP
    file.parent.mkdir(parents=True)
    file.write_bytes(b"".join(records))
    return file


def said_by_last(file: Path) -> list[str]:
    said = subprocess.run(["last", "-w", "-f", str(file)], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in said.splitlines() if line and not line.startswith(("wtmp", "reboot"))]


async def test_who_signed_in_is_who_last_says_it_was(tmp_path: Path) -> None:
    file = wtmp(
        tmp_path,
        record(2, "reboot", "6.1.0", NOW - 5000, "~"),
        record(7, "ann", "192.0.2.7", NOW - 4000),
        record(7, "root", "", NOW - 300, "tty1"),
        record(8, "", "", NOW - 200),
    )
    seen = await of("sign-in", asked(a_stack(tmp_path), root=tmp_path))
    assert [one.words for one in seen.changes] == ["root signed in at tty1", "ann signed in from 192.0.2.7"]
    assert [one.subjects[0] for one in seen.changes] == said_by_last(file)


async def test_a_record_of_sign_ins_that_is_cut_or_full_of_noise_harms_nobody(tmp_path: Path) -> None:
    wtmp(tmp_path, record(7, "an\x1b[2Jn", "\x07host", NOW - 5), b"\7\0cut off")
    seen = await of("sign-in", asked(a_stack(tmp_path), root=tmp_path))
    assert [one.words for one in seen.changes] == ["ann signed in from host"]


async def test_the_newer_record_of_sign_ins_is_read_too(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / signins.WTMPDB).parent.mkdir(parents=True)
    with sqlite3.connect(tmp_path / signins.WTMPDB) as database:
        database.execute("CREATE TABLE wtmp (ID INTEGER, Type, User, Login, Logout, TTY, RemoteHost, Service)")
        rows = [(1, 1, "reboot", NOW - 900), (2, 3, "ann", NOW - 60)]
        database.executemany(
            "INSERT INTO wtmp VALUES (?, ?, ?, ?, NULL, 'pts/0', '192.0.2.7', 'sshd')",
            [(number, kind, user, int(at * 1e6)) for number, kind, user, at in rows],
        )
    database.close()
    seen = await of("sign-in", asked(a_stack(tmp_path), root=tmp_path))
    assert [one.words for one in seen.changes] == ["ann signed in from 192.0.2.7"]


async def test_without_any_record_sign_ins_are_unknown(tmp_path: Path) -> None:
    seen = await of("sign-in", asked(a_stack(tmp_path), root=tmp_path))
    assert not seen.changes
    assert "there is no record of them" in seen.unseen[0].reason


def test_sessions_in_the_journal() -> None:
    lines = [{"__REALTIME_TIMESTAMP": str(int(NOW * 1e6)), "USER_ID": "ann"}, {"USER_ID": "no time"}]
    told = list(signins.from_journal("\n".join(map(json.dumps, lines)) + "\nno json"))
    assert [one.words for one in told] == ["ann signed in"]


@pytest.mark.parametrize("layout", [signins._NARROW, signins._WIDE])
def test_both_layouts_of_wtmp(layout: struct.Struct) -> None:
    raw = layout.pack(7, 1, b"pts/0", b"", b"ann", b"host", 0, 0, 1, 1_700_000_000, 500_000, b"\0" * 16)
    (one,) = signins.parsed(raw, layout)
    assert (one.at, one.words) == (1_700_000_000.5, "ann signed in from host")


# --- deploys -------------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str, at: float = NOW) -> None:
    names = {f"GIT_{who}_{what}": "ann@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {f"GIT_{who}_DATE": f"{int(at)} +0000" for who in ("AUTHOR", "COMMITTER")}
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, env=os.environ | names | dates)


async def test_each_move_of_the_work_tree_is_a_deploy(tmp_path: Path) -> None:
    home = tmp_path / "shop"
    home.mkdir()
    git(home, "init", "-q", "-b", "main")
    git(home, "commit", "-q", "--allow-empty", "-m", "The first", at=NOW - 7000)
    git(home, "tag", "v1")
    git(home, "commit", "-q", "--allow-empty", "-m", "The second", at=NOW - 5000)
    git(home, "checkout", "-q", "v1", at=NOW - 100)
    seen = await of("deploy", asked(a_stack(home / "below")))  # a folder of it that is not even there
    assert [one.words.partition(": ")[2] for one in seen.changes] == [
        "checkout: moving from main to v1",
        "commit: The second",
        "commit (initial): The first",
    ]
    assert [round(NOW - one.at) for one in seen.changes] == [100, 5000, 7000]
    assert not seen.unseen


async def test_a_further_work_tree_has_moves_of_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    git(first, "init", "-q", "-b", "main")
    git(first, "commit", "-q", "--allow-empty", "-m", "One", at=NOW - 5000)
    git(first, "worktree", "add", "-q", "-b", "other", str(second), at=NOW - 90)
    seen = await of("deploy", asked(a_stack(second)))
    assert [(one.subjects, round(NOW - one.at)) for one in seen.changes] == [(("second",), 90)]


def test_many_moves_in_a_row_are_one() -> None:
    who = "0" * 40 + " " + "b" * 40 + " Ann <a@x>"
    log = "\n".join(f"{who} {at} +0000\tpull: {at}" for at in (1000, 1010, 1050, 5000))
    assert [one.at for one in deploys.parsed(log, "shop")] == [1050.0, 5000.0]


async def test_where_neither_git_nor_images_tell_deploys_are_unknown(tmp_path: Path) -> None:
    seen = await of("deploy", asked(a_stack(tmp_path)))
    assert "is no work tree of git" in seen.unseen[0].reason


def test_an_image_that_only_got_another_tag_says_so() -> None:
    built, both = Image("i", {}, created_at=1000.0), Image("i", {}, created_at=1000.0, tagged_at=9000.0)
    assert [what for _, what in deploys._times(built)] == ["was built"]
    assert [what for _, what in deploys._times(both)] == ["was built", "got its tag here"]


# --- starts --------------------------------------------------------------------------------------------------------


async def test_a_container_made_anew_and_one_that_was_started_again(engine: LabEngine) -> None:
    made = engine.run("sleep", "100")
    stack = a_stack(Path("/"), services=(Service("web", ContainerRef(made.name)),), engine=EngineRef(engine.host))
    world = World(engine_host=stack.engine.host)
    try:
        seen = await of("start", asked(stack, world))
    finally:
        await world.close()
    (one,) = seen.changes
    assert one.words.startswith("web made anew")
    assert one.services == ("web",)
    assert abs(one.at - time.time()) < 60


def container(**times: float | int | None) -> ContainerReading:
    return ContainerReading("id", "shop-web-1", "running", "ghcr.io/shop/web:v7", **times)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (container(created_at=NOW - 100, started_at=NOW - 99), ["web made anew as v7"]),
        (container(created_at=NOW - 9000, started_at=NOW - 9), ["web made anew as v7", "web started again"]),
        (
            container(created_at=NOW - 9000, started_at=NOW - 8999, finished_at=NOW - 5, exit_code=137, restarts=3),
            ["web made anew as v7", "web ended with exit code 137, 3 restarts by its policy"],
        ),
        (container(), []),
    ],
)
def test_what_the_times_of_a_container_say(one: ContainerReading, told: list[str]) -> None:
    assert [change.words for change in starts.of_container(one, "web")] == told


def test_a_unit_that_systemd_starts_again_and_again() -> None:
    unit = UnitReading("web.service", "loaded", "active", "running", started_at=NOW - 5, restarts=12)
    assert [one.words for one in starts.of_unit(unit, "web")] == ["web started, 12 restarts by systemd"]


@pytest.fixture
def job(tmp_path: Path) -> Iterator[str]:
    """A process with a word in its command line that no other has."""
    word = f"{tmp_path}/mine"
    process = subprocess.Popen(["python3", "-c", "import time; time.sleep(100)", word], start_new_session=True)
    yield word
    process.kill()
    process.wait()


async def test_plain_processes_tell_when_they_began(job: str, tmp_path: Path) -> None:
    services = (Service("job", ProcessesRef(job)), Service("gone", ProcessesRef(f"{job}/not")))
    about = asked(a_stack(tmp_path, services=services))

    async def told() -> bool:
        return [one.words for one in (await of("start", about)).changes] == ["job started"]

    await wait_for("the process to be what it becomes", told)
    assert (await of("start", about)).unseen[0].reason.startswith("gone: ")


# --- files ---------------------------------------------------------------------------------------------------------


async def test_the_files_that_say_how_the_stack_runs(tmp_path: Path) -> None:
    for name, age in (("compose.yml", 50), (".env", 5000), ("stack.toml", 90_000), ("app/main.py", 10), ("x.log", 1)):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
        os.utime(file, (NOW - age, NOW - age))
    stack = a_stack(tmp_path, file=tmp_path / "stack.toml", telling=(str(tmp_path / "app/*.py"),))
    told: Told = await files.read(asked(stack))
    assert sorted(one.subjects[0] for one in told.changes) == [".env", "app/main.py", "compose.yml", "stack.toml"]
    assert not told.unseen


def test_a_file_that_was_moved_into_its_place_changed_when_it_came() -> None:
    assert files.of_times("app", NOW - 9000, NOW - 5) == Change(
        NOW - 5, "file", ("app",), "put in place, or given other rights"
    )
    assert files.of_times("app", NOW - 5, NOW - 5).words == "app written"


def test_where_compose_says_its_files_are() -> None:
    labels = {
        "com.docker.compose.project.working_dir": "/srv/shop",
        "com.docker.compose.project.config_files": "/srv/shop/compose.yml,extra.yml",
    }
    assert list(files.composed(labels)) == ["/srv/shop/compose.yml", "/srv/shop/extra.yml", "/srv/shop/.env"]


def test_where_systemd_says_the_files_of_a_unit_are() -> None:
    said = (
        "FragmentPath=/etc/systemd/system/a.service\nDropInPaths=/etc/systemd/system/a.service.d/x.conf /run/y.conf\n"
        "EnvironmentFiles=/opt/a/my env (ignore_errors=yes)\nEnvironmentFiles=/opt/a/b.env (ignore_errors=no)\n\n"
        "FragmentPath=\nDropInPaths=\n"
    )
    assert parse_files(said) == (
        "/etc/systemd/system/a.service", "/etc/systemd/system/a.service.d/x.conf", "/run/y.conf", "/opt/a/my env",
        "/opt/a/b.env",
    )  # fmt: skip


# --- packages and runs ---------------------------------------------------------------------------------------------


def test_packages_that_were_brought_up_to_date() -> None:
    log = (
        "2026-01-07 06:12:01 startup archives unpack\n"
        "2026-01-07 06:12:02 upgrade libssl3:amd64 3.0.11 3.0.13\n"
        "2026-01-07 06:12:03 status installed libssl3:amd64 3.0.13\n"
        "2026-01-07 06:13:00 remove docker.io:amd64 20.10 <none>\n"
    )
    assert [one.words for one in packages.parsed(log)] == ["libssl3 upgraded", "docker.io removed"]


async def test_runs_and_those_that_cannot_be_read(tmp_path: Path) -> None:
    runs = (
        RunSummary("1", "Memory high", "shop", "ann", "", NOW - 50, ended="done"),
        RunSummary("2", "2", "", "", "", NOW - 10, fault="the journal is gone"),
    )
    seen = await of("run", asked(a_stack(tmp_path), runs=runs))
    assert [one.words for one in seen.changes] == ["Memory high was run by ann: done"]
    assert [one.reason for one in seen.unseen] == ["2: the journal is gone"]


async def test_a_source_that_hangs_keeps_nobody_waiting(tmp_path: Path) -> None:
    about = Asked(a_stack(tmp_path), World(), NOW - 86400, NOW, lambda: time.sleep(5) or (), patience=0.1)  # type: ignore[func-returns-value]
    began = time.monotonic()
    seen = await asking.ask(about, ["run", "boot"])
    assert time.monotonic() - began < 4
    assert [one.kind for one in seen.unseen] == ["run"]
    assert {one.kind for one in (*seen.changes, *seen.earlier)} == {"boot"}
