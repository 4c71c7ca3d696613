"""`opsconsole run` and `opsconsole runs`: the real program, through pipes and on a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from opsconsole.run import journal
from tests.run.lab import kill_holder
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
STACK = """name = "shop"
[[guard.forbid]]
words = ["makemigrations"]
because = "production never generates migrations"
"""
BOOK = """---
inputs:
  who: { ask: Who?, pattern: '\\w+' }
---

# Say hello

Some words before.

```bash {name=look}
echo "hello $who"
```

```bash {name=mend}
touch made
```

- [ ] Tell the others
"""


class Program:
    """The real program on a stack in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "stack.toml").write_text(STACK)
        self.book = folder / "hello.md"
        self.book.write_text(BOOK)

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "opsconsole", "--stack", str(self.folder / "stack.toml"), *words]

    def __call__(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = self.argv(*words)
        return subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=60)

    def terminal(self, *words: str) -> pexpect.spawn:
        command, *arguments = self.argv(*words)
        env = {**os.environ, "NO_COLOR": "1"}
        return pexpect.spawn(command, arguments, cwd=ROOT, env=env, encoding="utf-8", timeout=20, dimensions=(40, 100))

    @property
    def runs(self) -> list[Path]:
        return sorted(path.parent for path in Path(os.environ["XDG_STATE_HOME"]).rglob(journal.FILE))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    program = Program(tmp_path)
    yield program
    for run in program.runs:
        kill_holder(run, signal.SIGTERM)  # so that it lets go of the stack


WAYS = """
# Which way
## Is it back?
- [Yes](#record)
- [No](#mend)
## Mend
```bash
touch mended
```
## Record
=== "By mail"

    ```bash
    touch mailed
    ```

=== "By hand"

    ```bash
    touch written
    ```
"""


BESIDE = """---
rto: 1ms
escalate: lead
inputs:
  who: { ask: Who?, pattern: '\\w+' }
---
# Beside the questions
## Impact
Nobody gets mail.
## Look
Words before.

```bash
# Expected: hello ann
# Expected: never printed
echo "hello   $who"; exit 3
```

It prints a greeting.

- [ ] Tell them

Last words.
"""


def test_what_the_author_says_the_clock_and_whom_to_call_stand_beside_the_questions(program: Program) -> None:
    program.book.write_text(BESIDE)
    stack = program.folder / "stack.toml"
    stack.write_text(f'{STACK}[contacts]\nlead = "Anna, +49 170 123"\n')
    done = program("run", "hello", typed="ann\nv\n\ns\n\ns\nknown\nn\nby mail\ny\n")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    for words in (
        "Impact: Nobody gets mail.",
        "  who = ann",
        "  ✓ expected: hello ann",
        "  ? not seen word for word: never printed",
        "escalate to lead: Anna, +49 170 123",
        ": over",
        "that needs a reason",
        "It prints a greeting.",
        "Last words.",
    ):
        assert words in said, words
    assert said.index("Words before.") < said.index("hello   ann") < said.index("It prints a greeting.")
    assert "by mail" in program("runs", "report", "last").stdout


def test_ways_are_picked_by_their_number_and_each_says_where_it_leads(program: Program) -> None:
    program.book.write_text(WAYS)
    done = program("run", "hello", typed="7\n1\n2\ny\ny\n")
    assert done.returncode == 0, done.stderr
    for words in ("1 Yes → step 3 · Record", "2 No → step 2 · Mend", "Which way? [1-2]", "that is none of the answers"):
        assert words in done.stdout
    assert "these are alternatives" in done.stdout
    assert "  1 By mail\n      touch mailed\n  2 By hand\n      touch written\n" in done.stdout
    assert "chosen: By hand" in done.stdout
    assert not (program.folder / "mended").exists()
    assert not (program.folder / "mailed").exists()
    assert (program.folder / "written").exists()


def test_a_run_through_a_pipe_from_first_to_last_answer(program: Program) -> None:
    done = program("run", "hello", "--reason", "paged", typed="anna\ny\ny\ny\ny\n")
    assert done.returncode == 0, done.stderr
    assert "hello anna" in done.stdout
    assert "CHANGE" in done.stdout
    assert "OPS-check after mend" in done.stdout
    assert (program.folder / "made").exists()
    assert "done; report: opsconsole runs report" in done.stderr


def test_a_run_begins_with_what_changed_here_lately(program: Program) -> None:
    done = program("run", "hello", "--set", "who=ann", typed="\n")
    before, _, after = done.stdout.partition("changed here lately:\n")
    assert "Say hello" in before
    assert after.index("stack.toml") < after.index("1 of 3")
    assert "changed here lately" not in program("runs", "resume", "last").stdout, "something was done since"


def test_enter_alone_runs_a_look_and_never_a_change(program: Program) -> None:
    done = program("run", "hello", "--set", "who=anna", typed="\n" * 10)
    assert "hello anna" in done.stdout
    assert not (program.folder / "made").exists()
    assert done.returncode == 1


def test_where_the_input_ends_the_run_is_left_open_and_says_so(program: Program) -> None:
    done = program("run", "hello", typed="anna\n")
    assert done.returncode == 1
    assert "the input has ended; the run stays open; take it up with: opsconsole runs resume" in done.stderr
    again = program("runs", "resume", "last", typed="y\ny\ny\ny\n")
    assert again.returncode == 0, again.stderr
    assert (program.folder / "made").exists()


def test_a_runbook_that_has_changed_is_shown_as_a_diff_before_the_run_goes_on_with_its_old_text(
    program: Program,
) -> None:
    program("run", "hello", typed="anna\ny\n")
    program.book.write_text(BOOK.replace("touch made", "touch other"))
    again = program("runs", "resume", "last", typed="y\ny\ny\ny\n")
    assert again.returncode == 0, again.stderr
    diff = "  1 line taken out, 1 line put in; changed: step mend\n\n  @@ "
    assert diff in again.stdout
    assert "  -touch made\n  +touch other\n" in again.stdout
    assert "Go on with the text it began with? [y]es [q] stop [l]eave open > y" in again.stdout
    assert (program.folder / "made").exists()
    assert not (program.folder / "other").exists()


def test_looks_can_be_allowed_beforehand_and_nothing_else(program: Program) -> None:
    done = program("run", "hello", "--set", "who=anna", "--yes-to", "read", typed="")
    assert "hello anna" in done.stdout
    assert "Run this? [y]es" in done.stdout
    assert not (program.folder / "made").exists()


def test_a_failed_step_that_ends_the_run_is_exit_1(program: Program) -> None:
    program.book.write_text("```bash\nfalse\n```\n")
    done = program("run", "hello", typed="y\nq\ncannot go on\n")
    assert done.returncode == 1
    assert "failed: exit code 1" in done.stdout
    assert "failed" in program("runs", "list").stdout


def test_what_the_guard_refuses_is_exit_2_and_is_not_run(program: Program) -> None:
    program.book.write_text("```bash\npython3 manage.py makemigrations; touch ran\n```\n")
    for words in (("run", "hello"), ("run", "hello", "--dry-run")):
        done = program(*words)
        assert done.returncode == 2, done.stderr
        assert "production never generates migrations" in done.stdout
    assert not (program.folder / "ran").exists()


def test_read_only_refuses_a_change(program: Program) -> None:
    done = program("--read-only", "run", "hello", "--set", "who=anna", "--from", "mend", typed="")
    assert done.returncode == 2
    assert "read-only" in done.stdout
    assert not (program.folder / "made").exists()


def test_a_dry_run_prints_the_commands_filled_in_and_starts_and_keeps_nothing(program: Program) -> None:
    program.book.write_text("```bash {name=mend}\ntouch <file>\n```\n\n```bash\nrm -rf <file>\n```\n")
    done = program("run", "hello", "--dry-run", "--set", "file=made")
    assert done.returncode == 0
    assert "$ touch made" in done.stdout
    assert "DESTROY" in done.stdout
    assert program.runs == []
    assert not (program.folder / "made").exists()


def test_a_dry_run_starts_no_process_at_all(program: Program) -> None:
    program.book.write_text("---\ninputs:\n  tag: { ask: Tag?, from: 'echo v7' }\n---\n\n```bash\necho $tag\n```\n")
    code = (
        "import sys\n"
        "def watch(event, args):\n"
        "    if event in ('subprocess.Popen', 'os.fork', 'os.forkpty', 'os.exec', 'os.posix_spawn', 'os.system'):\n"
        "        raise SystemExit(f'started {event} {args}')\n"
        "sys.addaudithook(watch)\n"
        "from opsconsole.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", code, *program.argv("run", "hello", "--dry-run")[3:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tag=(asked for)" in done.stdout


def test_a_run_may_begin_at_a_later_step_by_name_or_number(program: Program) -> None:
    for step in ("mend", "2"):
        done = program("run", "hello", "--from", step, typed="y\ny\ny\n")
        assert done.returncode == 0, done.stderr
        assert "$ touch made" in done.stdout
        assert "echo" not in done.stdout
    wrong = program("run", "hello", "--from", "nowhere")
    assert wrong.returncode == 3
    assert wrong.stderr == ("opsconsole: --from: there is no step nowhere; there are: 1 look, 2 mend, 3 say-hello\n")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("who", "--set who: is not NAME=VALUE"),
        ("whom=x", "does not ask for whom; it asks for who"),
        ("who=a b", r"it must look like \w+"),
    ],
)
def test_a_wrong_value_is_said_in_one_line_and_nothing_begins(program: Program, given: str, words: str) -> None:
    done = program("run", "hello", "--set", given)
    assert done.returncode == 3
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert program.runs == []


def test_a_run_can_be_listed_shown_reported_and_verified_and_an_edit_is_found(program: Program) -> None:
    program("run", "hello", "--reason", "paged", typed="anna\ny\ns\nno need\ny\ny\n")
    [run] = program.runs
    assert run.name in program("runs", "list").stdout
    shown = program("runs", "show", run.name).stdout
    assert "mend: skipped · no need" in shown
    report = program("runs", "report", "last").stdout
    assert report.startswith("# Say hello\n")
    verified = program("runs", "verify", "last")
    assert (verified.returncode, verified.stderr) == (0, "")
    path = run / journal.FILE
    path.write_text(path.read_text().replace("no need", "no harm"))
    verified = program("runs", "verify", "last")
    assert verified.returncode == 1
    assert "altered or damaged: line" in verified.stderr


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda content: b"", "it was cut off: "),
        (lambda content: content[: content[:-1].rfind(b"\n") + 1], "it was cut off: "),
        (lambda content: b"\0" * len(content), "it was cut off: "),
        (lambda content: None, "the journal is gone"),
    ],
    ids=["emptied", "without-its-last-line", "zeroes", "gone"],
)
def test_verify_ends_with_1_whatever_became_of_the_journal_and_the_list_says_so(
    program: Program, harm: Callable[[bytes], bytes | None], words: str
) -> None:
    program("run", "hello", typed="anna\ny\ns\nno need\ny\ny\n")
    [run] = program.runs
    path = run / journal.FILE
    harmed = harm(path.read_bytes())
    path.unlink()
    if harmed is not None:
        path.write_bytes(harmed)
    verified = program("runs", "verify", "last")
    assert verified.returncode == 1
    assert f"{run.name}: altered or damaged: {words}" in verified.stderr
    assert "damaged" in program("runs", "list").stdout


def test_verify_finds_a_careless_edit_of_the_text_that_was_run_and_says_what_it_cannot_prove(program: Program) -> None:
    program("run", "hello", typed="anna\ny\ns\nno need\ny\ny\n")
    assert "no proof against the owner" in program("runs", "verify", "last").stdout
    (program.runs[0] / "runbook.md").write_text("```bash\necho something else\n```\n")
    verified = program("runs", "verify", "last")
    assert (verified.returncode, verified.stdout) == (1, "")
    assert "the runbook's text is not the one it began with" in verified.stderr


def test_a_run_that_is_not_there_is_one_line(program: Program) -> None:
    done = program("runs", "show", "nonsense")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "there is no run nonsense" in done.stderr


def test_the_journal_holds_who_asked_for_what(program: Program) -> None:
    program("run", "hello", "--reason", "paged", typed="anna\ny\n")
    first = json.loads((program.runs[0] / journal.FILE).read_text().splitlines()[0])
    assert first["data"]["reason"] == "paged"
    assert first["data"]["stack"] == "shop"


# --- on a terminal ---------------------------------------------------------------------------------------------


def test_ctrl_c_interrupts_the_running_step_first_and_then_leaves(program: Program) -> None:
    program.book.write_text("```bash\necho begun; sleep 60\n```\n\n- [ ] Tell\n")
    screen = program.terminal("run", "hello")
    screen.expect("Run this.*> ")
    screen.send("y\n")
    screen.expect("begun")
    screen.sendintr()
    screen.expect("the operator ended it before its own end")
    screen.expect("Done.*> ")
    screen.sendintr()
    screen.expect("interrupted; the run stays open")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130


def test_a_password_typed_into_a_step_is_neither_shown_nor_kept(program: Program) -> None:
    program.book.write_text("```bash\nread -rs -p 'Password: ' x; echo; echo ${#x} long\n```\n")
    screen = program.terminal("run", "hello")
    screen.expect("Run this.*> ")
    screen.send("y\n")
    screen.expect("Password: ")
    screen.send("hunter2-hunter2\n")
    screen.expect("15 long")
    assert "hunter2" not in screen.before
    screen.expect("End the run.*> ")
    screen.send("y\n")
    screen.expect(pexpect.EOF)
    kept = b"".join(path.read_bytes() for path in program.runs[0].rglob("*") if path.is_file())
    assert b"hunter2" not in kept


def test_keys_typed_while_a_step_ran_do_not_answer_the_next_question(program: Program) -> None:
    program.book.write_text(
        "```bash\necho begun; until test -e go; do sleep 0.02; done\n```\n\n```bash\ntouch made\n```\n"
    )
    screen = program.terminal("run", "hello")
    screen.expect("Run this.*> ")
    screen.send("y\n")
    screen.expect("begun")
    screen.send("y\ny\ny\n")
    (program.folder / "go").touch()
    screen.expect("touch made")
    screen.expect("Run this.*> ")
    screen.send("l\n")
    screen.expect("the run stays open")
    screen.expect(pexpect.EOF)
    assert not (program.folder / "made").exists()


def test_a_closed_terminal_leaves_the_step_running_and_it_can_be_taken_up(program: Program) -> None:
    program.book.write_text("```bash\necho begun; until test -e go; do sleep 0.02; done; echo over\n```\n")
    screen = program.terminal("run", "hello")
    screen.expect("Run this.*> ")
    screen.send("y\n")
    screen.expect("begun")
    screen.close(force=False)
    wait_until("the console to have left", lambda: not screen.isalive())
    (program.folder / "go").touch()
    again = program("runs", "resume", "last", typed="y\n")
    assert again.returncode == 0, again.stderr
    assert "over" in again.stdout


def test_the_terminal_is_given_back_when_a_console_is_told_to_leave_in_the_middle_of_a_step(program: Program) -> None:
    program.book.write_text("```bash\necho begun; sleep 60\n```\n")
    command = " ".join(program.argv("run", "hello"))
    screen = pexpect.spawn("bash", ["--norc", "-c", f"{command}; stty -a | grep -o ' [-]*echo '; echo end"], cwd=ROOT)
    screen.timeout = 20
    screen.expect("Run this.*> ")
    screen.send("y\n")
    screen.expect("begun\r\n")
    pid = int(subprocess.run(["pgrep", "-P", str(screen.pid)], capture_output=True, text=True).stdout.split()[0])
    os.kill(pid, 15)
    screen.expect(r" (-?)echo ")
    assert screen.match[1] == b""


def test_a_secret_on_the_command_line_is_refused_without_being_repeated(program: Program) -> None:
    program.book.write_text(BOOK.replace("pattern: '\\w+'", "secret: true, pattern: '\\d+'"))
    refused = program("run", "hello", "--set", "who=hunter2-pass")
    assert refused.returncode == 3
    assert "a secret is not given where all can see it" in refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr
    assert not program.runs


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_is_no_fault_of_ours(program: Program, closed: str) -> None:
    line = f'"$@" {closed}'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *program.argv("run", "hello", "--dry-run")],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert "internal error" not in done.stderr


def test_a_file_without_an_end_is_refused_in_one_line(program: Program) -> None:
    for words in (["run", "/dev/zero", "--dry-run"], ["--stack", "/dev/zero", "status"]):
        done = program(*words)
        assert done.returncode == 3
        assert "too long" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_dry_run_says_what_is_not_run_here_and_what_earlier_steps_leave(program: Program) -> None:
    program.book.write_text(
        "```bash\ncd app\nexport TAG=$(cat tag)\n```\n\n```bash\n# on your own machine\nssh box\n```\n\n"
        "```bash\ndocker compose exec db psql < dump-$TAG.sql\n```\n"
    )
    done = program("run", "hello", "--dry-run")
    assert "not run here: for another machine" in done.stdout
    assert "docker compose exec -T db psql < dump-$TAG.sql" in done.stdout
    assert "with what earlier steps leave: the folder, TAG" in done.stdout
