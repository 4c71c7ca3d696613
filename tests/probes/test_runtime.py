"""What really runs: as whom, how often, in which zone, with which environment and from which image."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsconsole.model.held import hold
from opsconsole.model.runtime import ClockOf, EnvOf, ImageOf, ImageReading, ReplicasOf, StrayOf, StrayReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef
from opsconsole.model.verdict import Level
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.checkout import Checkout, checked_out
from opsconsole.probes.composed import FILES, FOLDER, SERVICE, environment_of
from opsconsole.probes.container_user import as_inside
from opsconsole.probes.envfiles import EnvFiles, Given
from opsconsole.probes.exec_start import as_started
from opsconsole.probes.stray_process import whose
from opsconsole.probes.zone import rule_of, zone_below
from tests.lab.engine import FOREVER, LabEngine
from tests.lab.gate import gate_before
from tests.lab.systemd import LabSystemd
from tests.probes.processes import Started, descendants
from tests.support.parts import OUTER, lack
from tests.support.waiting import wait_for, wait_until

PROJECT = f"opsrep{os.getpid()}"
LONG = str(40_000_000 + os.getpid())
"""Seconds of a sleep that nobody else on this machine sleeps, not even the same test beside this one."""

BUILT = "/usr/share/zoneinfo/Europe/Moscow"


async def look(kind: str, of: Any, host: str | None = None) -> Sample:
    """One look, by a probe of its own."""
    world = World(engine_host=host)
    probe = open_probe(kind, world)
    (sample,) = await probe.read([Target(kind, "it", of)], 10.0)
    await probe.close()
    await world.close()
    return sample


def seen(sample: Sample) -> Any:
    assert sample.problem is None, sample.problem
    return sample.value


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Started]:
    started = Started(tmp_path)
    yield started
    started.end_all()


# --- as whom ----------------------------------------------------------------------------------------------------


@pytest.mark.engine
async def test_as_whom_a_container_runs_is_the_kernel_s_word(engine: LabEngine) -> None:
    app = engine.run(options=["--user=10001:10002"])
    root = engine.run()
    mine = seen(await look("container-user", ContainerRef(app.name), engine.host))
    assert (mine.pid, mine.uid, mine.gid, mine.program) == (app.pid, 10001, 10002, "sh")
    other = seen(await look("container-user", ContainerRef(root.name), engine.host))
    assert (other.uid, other.gid) == (0, 0)
    root.stop()
    gone = (await look("container-user", ContainerRef(root.name), engine.host)).problem
    assert gone == Problem(ProblemKind.GONE, f"container {root.name} is exited, so nothing runs in it")


def test_a_user_is_counted_as_the_container_counts() -> None:
    mapped = "         0     100000      65536\n"
    assert as_inside(100000, mapped) == 0, "root inside, whatever the box calls it"
    assert as_inside(110001, mapped) == 10001
    assert as_inside(7, "0 0 4294967295\n") == 7


# --- how often --------------------------------------------------------------------------------------------------


@pytest.mark.engine
async def test_replicas_of_a_compose_service_are_counted_and_named(engine: LabEngine) -> None:
    first = engine.compose_one(PROJECT, "app")
    second = engine.compose_one(PROJECT, "app", 2)
    engine.compose_one(PROJECT, "db")
    both = seen(await look("replicas", ReplicasOf(ContainerRef(f"{PROJECT}/app")), engine.host))
    assert both.running == (first.name, second.name)
    by_one = seen(await look("replicas", ReplicasOf(ContainerRef(first.name)), engine.host))
    assert by_one == both, "any of them stands for the service"
    second.stop()
    one = seen(await look("replicas", ReplicasOf(ContainerRef(f"{PROJECT}/app")), engine.host))
    assert (one.running, one.asleep) == ((first.name,), (second.name,))
    none = seen(await look("replicas", ReplicasOf(ContainerRef(f"{PROJECT}/none")), engine.host))
    assert none.running == ()


async def test_plain_processes_are_counted_too(processes: Started) -> None:
    script = processes.script("only-one.py")
    ref = ReplicasOf(ProcessesRef(str(script)))
    assert seen(await look("replicas", ref)).running == ()
    pids = [processes.python(script), processes.python(script)]
    assert sorted(seen(await look("replicas", ref)).running) == sorted(f"only-one.py ({pid})" for pid in pids)


# --- in which zone ----------------------------------------------------------------------------------------------


@pytest.mark.engine
async def test_the_zone_of_a_container_is_that_of_its_first_process(engine: LabEngine) -> None:
    plain, by_variable = engine.run(), engine.run(env={"TZ": "Europe/Moscow"})
    written = engine.run(
        "sh", "-c", f"ln -s {BUILT} /etc/localtime; exec sleep 1000", options=[f"-v={BUILT}:{BUILT}:ro"]
    )
    bare = seen(await look("clock", ClockOf(ContainerRef(plain.name)), engine.host))
    assert (bare.zone, bare.rule, bare.source) == ("UTC", "UTC0", "it has no /etc/localtime")
    told = seen(await look("clock", ClockOf(ContainerRef(by_variable.name)), engine.host))
    assert (told.zone, told.source) == ("Europe/Moscow", "by its TZ=Europe/Moscow")

    async def linked() -> Any:
        one = seen(await look("clock", ClockOf(ContainerRef(written.name)), engine.host))
        return one if one.zone != "UTC" else None

    there = await wait_for("the link to be made", linked)
    assert (there.zone, there.rule, there.source) == ("Europe/Moscow", "MSK-3", "by /etc/localtime")


async def test_the_box_says_its_zone_and_whether_its_clock_is_kept_right() -> None:
    box = seen(await look("clock", ClockOf()))
    offset = time.strftime("%z", time.localtime(1_700_000_000)) if "TZ" not in OUTER else None
    assert offset is None or (offset == "+0000") == (box.rule in ("UTC0", "GMT0", "<+00>0"))
    assert box.synchronised in (True, False, None)


def test_a_zone_is_found_as_the_c_library_finds_it(tmp_path: Path) -> None:
    zones = tmp_path / "usr/share/zoneinfo/Europe"
    zones.mkdir(parents=True)
    (zones / "Moscow").write_bytes(Path(BUILT).read_bytes())
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "localtime").symlink_to("../usr/share/zoneinfo/Europe/Moscow")
    assert zone_below(tmp_path, None) == ("Europe/Moscow", "MSK-3", "by /etc/localtime")
    assert zone_below(tmp_path, ":Europe/Moscow")[:2] == ("Europe/Moscow", "MSK-3")
    assert zone_below(tmp_path, "MSK-3")[:2] == ("MSK-3", "MSK-3")
    assert zone_below(tmp_path, "Asia/Tokyo")[:2] == ("Asia/Tokyo", ""), "its file is not there"
    assert zone_below(tmp_path, "")[:2] == ("UTC", "UTC0")
    (etc / "localtime").unlink()
    (etc / "localtime").write_bytes(Path(BUILT).read_bytes())
    (etc / "timezone").write_text("Europe/Moscow\n")
    assert zone_below(tmp_path, None)[0] == "Europe/Moscow", "a copy has no name, but Debian writes one down"
    with pytest.raises(ValueError, match="no zone file"):
        rule_of(b"UTC")


# --- with which environment -------------------------------------------------------------------------------------

COMPOSE = """\
services:
  app:
    env_file: [app.env]
    environment:
      RUN_MIGRATIONS: ${RUN_MIGRATIONS:-0}
      MODE: "${MODE}"
      DEBUG: no
      FROM_THE_SHELL: $NOT_HERE
"""


@pytest.mark.engine
async def test_what_a_container_was_started_with_beside_what_compose_would_give_it_now(
    engine: LabEngine, tmp_path: Path
) -> None:
    (tmp_path / "compose.yml").write_text(COMPOSE)
    (tmp_path / ".env").write_text("RUN_MIGRATIONS=1\nMODE=live\nUNUSED=1\n")
    (tmp_path / "app.env").write_text("TOKEN=hunter2\nMODE=overridden\n")
    labels = {
        "com.docker.compose.project": "opsenv",
        "com.docker.compose.service": "app",
        "com.docker.compose.project.config_files": f"{tmp_path}/compose.yml",
        "com.docker.compose.project.working_dir": str(tmp_path),
    }
    given = {"RUN_MIGRATIONS": "1", "MODE": "live", "DEBUG": "no", "FROM_THE_SHELL": "x", "TOKEN": "hunter2"}
    box = engine.run(env=given, labels=labels)
    of = EnvOf(ContainerRef(box.name), compose=True, tell=("RUN_MIGRATIONS", "TOKEN"))
    reading = seen(await look("env", of, engine.host))
    assert reading.running["RUN_MIGRATIONS"].told == "1"
    assert reading.running["TOKEN"] == hold("hunter2"), "the name of a secret is never told, whoever asks"
    assert "hunter2" not in repr(reading)
    (where, now), *_ = reading.written
    assert where == "the compose file"
    assert set(now) == {"RUN_MIGRATIONS", "MODE", "DEBUG", "TOKEN"}
    assert all(reading.running[name].mark == held.mark for name, held in now.items()), "nothing differs yet"
    assert reading.dropped == (), "PATH is the image's, and FROM_THE_SHELL is there"
    (tmp_path / ".env").write_text("RUN_MIGRATIONS=true\nMODE=live\n")
    (tmp_path / "app.env").write_text("MODE=overridden\n")
    after = seen(await look("env", of, engine.host))
    ((_, later),) = after.written
    assert later["RUN_MIGRATIONS"].told == "true"
    assert after.dropped == ("TOKEN",), "it would not be there any more"
    (tmp_path / "compose.yml").unlink()
    problem = (await look("env", of, engine.host)).problem
    assert problem is not None and problem.kind is ProblemKind.GONE
    assert problem.reason == f"there is no {tmp_path}/compose.yml, which the environment should come from"


@pytest.mark.parametrize(
    ("entry", "gives", "untold"),
    [
        ("environment: [A=1, B=$A, C]", {"A": "1", "B": "x", "C": "shell"}, set()),
        ("environment: {A: yes, B: 010, C: ~}", {"A": "yes", "B": "010", "C": "shell"}, set()),
        ("environment: {A: '${A:?must be set}', B: '${NO:-d}', D: '$$A'}", {"A": "x", "B": "d", "D": "$A"}, set()),
        ("environment: {A: $NO, B: '${NO}', E: '${A:+set}', F: '${NO+set}'}", {"E": "set", "F": ""}, {"A", "B"}),
        ("env_file: one.env", {"A": "from a file", "G": "two words"}, set()),
        (
            "env_file: [{path: none.env, required: false}, one.env]\n    environment: {A: $NO}",
            {"G": "two words"},
            {"A"},
        ),
        ("image: x", {}, set()),
    ],
)
def test_what_a_compose_file_gives(entry: str, gives: dict[str, str], untold: set[str]) -> None:
    files = {
        "/srv/compose.yml": f"services:\n  app:\n    {entry}\n",
        "/srv/.env": "A=x\nC=shell\n",
        "/srv/one.env": "A=from a file\nexport G='two words' # said\n#H=1\n",
    }

    def read(name: str) -> str:
        if name not in files:
            raise FileNotFoundError(2, "none", name)
        return files[name]

    labels = {FOLDER: "/srv", FILES: "/srv/compose.yml", SERVICE: "app"}
    found = environment_of(labels, read)
    assert (found.variables, found.untold) == (gives, untold)
    with pytest.raises(ValueError, match=r"no service other in /srv/compose.yml any more"):
        environment_of({**labels, SERVICE: "other"}, read)
    with pytest.raises(ValueError, match="not made by docker compose"):
        environment_of({}, read)


async def test_what_a_process_was_started_with_beside_its_file_and_its_contract(
    processes: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QR_SECRET", "hunter2")
    monkeypatch.setenv("PORT", "8000")
    script = processes.script("serves.py")
    processes.python(script)
    file, example = tmp_path / "app.env", tmp_path / ".env.example"
    file.write_text("# ours\nexport PORT='8001' # moved\nQR_SECRET=\"hunter2\"\nbroken line\n")
    example.write_text("PORT=\nQR_SECRET=change-me\nWEBHOOK_SECRET=\n")
    of = EnvOf(ProcessesRef(str(script)), (str(file),), str(example))
    reading = seen(await look("env", of))
    assert "hunter2" not in repr(reading)
    ((name, written),) = reading.written
    assert name == "app.env"
    assert written["QR_SECRET"].mark == reading.running["QR_SECRET"].mark
    assert written["PORT"].mark != reading.running["PORT"].mark
    assert written["PORT"].told is None, "nobody asked for it by name"
    assert (reading.required, reading.contract) == (("PORT", "QR_SECRET", "WEBHOOK_SECRET"), ".env.example")


def test_files_are_read_again_only_where_one_of_them_has_changed(tmp_path: Path) -> None:
    compose, filling = tmp_path / "compose.yml", tmp_path / ".env"
    compose.write_text("services: {app: {environment: {MODE: '${MODE:-none}'}}}")
    labels = {FOLDER: str(tmp_path), FILES: str(compose), SERVICE: "app"}
    of, files = EnvOf(ContainerRef("app"), compose=True, tell=("MODE",)), EnvFiles()

    def mode(**running: str) -> str | None:
        ((_, written),) = files.reading(of, Given(running, labels)).written
        return written["MODE"].told

    first = files.reading(of, Given({"MODE": "none"}, labels))
    assert files.reading(of, Given({"MODE": "none"}, labels)) is first, "nothing has changed"
    assert files.reading(of, Given({"MODE": "live"}, labels)) is not first, "it was made anew"
    assert mode() == "none"
    filling.write_text("MODE=live\n")
    assert mode() == "live", "a file that was not there is there"
    compose.write_text("services: {app: {environment: {MODE: fixed}}}")
    assert mode() == "fixed"
    compose.unlink()
    with pytest.raises(FileNotFoundError):
        mode()


# --- from which image -------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    """What git prints in that folder."""
    identity = ["-c", "user.name=lab", "-c", "user.email=lab@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def give_away(folder: Path) -> None:
    """Somebody else's from now on, with all that is in it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 12345, 12345)


@pytest.mark.engine
async def test_the_image_that_runs_beside_the_version_that_is_checked_out(engine: LabEngine, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    git(tmp_path, "tag", "-a", "v1.0.0", "-m", "one")
    base, mark = engine.image, len(engine.made)
    name = f"opslab-app-{os.getpid()}"
    box = engine.run()
    tags = [f"{name}:v1.0.0", f"{name}:prod", f"{name}:v1.1.0"]
    try:
        for tag in tags[:2]:
            engine.docker("tag", base, tag)
        other = engine.docker("commit", "--change", "ENV NEWER=1", box.name, tags[2])
        moving = LabEngine(engine.host, f"{name}:prod", engine.owner, engine.numbers, engine.made).run(*FOREVER)
        of = ImageOf(ContainerRef(moving.name), str(tmp_path))
        reading: ImageReading = seen(await look("image-tag", of, engine.host))
        assert reading.commit == git(tmp_path, "rev-parse", "HEAD")
        assert (reading.tags, reading.image, reading.revision) == (("v1.0.0",), f"{name}:prod", "")
        assert reading.wanted == ((f"{name}:v1.0.0", reading.image_id),)
        assert reading.named_id == reading.image_id
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", "two")
        git(tmp_path, "tag", "v1.1.0")
        engine.docker("tag", tags[2], f"{name}:prod")
        later: ImageReading = seen(await look("image-tag", of, engine.host))
        assert later.wanted == ((f"{name}:v1.1.0", other),) and other != later.image_id
        assert later.named_id == other, "the tag has moved, what runs has not"
    finally:
        engine.remove_since(mark)
        engine.try_docker("image", "rm", "--force", *tags)


async def test_a_work_tree_of_somebody_else_is_looked_at_all_the_same(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        lack("root", "only root can give files away")
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    git(tmp_path, "tag", "v2.0.0")
    commit = git(tmp_path, "rev-parse", "HEAD")
    give_away(tmp_path)
    assert await checked_out(str(tmp_path), 10) == Checkout(commit, ("v2.0.0",))


@pytest.mark.engine
async def test_a_folder_that_is_no_repository(engine: LabEngine, tmp_path: Path) -> None:
    problem = (await look("image-tag", ImageOf(ContainerRef(engine.run().name), str(tmp_path)), engine.host)).problem
    assert problem is not None and problem.kind is ProblemKind.UNREADABLE
    assert problem.reason.startswith(f"what is checked out in {tmp_path} cannot be told: not a git repository")


# --- what belongs to nothing ------------------------------------------------------------------------------------


async def test_a_process_that_was_started_by_hand_is_astray_with_who_started_it(processes: Started) -> None:
    script = processes.script("uvicorn.py")
    text = "import subprocess, sys, signal\n"
    text += f"subprocess.Popen([sys.executable, {str(script)!r}, '--token', 'hunter2'])\nsignal.pause()\n"
    shell = processes.python(processes.script("by-hand.py", text))
    wait_until("it to be started", lambda: bool(descendants(shell)))
    (child,) = descendants(shell)

    async def there() -> StrayReading | None:
        reading: StrayReading = seen(await look("stray-process", StrayOf(argv=f"{script} --token")))
        return reading if reading.strays else None

    reading = await wait_for("it to be what it was started as", there)
    (stray,) = reading.strays
    assert (stray.process.pid, stray.process.program, stray.belongs) == (child, "uvicorn.py", "")
    assert stray.started_by.startswith("python"), "who started it, where that is no shell"
    assert "hunter2" not in repr(stray)
    own = StrayOf(argv=str(script), others=(ProcessesRef(str(script)),))
    assert seen(await look("stray-process", own)).strays == (), "a service of plain processes is of the stack too"
    assert seen(await look("stray-process", StrayOf(argv=str(script), program="gunicorn"))) == StrayReading()
    nobody = (await look("stray-process", StrayOf(argv=str(script), user="nobody-of-that-name"))).problem
    assert nobody is not None and nobody.kind is ProblemKind.UNREADABLE


@pytest.mark.engine
async def test_what_runs_in_a_container_of_the_stack_is_not_astray_and_in_another_one_it_is(engine: LabEngine) -> None:
    box = engine.run("sleep", LONG)
    mine = StrayOf(argv=f"sleep {LONG}", containers=(ContainerRef(box.name),))
    reading = seen(await look("stray-process", mine, engine.host))
    assert (reading.strays, reading.matched) == ((), 1)
    (stray,) = seen(await look("stray-process", StrayOf(argv=f"sleep {LONG}"), engine.host)).strays
    assert stray.belongs == f"container {box.id[:12]}"


@pytest.mark.parametrize(
    ("groups", "belongs", "ours"),
    [
        (["/system.slice/api.service"], "api.service", True),
        (["/system.slice/api.service/worker"], "api.service", True),
        (["/system.slice/old-api.service"], "old-api.service", False),
        (["/user.slice/user-0.slice/session-7.scope"], "session-7.scope", False),
        (["/system.slice/docker-" + "ab" * 32 + ".scope"], "container app", True),
        (["/docker/" + "cd" * 32], "container cdcdcdcdcdcd", False),
        (["/docker/" + "cd" * 32 + "/system.slice/api.service"], "container cdcdcdcdcdcd", False),
        (["/docker/" + "ef" * 32 + "/system.slice/api.service"], "api.service", True),
        (["/docker/" + "ef" * 32], "", False),
        ([], "", False),
    ],
)
def test_where_a_process_belongs_is_told_by_its_control_group(groups: list[str], belongs: str, ours: bool) -> None:
    assert whose(groups, ("api.service",), {"ab" * 32: "app"}, here={"ef" * 32}) == (belongs, ours)


# --- a unit beside its file -------------------------------------------------------------------------------------

TELL = """
import asyncio, json
from opsconsole.model.sample import Target
from opsconsole.model.service import UnitRef
from opsconsole.model.runtime import EnvOf, StrayOf
from opsconsole.probes import open_probe
from opsconsole.probes.base import World

async def look():
    world = World()
    (unit,) = await open_probe("unit", world).read([Target("unit", "u", UnitRef("worker.service"))], 10)
    of = StrayOf(argv="sleep 43210", units=("worker.service",))
    (strays,) = await open_probe("stray-process", world).read([Target("stray-process", "s", of)], 10)
    of = EnvOf(UnitRef("worker.service"), ("/run/worker.env",), tell=("PORT",))
    (env,) = await open_probe("env", world).read([Target("env", "e", of)], 10)
    await world.close()
    seen = unit.value
    told = [env.value.running["PORT"].told, env.value.written[0][1]["PORT"].told] if env.value else env.problem.reason
    print(json.dumps([seen.need_reload, seen.as_started, list(seen.argv), seen.exec_start, told,
                      [[s.process.pid, s.belongs] for s in strays.value.strays], strays.value.matched]))

asyncio.run(look())
"""


@pytest.mark.systemd
async def test_a_unit_whose_files_were_changed_and_a_process_beside_it(systemd: LabSystemd) -> None:
    import json

    def told() -> list[Any]:
        answer: list[Any] = json.loads(systemd.python(TELL))
        return answer

    shell = systemd.container.exec
    shell("sh", "-c", "echo PORT=8000 > /run/worker.env")
    systemd.add("worker.service", "ExecStart=/bin/sleep 43210\nEnvironmentFile=/run/worker.env")
    systemd.add("by-hand.service", "ExecStart=/bin/sleep 43210")
    systemd.start("worker.service")
    assert told() == [False, True, ["/bin/sleep", "43210"], "/bin/sleep 43210", ["8000", "8000"], [], 1]
    systemd.start("by-hand.service")
    shell("sh", "-c", "echo PORT=9000 > /run/worker.env")
    *_, env, ((_, belongs),), matched = told()
    assert (belongs, matched) == ("by-hand.service", 2), "another unit is none of this stack"
    assert env == ["8000", "9000"], "it was started before its file was changed"
    systemd.add("worker.service", "ExecStart=/bin/sleep 54321")
    assert told()[:4] == [False, False, ["/bin/sleep", "43210"], "/bin/sleep 54321"]
    (systemd.folder / "worker.service").write_text("[Service]\nExecStart=/bin/sleep 1\n")
    os.utime(systemd.folder / "worker.service", (2e9, 2e9))
    assert told()[0] is True, "changed on disk, and systemd not told"


@pytest.mark.parametrize(
    ("exec_start", "argv", "agree"),
    [
        ("/srv/.venv/bin/uvicorn app.main:app --port 8000",
         "/srv/.venv/bin/python /srv/.venv/bin/uvicorn app.main:app --port 8000", True),
        ("/srv/.venv/bin/uvicorn app.main:app --port 8000", "python uvicorn app.main:app --port 8001", False),
        ("/usr/bin/celery -A app worker", "/usr/bin/python3 /opt/celery -A app worker", True),
        ("/bin/sh -c 'exec celery worker'", "celery worker", None),
        ("/usr/bin/app --port $PORT", "/usr/bin/app --port 80", True),
        ("/usr/bin/app $OPTIONS", "/usr/bin/other", False),
        ("", "x", None),
        ("/usr/bin/app --name 'a b'", "/usr/bin/app --name a b", True),
    ],
)  # fmt: skip
def test_whether_a_command_line_is_that_of_its_unit(exec_start: str, argv: str, agree: bool | None) -> None:
    assert as_started(exec_start, argv.split()) is agree


def test_a_title_tells_nothing_of_how_a_process_was_started() -> None:
    assert as_started("/usr/bin/gunicorn app", ["gunicorn: master [app]"]) is None


# --- what cannot be looked at -----------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.parametrize("kind", ["container-user", "clock", "env", "replicas", "image-tag", "stray-process"])
async def test_an_engine_that_hangs_leaves_all_that_is_seen_through_it_unknown_and_not_down(
    engine: LabEngine, tmp_path: Path, kind: str
) -> None:
    ref = ContainerRef("opslab-any")
    of: dict[str, Any] = {
        "container-user": ref,
        "clock": ClockOf(ref),
        "env": EnvOf(ref),
        "replicas": ReplicasOf(ref),
        "image-tag": ImageOf(ref, str(tmp_path)),
        "stray-process": StrayOf(argv="x", containers=(ref,)),
    }
    async with gate_before(engine, tmp_path) as gate:
        gate.hold()
        world = World(engine_host=gate.host)
        (sample,) = await open_probe(kind, world).read([Target(kind, "it", of[kind])], 0.3)
        await world.close()
    assert sample.problem is not None and sample.problem.kind.level is Level.UNKNOWN
    assert "does not answer within 300 ms" in sample.problem.reason
