"""lifetracker: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsconsole.runbook.guard import Guard
from opsconsole.runbook.library import Library
from opsconsole.stack.load import load
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand
from tests.lab.systems.harness import Bench, follow, prove, well_again
from tests.lab.systems.lifetracker.box import CORE, SHIPPED, Lifetracker
from tests.lab.systems.lifetracker.faults import FAULTS, QUICK
from tests.lab.systems.system import Status

FOUR = {"api.state", "api.health", "smoke", "api-log"}
"""What an OPS-check of theirs looks at."""


SYSTEM = Lifetracker


@pytest.mark.engine
@pytest.mark.systemd
def test_a_server_started_by_hand_is_found_and_ended(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)


# --- the deploy ------------------------------------------------------------------------------------------------------


def upload(lab: Lifetracker, change: str) -> None:
    """What a developer packs and brings here: the code as it is, after `change`, a line for a shell."""
    lab.shell(f"""
        mkdir -p /tmp/packed {lab.home.parent}/upload
        cp -r {lab.home}/app /tmp/packed/
        cd /tmp/packed
        {change}
        tar --exclude=__pycache__ -czf {lab.home.parent}/upload/lifetracker.tar.gz *
        rm -r /tmp/packed
    """)


DEPLOY = Fault.none("deploy", choices=("All is well",))


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_a_deploy_in_ten_steps_brings_the_new_version_and_leaves_both_copies(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the deploy")
        upload(lab, """sed -i 's/VERSION = .*/VERSION = "2"/' app/__init__.py""")
        hand = follow(lab, Hand(DEPLOY))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        told = lab.run("curl", "-s", "http://127.0.0.1:8000/health")
        assert json.loads(told) == {"status": "ok", "version": "2"}
        stamp = lab.shell(f"tail -n 1 {lab.home.parent}/deploys.log").split()[0]
        left = lab.run("ls", str(lab.home.parent / "backups")).split()
        assert {f"app-{stamp}.tar.gz", f"life_tracker-{stamp}.db", f"deployed-{stamp}.tgz"} <= set(left)
        assert "app_NEW" not in lab.run("ls", str(lab.home)).split()
        well_again(lab, "after the deploy")


JOURNAL = """
import json
from opsconsole.run.folder import default_state_folder, entries_of, list_runs, run_folder
state = default_state_folder()
newest = max(list_runs(state), key=lambda run: run.started)
print(json.dumps([[entry.kind, entry.data] for entry in entries_of(run_folder(state, newest.id))]))
"""


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_no_change_is_made_without_an_ops_check_before_and_after_it(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, next(fault for fault in FAULTS if fault.name == "a unit that was stopped"))
        entries = json.loads(lab.run(sys.executable, "-c", JOURNAL).splitlines()[-1])
        looked: set[str] = set()
        changes = 0
        for kind, data in entries:
            if kind == "ops-check":
                looked = set(data["levels"])
            elif kind == "started" and data["risk"] != "read":
                assert looked >= FOUR, f"nobody had looked at all four before {data['name']}"
                looked, changes = set(), changes + 1
        assert changes >= 2
        assert looked >= FOUR, "nobody looked after the last change"


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
@pytest.mark.parametrize(
    ("change", "stops_at"),
    [
        ("echo '# no longer' >> app/_guards.py", "core-as-frozen"),
        ("""echo 'X = "SELECT 1 FROM users"' >> app/main.py""", "sql-in-its-place"),
        ("touch notes.txt", "uploaded"),
    ],
)
def test_a_deploy_stops_before_the_swap_where_the_guards_would_break(bench: Bench, change: str, stops_at: str) -> None:
    with bench.working() as lab:
        upload(lab, change)
        hand = follow(lab, Hand(DEPLOY))
        assert hand.stopped.startswith(f"{stops_at} failed"), (hand.stopped, hand.done)
        assert "swap" not in hand.done
        lab.run("rm", "-rf", f"{lab.home}/app_NEW")
        well_again(lab, "after a deploy that stopped")
        assert Status.of(lab, "core-files", "sql-in-its-place").code == 0


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_init_writes_a_stack_file_that_finds_no_fault_here(bench: Bench) -> None:
    with bench.working() as lab:
        file = Path("/tmp/first.toml")
        program = (sys.executable, "-m", "opsconsole")
        lab.run(*program, "init", "--output", str(file))
        text = lab.run("cat", str(file))
        assert 'unit = "lifetracker-api.service"' in text
        assert 'unit = "nginx.service"' in text
        lab.give({str(file): text + NOT_THE_BOX})
        found = Status.of(SimpleNamespace(stack_file=file, environment=lab.environment, reach=lab.reach))
        assert (found.code, found.wrong) == (0, {}), found.said


# --- what needs no lab -----------------------------------------------------------------------------------------------


def test_the_stack_file_holds_what_they_wrote_down() -> None:
    checks = {check.name: check for check in load(SHIPPED / "stack.toml").checks}
    health = {name: checks[f"{name}.health"] for name in ("api", "outside")}
    assert {name: (it.target.of.url, it.expect.status) for name, it in health.items()} == {
        "api": ("http://127.0.0.1:8000/health", 200),
        "outside": ("https://api.lifetracker.site/api/health", 200),
    }
    exec_start = "/opt/lifetracker/api/.venv/bin/uvicorn app.main:app --host 127.0.0.1 --port 8000"
    assert (checks["api.process"].expect.is_, checks["api.process"].expect.has) == ("uvicorn", (exec_start,))
    assert checks["smoke"].expect.expect == ("GUARDS OK", "DB CHECK OK", "SMOKE OK")
    assert checks.keys() >= FOUR
    assert checks["core-files"].expect.files == CORE


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("nohup .venv/bin/python -m app.jobs &", True),
        ("screen -dmS api sleep 1", True),
        (".venv/bin/uvicorn app.main:app --port 8001", True),
        (".venv/bin/python -m uvicorn app.main:app", True),
        ("python3 -m app._smoke", True),
        ("/usr/bin/python -m app._smoke", True),
        ("sudo pip install fastapi", True),
        (".venv/bin/python -m app._smoke", False),
        ("systemctl restart lifetracker-api", False),
        ("journalctl -u lifetracker-api.service | grep uvicorn", False),
    ],
)
def test_what_is_forbidden_in_production_is_refused(command: str, refused: bool) -> None:
    assert bool(Guard(load(SHIPPED / "stack.toml").forbidden).refuse(command)) is refused


@pytest.mark.parametrize(
    ("runbook", "shown", "goes_back"),
    [
        ("roll-the-deploy-back", ("code-is-good", "copy-is-good"), ("restore", "exchange")),
        ("database-invariant-broken", ("copies", "copy-is-good"), ("restore",)),
        ("smoke-failed", ("copy-is-good",), ("exchange",)),
        ("code-not-as-deployed", ("copy-is-good",), ("exchange",)),
        ("deploy", ("copies",), ("swap",)),
    ],
)
def test_how_old_the_last_good_copy_is_stands_before_anything_goes_back(
    runbook: str, shown: tuple[str, ...], goes_back: tuple[str, ...]
) -> None:
    book = Library((SHIPPED,)).find(runbook)
    assert set(book.treats) <= {check.name for check in load(SHIPPED / "stack.toml").checks}
    steps = {step.name: step for step in book.steps}
    order = list(steps)
    for look in shown:
        assert "minutes old" in steps[look].text
        assert all(order.index(look) < order.index(act) for act in goes_back)


def test_no_runbook_here_leaves_the_ops_check_out() -> None:
    assert [book.name for book in Library((SHIPPED,)).all() if book.ops_check != "around-changes"] == []
