"""The holder: real processes on a real pty, on behalf of consoles that come and go."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opsconsole.model.run import Entry
from opsconsole.model.trouble import TroubleError
from opsconsole.run import wire
from opsconsole.run.kinds import Kind
from opsconsole.run.launch import launch_holder
from opsconsole.run.link import HolderGone, Link, NotDone
from opsconsole.run.starting import digest, lost_parts
from tests.run.lab import Console, alive, all_bytes, journalled, kill_holder, names_in, new_run
from tests.support.waiting import wait_for, wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_run(tmp_path / "run")


async def test_a_part_leaves_its_intent_its_output_and_its_result(folder: Path) -> None:
    console = await Console.at(folder)
    result = await console.run("echo hello; exit 3")
    assert result["exit"] == 3
    assert console.printed() == "hello\n"
    assert [entry.kind for entry in journalled(folder)] == [Kind.BEGUN, Kind.HOLDER, Kind.STARTED, Kind.ENDED]
    started = journalled(folder)[2].data
    assert started["text"] == "echo hello; exit 3"
    assert started["where"] == "here"
    assert started["risk"] == "read"


async def test_the_intent_is_on_disk_before_the_command_begins(folder: Path) -> None:
    console = await Console.at(folder)
    await console.run("grep -c started journal.jsonl")
    assert console.printed() == "1\n"


async def test_a_step_has_a_terminal_no_pager_and_the_umask_of_whoever_began_the_run(folder: Path) -> None:
    mask = os.umask(0o027)
    try:
        console = await Console.at(folder)
    finally:
        os.umask(mask)
    await console.run('tty >/dev/null && echo "$PAGER $GIT_PAGER $SYSTEMD_PAGER $TERM $(umask) $PWD"')
    assert console.printed().strip() == f"cat cat cat xterm-256color 0027 {folder}"


async def test_all_steps_share_one_terminal_and_each_is_its_foreground(folder: Path) -> None:
    console = await Console.at(folder)
    seen = []
    for _ in range(2):
        await console.run("ps -o tty=,pgid=,tpgid= -p $$")
        seen.append(console.printed().split())
    assert seen[0][0] == seen[1][0]
    assert all(group == foreground for _, group, foreground in seen)


async def test_the_holder_and_what_it_writes_are_for_its_user_only(folder: Path) -> None:
    console = await Console.at(folder)
    await console.run("true")
    for path in (folder / wire.SOCKET, folder / "journal.jsonl", *(folder / "output").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


async def test_what_was_printed_last_is_never_lost(folder: Path) -> None:
    """A process that ends right after it printed leaves its last words in the terminal's own buffer."""
    console = await Console.at(folder)
    for number in range(30):
        await console.run(f"seq 2000; printf last{number}")
        assert console.printed().endswith(f"\n2000\nlast{number}")


async def test_a_step_goes_on_without_its_console_and_the_next_one_sees_its_result(folder: Path) -> None:
    first = await Console.at(folder)
    started = await first.start("echo begun; until test -e go; do sleep 0.02; done; echo over; exit 4")
    await first.leave()
    assert alive(started["pid"])
    second = await Console.at(folder)
    assert second.pid == first.pid
    assert second.hello["running"]["pid"] == started["pid"]
    (folder / "go").touch()
    assert (await second.ended())["exit"] == 4
    assert (folder / "output" / started["output"]).read_text() == "begun\nover\n"


async def test_the_result_is_written_also_when_no_console_is_there(folder: Path) -> None:
    console = await Console.at(folder)
    await console.start("until test -e go; do sleep 0.02; done; exit 5")
    await console.leave()
    (folder / "go").touch()
    await wait_for("the result in the journal", lambda: journalled(folder)[-1].kind == Kind.ENDED)
    assert journalled(folder)[-1].data["exit"] == 5


async def test_when_the_holder_is_killed_the_outcome_is_unknown_and_the_next_holder_says_so(folder: Path) -> None:
    console = await Console.at(folder)
    started = await console.start("sleep 60")
    kill_holder(folder)
    await wait_for("the console to notice", lambda: console.gone)
    await wait_for("the step to be hung up on", lambda: not alive(started["pid"]))
    again = await Console.at(folder)
    lost = journalled(folder)[-2]
    assert lost.kind == Kind.LOST
    assert lost.data["reason"] == "its holder died while it ran, and its process is gone"
    assert again.hello["running"] is None


async def test_a_process_that_outlived_its_holder_is_named(folder: Path) -> None:
    console = await Console.at(folder)
    started = await console.start("trap '' HUP; echo ready; while :; do sleep 0.1; done")
    await wait_for("the trap to be set", lambda: "ready" in console.printed())
    kill_holder(folder)
    await Console.at(folder)
    assert f"process {started['pid']} is still there" in journalled(folder)[-2].data["reason"]
    assert alive(started["pid"])


async def test_a_killed_holder_does_not_let_its_command_begin_without_its_intent(folder: Path) -> None:
    """Whatever the moment it dies at: what has run stands in the journal."""
    for attempt in range(5):
        console = await Console.at(folder)
        starting = asyncio.create_task(console.start(f"echo {attempt} >> ledger; sleep 60"))
        await asyncio.sleep(0.002 * attempt)
        kill_holder(folder)
        await asyncio.gather(starting, return_exceptions=True)
    ledger = (folder / "ledger").read_text().split() if (folder / "ledger").exists() else []
    intents = [entry.data["text"].split()[1] for entry in journalled(folder) if entry.kind == Kind.STARTED]
    assert set(ledger) <= set(intents)
    assert len(ledger) == len(set(ledger))


async def test_nothing_is_started_twice_by_two_consoles_that_saw_the_same(folder: Path) -> None:
    one, other = await Console.at(folder), await Console.at(folder)
    results = await asyncio.gather(
        one.start("echo x >> ledger"), other.start("echo x >> ledger"), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, NotDone)]
    assert len(refused) == 1
    assert refused[0].why == "watching"
    await one.link.ask("hand over")
    other.seq -= 1  # as if it had not heard yet
    with pytest.raises(NotDone) as late:
        await other.start("echo x >> ledger")
    assert late.value.why in ("moved", "busy")
    await wait_for("the result", lambda: journalled(folder)[-1].kind == Kind.ENDED)
    assert (folder / "ledger").read_text() == "x\n"


async def test_only_the_text_that_was_shown_is_run(folder: Path) -> None:
    console = await Console.at(folder)
    with pytest.raises(NotDone, match="not the one that was shown"):
        await console.start("touch changed", shown="touch shown")
    assert [entry.kind for entry in journalled(folder)] == [Kind.BEGUN, Kind.HOLDER]
    assert not (folder / "changed").exists()


async def test_an_interrupt_is_what_ctrl_c_does(folder: Path) -> None:
    console = await Console.at(folder)
    await console.start("trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.05; done")
    await wait_for("the trap to be set", lambda: "ready" in console.printed())
    await console.link.ask("interrupt")
    result = await console.ended()
    assert (result["exit"], result["interrupted"]) == (7, True)
    assert "caught" in console.printed()


async def test_an_interrupt_is_not_lost_however_early_it_comes(folder: Path) -> None:
    console = await Console.at(folder)
    for _ in range(30):
        await console.start("sleep 60")
        await console.link.ask("interrupt")
        result = await console.ended()
        assert (result["exit"], result["interrupted"]) == (-signal.SIGINT, True)


async def test_what_is_typed_reaches_the_program_and_nothing_is_left_of_it_for_the_next(folder: Path) -> None:
    console = await Console.at(folder)
    await console.start("echo ready; read line; echo got:$line")
    await wait_for("the program to read", lambda: "ready" in console.printed())
    await console.link.ask("input", text="open sesame\nrm -rf precious\n")
    await console.ended()
    assert "got:open sesame" in console.printed()
    await console.run("stty -a | grep -o ' echo '; read -t 0.05 line; echo next:$line")
    assert console.printed().split() == ["echo", "next:"]


async def test_the_window_has_the_size_of_the_console(folder: Path) -> None:
    console = await Console.at(folder)
    await console.link.ask("resize", cols=132, rows=43)
    await console.run("stty size")
    assert console.printed() == "43 132\n"


async def test_a_step_that_has_had_its_time_is_ended_whole_and_no_console_is_needed(
    folder: Path,
) -> None:
    console = await Console.at(folder)
    await console.start("sleep 60 | sleep 61", timeout=0.3)
    await console.leave()
    await wait_for("the result in the journal", lambda: journalled(folder)[-1].kind == Kind.ENDED)
    result = journalled(folder)[-1].data
    assert (result["exit"], result["timed_out"], result["left"]) == (-signal.SIGTERM, True, [])
    assert 0.3 <= result["seconds"] < 60


async def test_one_that_does_not_listen_is_killed_after_its_grace(folder: Path) -> None:
    console = await Console.at(folder)
    result = await console.run("trap '' TERM; while :; do sleep 0.1; done", timeout=0.1, kill_after=0.2)
    assert (result["exit"], result["timed_out"]) == (-signal.SIGKILL, True)


async def test_what_a_step_leaves_running_is_named(folder: Path) -> None:
    console = await Console.at(folder)
    result = await console.run("sleep 61 & echo $!; until grep -q sleep /proc/$!/comm; do :; done")
    assert result["left"] == [[int(console.printed()), "sleep"]]


async def test_also_what_has_gone_away_into_a_session_of_its_own_and_closed_all_that_it_had(folder: Path) -> None:
    console = await Console.at(folder)
    result = await console.run(
        "(setsid sh -c 'echo $$ > gone; exec sleep 611' </dev/null >/dev/null 2>&1 &); until test -s gone; do :; done; "
        "until grep -q sleep /proc/$(cat gone)/comm; do :; done; exec 0<&- 1>&- 2>&-"
    )
    gone = int((folder / "gone").read_text())
    assert result["left"] == [[gone, "sleep"]]
    assert (await console.run("true"))["left"] == [], "it is not the next one's"
    os.kill(gone, signal.SIGKILL)


async def test_what_a_step_does_to_the_size_of_the_window_is_undone_after_it(folder: Path) -> None:
    console = await Console.at(folder)
    await console.link.ask("resize", cols=91, rows=37)
    await console.run("stty cols 3 rows 1")
    await console.run("stty size")
    assert console.printed() == "37 91\n"


async def test_two_hundred_megabytes_are_complete_on_disk_and_not_in_memory(folder: Path) -> None:
    console = await Console.at(folder)
    before = _memory(console.pid)
    await console.start("head -c 200000000 /dev/zero | tr '\\0' x; rm going")
    (folder / "going").touch()
    while (folder / "going").exists():
        await console.link.ask("hello")  # it answers all the time, and so would take a key
    result = await console.ended()
    assert result["size"] == 200_000_000
    assert result["lost"] == 0
    assert _memory(console.pid) - before < 4_000


def _memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


async def test_a_console_that_does_not_listen_holds_nobody_up(folder: Path) -> None:
    console = await Console.at(folder)
    with wire.meeting_place(folder) as path:
        deaf = socket.socket(socket.AF_UNIX)
        deaf.connect(path)
    note = {"name": "note", "value": "x" * 200_000}
    for _ in range(12):
        await console.link.ask("append", kind=Kind.INPUT, data=note, after=console.seq)
    assert (await console.run("echo on"))["exit"] == 0
    deaf.close()


async def test_secrets_reach_the_program_and_neither_the_output_nor_the_journal(folder: Path) -> None:
    console = await Console.at(folder)
    secret = "hunter2-hunter2"
    await console.run(
        'printf %s "${pw:0:6}"; sleep 0.05; echo "${pw:6}"; echo ${#pw}', env={"pw": secret}, secrets=["pw"]
    )
    assert console.printed() == "••••••\n15\n"
    assert secret.encode() not in all_bytes(folder)


async def test_a_command_that_cannot_be_run_says_so_in_its_output(folder: Path) -> None:
    console = await Console.at(folder)
    await console.link.ask(
        "start",
        step=0,
        part=0,
        name="step",
        attempt=1,
        text="SELECT 1",
        digest=digest("SELECT 1"),
        argv=["no-such-interpreter", "-c", None],
        cwd=str(folder),
        where="here",
        risk="read",
        after=console.seq,
    )
    assert (await console.ended())["exit"] == 127
    assert "no-such-interpreter: No such file" in console.printed()


async def test_no_console_may_write_what_only_the_holder_knows(folder: Path) -> None:
    console = await Console.at(folder)
    for kind in (Kind.STARTED, Kind.ENDED, Kind.LOST):
        with pytest.raises(NotDone, match="only the holder writes"):
            await console.link.ask("append", kind=kind, data={}, after=console.seq)


async def test_garbage_on_the_line_is_answered_and_does_no_harm(folder: Path) -> None:
    console = await Console.at(folder)
    for fields in ({"do": "dance"}, {"do": "start"}, {"do": "append", "kind": "nonsense", "data": {}, "after": 2}):
        with pytest.raises(NotDone, match="does not understand"):
            await console.link.ask(**fields)
    assert (await console.run("true"))["exit"] == 0


async def test_it_leaves_when_the_run_is_over_and_cleans_up(folder: Path) -> None:
    console = await Console.at(folder)
    await console.link.ask("append", kind=Kind.CLOSED, data={"how": "done"}, after=console.seq)
    await wait_for("the holder to leave", lambda: wire.holder_of(folder) is None and not alive(console.pid))
    assert names_in(folder) == ["holder.lock", "holder.log", "journal.jsonl", "journal.jsonl.seal"]
    assert (folder / "holder.log").read_text() == ""


async def test_it_leaves_when_nobody_has_come_back_for_long_but_never_from_a_running_step(folder: Path) -> None:
    console = await Console.at(folder, idle=0.2)
    await console.start("until test -e go; do sleep 0.02; done")
    await console.leave()
    assert await _stays(console.pid, 0.6)
    (folder / "go").touch()
    await wait_for("the holder to leave", lambda: not alive(console.pid))
    assert journalled(folder)[-1].kind == Kind.ENDED


async def _stays(pid: int, seconds: float) -> bool:
    """Still there after a time in which it would have left, if it left too early."""
    try:
        await wait_for("it to be gone", lambda: not alive(pid), within=seconds)
    except AssertionError:
        return True
    return False


async def test_told_to_end_it_ends_the_step_and_writes_its_result_first(folder: Path) -> None:
    console = await Console.at(folder)
    await console.start("trap 'sleep 0.1; exit 9' TERM; echo ready; while :; do sleep 0.02; done")
    await wait_for("the trap to be set", lambda: "ready" in console.printed())
    kill_holder(folder, signal.SIGTERM)
    assert journalled(folder)[-1].data["exit"] == 9


async def test_a_hang_up_does_not_end_it(folder: Path) -> None:
    console = await Console.at(folder)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        os.kill(console.pid, number)
    assert (await console.run("echo on"))["exit"] == 0


async def test_it_works_in_a_folder_deeper_than_a_socket_name_may_be_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100) / "run"
    console = await Console.at(new_run(deep))
    assert (await console.run("true"))["exit"] == 0


async def test_there_is_only_one_at_a_time(folder: Path) -> None:
    console = await Console.at(folder)
    with pytest.raises(TroubleError, match="another holder has it"):
        await launch_holder(folder)
    assert (await console.run("true"))["exit"] == 0


async def test_a_step_costs_little_more_than_bash_itself(folder: Path) -> None:
    console = await Console.at(folder)
    on_top = []
    for _ in range(21):
        alone = await _time_of_bash()  # right before it, so that whatever else the box does is in both
        on_top.append(await _time_of_step(console) - alone)
    # The bound that issue 3 sets. A step is handed on eight times where bash is twice, and on a busy box each of them
    # waits for its turn: the pair in which they waited least tells what we ourselves take, which no load makes less.
    assert min(on_top) < 0.06


async def _time_of_step(console: Console) -> float:
    console.over.clear()
    began = time.monotonic()
    await console.start("true")
    await console.over.wait()
    return time.monotonic() - began


async def _time_of_bash() -> float:
    began = time.monotonic()
    await (await asyncio.create_subprocess_exec("bash", "-c", "true")).wait()
    return time.monotonic() - began


async def test_it_leaves_when_its_folder_is_taken_away(folder: Path) -> None:
    console = await Console.at(folder)
    shutil.rmtree(folder)
    await wait_for("the holder to leave", lambda: not alive(console.pid))


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import opsconsole.run.holder\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(names - sys.stdlib_module_names))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.stdout.split() == ["opsconsole"], done.stderr


def test_a_part_that_ran_when_the_box_went_down_is_said_to_have() -> None:
    started = {"step": 0, "part": 0, "name": "mend", "attempt": 1, "pid": 1, "pid_started": 5, "boot": "another"}
    [lost] = lost_parts([Entry(1, 0.0, Kind.STARTED, started)])
    assert lost["reason"] == "the box was started anew while it ran"


def test_there_is_no_link_without_a_holder(folder: Path) -> None:
    with pytest.raises(HolderGone):
        asyncio.run(Link.open(folder, lambda message: None))
    wait_until("nobody to hold it", lambda: wire.holder_of(folder) is None)
