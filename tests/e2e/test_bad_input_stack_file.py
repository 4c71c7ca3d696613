"""A stack file may be wrong: everybody is told the file, the line, the key, why, and what to do.

`status` and all that scripts ask refuse such a file. The console has to come up for who was woken: it watches what is
sound, shows each fault among the findings, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.program import opsconsole
from tests.e2e.bad_input_stage import Well, findings_shown, grower, sees_findings, stack_file
from tests.lab.engine import LabEngine
from tests.lab.redis import LabRedis
from tests.support.console import real_console

pytestmark = [pytest.mark.pty, pytest.mark.redis]

ONLY_LOOKS = " · until then this console only looks"


@pytest.fixture
def well(redis_server: LabRedis) -> Iterator[Well]:
    with grower() as growing:
        yield Well(redis_server, growing)


WRONG = [
    pytest.param("[[service]\n", 4, "this is not TOML: expected ']]' at the end of an array declaration; correct this "
                 "line first", id="syntax"),
    pytest.param("home = 5\n", 4, "box.home: unknown key 'home'; known here: disk, enabled, ", id="key-in-a-table"),
    pytest.param('[[service]]\nname = "w"\nunit = "w"\nmemory = { degraded = 800 }\n', 7,
                 "service[w].memory.degraded: 800 has no unit: write \"800M\" for a size like 700M or 1.5G", id="type"),
    pytest.param('[[service]]\nname = "w"\nunit = "w"\nmemory = { degraged = "800M" }\n', 7,
                 "service[w].memory.degraged: unknown key 'degraged'; did you mean 'degraded'?", id="unknown-key"),
    pytest.param('[[service]]\nname = "w"\nunit = "w"\nprocess = {}\n', 7,
                 "service[w].process: nothing is expected; give one of is, has, never, or take it out", id="empty"),
    pytest.param('[[service]]\nname = "w"\nunit = "w"\nrunbooks = { state = "unit-down" }\n', 7,
                 "service[w].runbooks.state: there is no runbook unit-down.md in {folder}; there are none here",
                 id="missing-runbook"),
    pytest.param('[[queue]]\nname = "q"\nbroker = "redis://h/0"\ndepth = { down = 1 }\nneeds = ["w.state"]\n', 8,
                 "queue[q].needs[1]: there is no check called w.state; known here: q.depth", id="nobody-called-so"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "told"), WRONG)
def test_status_refuses_it_in_one_line_that_says_where_and_what_to_do(tmp_path, text, line, told):
    stack_file(tmp_path, text)
    seen = opsconsole("status", cwd=tmp_path)
    assert (seen.code, seen.out) == (3, "")
    (complaint,) = seen.err.splitlines()
    place, _, words = complaint.removeprefix("opsconsole: ").partition(": ")
    assert place.partition(",")[0] == f"stack.toml:{line}"
    assert words.startswith(told.format(folder=tmp_path))


def test_every_fault_has_its_line_at_once(tmp_path):
    stack_file(tmp_path, "".join(case.values[0] for case in WRONG[2:4]).replace('"w"', '"v"', 2))
    seen = opsconsole("status", cwd=tmp_path)
    assert seen.code == 3
    assert [line.split()[1] for line in seen.err.splitlines()] == ["stack.toml:7:", "stack.toml:11:"]


@pytest.mark.parametrize("command", [("status",), ("run", "x"), ("runbook", "list"), ("runs", "list")])
def test_a_stack_file_that_is_not_there_is_named(tmp_path, command):
    missing = tmp_path / "shop.toml"
    seen = opsconsole(*command, "--stack", str(missing), cwd=tmp_path)
    assert (seen.code, seen.out) == (3, "")
    assert seen.err == f"opsconsole: --stack: there is no stack file {missing}; check the path\n"


def test_one_that_the_environment_names_is_told_by_that_name(tmp_path):
    seen = opsconsole("status", cwd=tmp_path, OPSCONSOLE_STACK=str(tmp_path / "gone.toml"))
    assert seen.code == 3
    assert seen.err == f"opsconsole: $OPSCONSOLE_STACK: there is no stack file {tmp_path}/gone.toml; check the path\n"


def test_one_that_is_no_text_is_told_with_the_line(tmp_path):
    (tmp_path / "stack.toml").write_bytes(b'name = "shop"\nhome = "/srv/caf\xe9"\n')
    seen = opsconsole("status", cwd=tmp_path)
    assert seen.code == 3
    assert seen.err == "opsconsole: stack.toml:2: the file is not UTF-8 text; save it as UTF-8\n"


FAULTY = """\
[[service]]
name = "ghost"
processes = { argv = "opslab-no-such-program" }
memory = { degraged = "800M" }
process = { is = 5 }
runbooks = { process = "wrong-process" }
"""


def test_the_console_watches_what_is_sound_and_shows_each_fault_with_its_line_and_key(well, tmp_path):
    well.put(2)
    stack_file(tmp_path, well.entries() + FAULTY)
    first = (tmp_path / "stack.toml").read_text().splitlines().index('name = "ghost"') + 1
    told = {
        f"stack.toml:{first + 2}": "UNKNOWN service[ghost].memory.degraged: unknown key 'degraged'; did you mean "
        f"'degraded'?{ONLY_LOOKS}",
        f"stack.toml:{first + 3}": "UNKNOWN service[ghost].process.is: a number stands here; write text in quotes",
        f"stack.toml:{first + 4}": "UNKNOWN service[ghost].runbooks.process: there is no runbook wrong-process.md in "
        f"{tmp_path}; there are none here",
    }
    with real_console(cwd=str(tmp_path), columns=160) as console:
        seen = sees_findings(console, told)
        assert {check: seen[check] for check in told} == told
        assert "READ-ONLY" in console.text().splitlines()[0]
        there = findings_shown(well.moves_on(console))
        assert there.keys() == {*told, "ghost.process"}
        assert there.items() >= told.items()
        console.press("q")
        assert console.wait() == 0


def test_on_a_small_screen_too(well, tmp_path):
    stack_file(tmp_path, well.entries() + FAULTY)
    with real_console(cwd=str(tmp_path), columns=80, rows=24) as console:
        text = console.until("the faults", lambda text: "did you mean 'degraded'?" in " ".join(text.split()))
        assert "UNKNOWN" in text.splitlines()[0]
        assert "READ-ONLY" in text.splitlines()[0]
        well.grows(console)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("[[service]\n", "stack.toml:4,", "column 10 this is not TOML: expected ']]' at the end of an array"),
        (None, "--stack", "there is no stack file"),
    ],
)
def test_where_nothing_of_it_can_be_read_the_console_shows_what_is_found_beside_the_fault(
    engine: LabEngine, tmp_path, text, place, told
):
    found = engine.run()
    if text is not None:
        stack_file(tmp_path, text)
    args = () if text is not None else ("--stack", "gone.toml")
    with real_console(*args, cwd=str(tmp_path), env={"DOCKER_HOST": engine.host}, columns=240, rows=200) as console:
        console.until(
            "the fault and the container",
            lambda text: place in text and told in " ".join(text.split()) and found.name in text,
            within=30,
        )
        assert "READ-ONLY" in console.text().splitlines()[0]
        before = console.sees(f"pid {found.pid}")
        found.restart()
        assert f"pid {found.pid}" not in before
        console.sees(f"pid {found.pid}")
