"""Plain processes: which of those on a real machine are meant, and which only look so."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from opsconsole.model.readings import Process, ProcessReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ProcessesRef
from opsconsole.probes.base import World
from opsconsole.probes.proc import HOLDER, matching, reading_of, tree_of
from opsconsole.probes.proctable import ProcessTable
from tests.probes.processes import Recorded, Started, descendants, wait_for_comm
from tests.support.waiting import wait_until


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Processes of this test."""
    here = Started(tmp_path)
    yield here
    here.end_all()


@pytest.fixture
def token() -> str:
    """A word that stands in no other command line of this machine."""
    return f"role-{uuid4().hex}"


def pids(found: list[Process] | Problem) -> list[int]:
    """The pids of what was found."""
    return [] if isinstance(found, Problem) else [process.pid for process in found]


def reason(found: object) -> str:
    """Why nothing was found."""
    assert isinstance(found, Problem)
    return found.reason


def me() -> str:
    """The name of whoever runs the tests."""
    return pwd.getpwuid(os.geteuid()).pw_name


def test_a_service_is_found_by_a_part_of_its_command_line(started: Started, token: str) -> None:
    pid = started.python(started.script("worker.py"), "--role", token)
    found = matching(World(), ProcessesRef(f"--role {token}"))
    assert pids(found) == [pid]
    assert isinstance(found, list)
    assert (found[0].program, found[0].user, found[0].argv[-1]) == ("worker.py", me(), token)


def test_start_time_and_parent_are_those_that_psutil_tells(started: Started, token: str) -> None:
    pid = started.python(started.script("worker.py"), token)
    first = matching(World(), ProcessesRef(token))
    assert isinstance(first, list)
    assert first[0].started_at == pytest.approx(psutil.Process(pid).create_time(), abs=1)
    assert first[0].ppid == os.getpid()
    world = World()
    again = [matching(world, ProcessesRef(token)) for _ in range(3)]
    assert again[0] == again[1] == again[2], "looking twice must not make a process look changed"


def test_every_process_of_this_machine_is_read_as_psutil_reads_it() -> None:
    table = ProcessTable(Path("/proc"), lambda: 0.0)
    ours = table.everything()
    compared = 0
    for process in psutil.process_iter():
        mine = ours.get(process.pid)
        try:
            told = (process.ppid(), tuple(process.cmdline()), process.uids().effective, process.status())
        except psutil.Error:
            continue
        if mine is None or told[3] == psutil.STATUS_ZOMBIE or table.one(process.pid) != mine:
            continue
        # One that wrote a title over its command line is split at blanks by psutil.
        assert (mine.ppid, " ".join(mine.argv).split(), mine.uid) == (told[0], " ".join(told[1]).split(), told[2])
        compared += 1
    assert compared > 3


def test_only_processes_of_the_user_count_and_the_reason_names_the_others(started: Started, token: str) -> None:
    pid = started.python(started.script("worker.py"), token)
    other = "nobody" if me() != "nobody" else "root"
    assert pids(matching(World(), ProcessesRef(token, user=me()))) == [pid]
    assert reason(matching(World(), ProcessesRef(token, user=other))) == (
        f"no process of user {other} has '{token}' in its command line; process {pid} of user {me()} has"
    )


def test_a_user_that_does_not_exist_is_named(token: str) -> None:
    assert (
        reason(matching(World(), ProcessesRef(token, user="zach0t")))
        == "there is no user called zach0t on this machine"
    )


def test_nothing_matching_is_gone_with_the_words_that_were_asked_for(token: str) -> None:
    found = reading_of(World(), ProcessesRef(token, user=me()))
    assert found == Problem(
        ProblemKind.GONE,
        f"no process of user {me()} has '{token}' in its command line; is it running, and is processes.argv right?",
    )


def test_the_working_folder_tells_two_of_a_kind_apart(started: Started, token: str) -> None:
    script = started.script("worker.py")
    places = [started.folder / "one" / "deep", started.folder / "one-more"]
    for place in places:
        place.mkdir(parents=True)
    first, second = (started.python(script, token, cwd=place) for place in places)
    assert set(pids(matching(World(), ProcessesRef(token)))) == {first, second}
    assert pids(matching(World(), ProcessesRef(token, cwd=str(started.folder / "one")))) == [first]
    assert pids(matching(World(), ProcessesRef(token, cwd=f"{started.folder}/one-more/"))) == [second]
    assert "below /nowhere" in reason(matching(World(), ProcessesRef(token, cwd="/nowhere")))


def test_whoever_only_looks_at_a_service_is_not_it(started: Started, token: str) -> None:
    log = started.script(f"{token}.log", "")
    started.start("tail", "-f", log)
    started.start("grep", token)
    started.start("sh", "-c", f"tail -f {log} | cat")
    looker = started.start("sh", "-c", f"tail -f {log}; true")
    wait_until("the last shell to have its child", lambda: descendants(looker))
    assert "has" in reason(matching(World(), ProcessesRef(token)))
    assert pids(matching(World(), ProcessesRef(f"tail -f {log}"))), "unless it is what was asked for"


def test_we_ourselves_and_what_we_start_to_look_are_not_it(started: Started, token: str) -> None:
    started.python(started.script("asks.py"), token, own_session=False)
    assert pids(matching(World(), ProcessesRef(token))) == []
    ourselves = Path(f"/proc/{os.getpid()}/cmdline").read_bytes().split(b"\0")
    assert os.getpid() not in pids(matching(World(), ProcessesRef(ourselves[0].decode())))


def test_another_opsconsole_that_was_asked_about_it_is_not_it(started: Started, token: str) -> None:
    started.python(started.script("opsconsole"), "check", token)
    assert pids(matching(World(), ProcessesRef(token))) == []


def test_what_a_step_of_a_run_is_doing_is_not_it_but_what_it_leaves_behind_is(started: Started, token: str) -> None:
    """A holder, a step on its terminal that names the service, and a service that the step set free."""
    assert find_spec(HOLDER), "the program that holds runs is called so"
    package = started.folder / "opsconsole" / "run"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    worker = started.script("worker.py")
    (package / "holder.py").write_text(
        "import os, pty, signal, subprocess, sys\n"
        "if pty.fork()[0] == 0:\n"
        f"    subprocess.Popen([sys.executable, {str(worker)!r}, {token!r}], start_new_session=True)\n"
        f"    os.execvp(sys.executable, [sys.executable, {str(worker)!r}, 'step', {token!r}])\n"
        "signal.pause()\n"
    )
    holder = started.start(sys.executable, "-m", HOLDER)
    wait_until("the step and the service", lambda: len(descendants(holder)) == 2)

    def both_settled() -> bool:
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in descendants(holder)]
        return sorted(b"\0step\0" in line for line in lines) == [False, True] and all(b"worker.py" in x for x in lines)

    wait_until("both to be what they will be", both_settled)
    found = matching(World(), ProcessesRef(token))
    assert isinstance(found, list)
    assert [process.argv[-2:] for process in found] == [(str(worker), token)]


def test_spawned_workers_belong_to_it_though_they_do_not_say_so(started: Started, token: str) -> None:
    script = started.script(
        "pool.py",
        "import multiprocessing, signal\n"
        "if __name__ == '__main__':\n"
        "    spawn = multiprocessing.get_context('spawn')\n"
        "    for _ in range(2):\n"
        "        spawn.Process(target=signal.pause).start()\n"
        "    signal.pause()\n",
    )
    pid = started.python(script, token)
    wait_until("its workers and their tracker", lambda: len(descendants(pid)) == 3)
    found = wait_until("all four", lambda: _of_size(4, reading_of(World(), ProcessesRef(token))), within=10)
    assert found.main.pid == pid
    assert {process.program for process in found.processes} == {"pool.py"}
    assert found.same_program == 3, "the tracker serves, it does not work"


def test_workers_that_call_themselves_something_else_belong_to_the_master_that_was_meant(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["[celeryd: celery@host:MainProcess] -active- (-A config worker -Q ai)"])
    box.process(7_000_002, 7_000_001, ["[celeryd: celery@host:ForkPoolWorker-1]"])
    box.process(7_000_003, 7_000_002, ["ffmpeg", "-i", "in.mp4"])
    box.process(7_000_004, 1, ["[celeryd: celery@host2:MainProcess] -active- (-A config worker -Q billing)"])
    assert pids(matching(box.world, ProcessesRef("-Q ai"))) == [7_000_001, 7_000_002]


def _of_size(size: int, found: ProcessReading | Problem) -> ProcessReading | None:
    return found if isinstance(found, ProcessReading) and len(found.processes) == size else None


def test_a_process_that_has_ended_and_was_not_buried_is_gone(started: Started, token: str) -> None:
    pid = started.python(started.script("worker.py"), token)
    world = World()
    assert pids(matching(world, ProcessesRef(token))) == [pid]
    os.kill(pid, 9)
    wait_until("it to have ended", lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert matching(world, ProcessesRef(token)) == Problem(
        ProblemKind.GONE, f"no process has '{token}' in its command line; is it running, and is processes.argv right?"
    )
    assert tree_of(world, pid) is None


def test_a_process_that_turns_into_another_program_is_seen_as_that(started: Started) -> None:
    pid = started.start("sh", "-c", "read go; exec sleep 1000")
    world = World()
    wait_for_comm(pid, "sh")
    before = tree_of(world, pid)
    started.say(pid, "go")
    wait_for_comm(pid, "sleep")
    after = tree_of(world, pid)
    assert before is not None
    assert after is not None
    assert (before.main.program, after.main.program) == ("sh", "sleep")
    assert before.main.started_at == after.main.started_at


def test_a_tree_holds_all_below_a_process_and_knows_the_program_from_its_wrappers(started: Started) -> None:
    worker = started.script("worker.py")
    pid = started.start("timeout", "1000", "sh", "-c", f"{sys.executable} {worker}; true")
    wait_until("the worker to run", lambda: len(descendants(pid)) == 2)
    tree = wait_until("the worker to be seen", lambda: _running("worker.py", tree_of(World(), pid)))
    assert [process.program for process in tree.processes] == ["worker.py"] * 3
    assert [process.supporting for process in tree.processes] == [True, True, False]
    assert tree.same_program == 1


def _running(program: str, tree: ProcessReading | None) -> ProcessReading | None:
    return tree if tree is not None and tree.main.program == program else None


def test_secrets_in_a_command_line_are_masked(started: Started, token: str) -> None:
    started.python(started.script("worker.py"), token, "--password", "hunter2", "--broker=redis://:hunter2@h/0")
    found = matching(World(), ProcessesRef(token))
    assert isinstance(found, list)
    assert found[0].argv[-3:] == ("--password", "***", "--broker=redis://:***@h/0")


def test_a_pid_that_was_given_to_another_process_is_another_process(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["/usr/bin/worker", "--role", "web"], started=1000)
    world = box.world
    before = matching(world, ProcessesRef("--role web"))
    box.process(7_000_001, 1, ["/usr/bin/worker", "--role", "mail"], started=2000)
    assert isinstance(before, list)
    assert before[0].started_at == 1700000000 + 1000 / os.sysconf("SC_CLK_TCK")
    assert reason(matching(world, ProcessesRef("--role web")))
    tree = tree_of(world, 7_000_001)
    assert tree is not None
    assert tree.main.argv[-1] == "mail"


def test_names_with_parentheses_blanks_and_bytes_that_are_no_text_are_read(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["/srv/a) S 1 (b", "x"])
    cmdline = tmp_path / "proc/7000001/cmdline"
    cmdline.write_bytes(cmdline.read_bytes() + b"\xff\x1b[31m\0")
    tree = tree_of(box.world, 7_000_001)
    assert tree is not None
    assert (tree.main.ppid, tree.main.program) == (1, "a) S 1 (b")
    assert tree.main.argv[-1] == "\ufffd\x1b[31m"
