"""`opsconsole status` over the long tail of checks: a small real app that is well, and then broken thing by thing."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest

from tests.cli.program import loading, opsconsole
from tests.cli.site import stack_file

SMOKE = """import sqlite3
print("GUARDS OK")
print("DB", sqlite3.connect("life.db").execute("SELECT 1 FROM sqlite_master").fetchone())
"""
STACK = f"""
[box]
enabled = false
[guard]
forbid = [{{ words = ["uname"], because = "it is nobody's business" }}]
[[check]]
name = "smoke"
kind = "command"
run = [{sys.executable!r}, "smoke.py"]
risk = "read"
expect = ["GUARDS OK", '/^DB \\(1,\\)$/']
[[check]]
name = "core"
kind = "frozen"
manifest = "frozen.sha256"
files = ["smoke.py"]
[[check]]
name = "backup"
kind = "file"
path = "backup/*.tar"
newest = true
age = {{ down = "1d" }}
[[check]]
name = "errors"
kind = "log"
file = "api.log"
never = ["Traceback"]
[[check]]
name = "aware"
kind = "source"
exclude = ["backup"]
calls = ["datetime.utcnow", "datetime.now()"]
[[check]]
name = "syntax"
kind = "compiles"
[[check]]
name = "orphans"
kind = "sqlite"
file = "life.db"
statement = "SELECT d.id FROM daily_log d LEFT JOIN users u ON u.id = d.user_id WHERE u.id IS NULL"
none = true
[[check]]
name = "tree"
kind = "git-clean"
branch = "main"
[[check]]
name = "schema"
kind = "migrations"
tool = "alembic"
folder = "versions"
file = "life.db"
"""
NAMES = ("smoke", "core", "backup", "errors", "aware", "syntax", "orphans", "tree", "schema")


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "app"
    for name in ("backup", "versions"):
        (folder / name).mkdir(parents=True)
    (folder / "smoke.py").write_text(SMOKE)
    (folder / "backup/a.tar").write_text("x")
    (folder / "api.log").write_text("started\n")
    (folder / "versions/a.py").write_text("revision = 'a'\ndown_revision = None\n")
    connection = sqlite3.connect(folder / "life.db")
    connection.executescript(
        "CREATE TABLE users (id INT); CREATE TABLE daily_log (id INT, user_id INT);"
        "CREATE TABLE alembic_version (version_num);"
        "INSERT INTO users VALUES (1); INSERT INTO daily_log VALUES (1, 1); INSERT INTO alembic_version VALUES ('a')"
    )
    connection.close()
    done = subprocess.run(["sha256sum", "smoke.py"], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "frozen.sha256").write_text(done.stdout)
    (folder / ".gitignore").write_text("*.db\n*.log\nbackup\n__pycache__\n")
    stack_file(folder, STACK)
    who = ["-c", "user.name=x", "-c", "user.email=x@x"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def test_all_is_well_and_every_check_says_what_it_saw(app):
    outcome = opsconsole("status", "--all", cwd=app)
    assert outcome.code == 0, outcome.out + outcome.err
    rows = {line.split()[1]: line for line in outcome.out.splitlines() if line.startswith("✓")}
    assert set(NAMES) <= set(rows)
    assert "exit 0: DB (1,)" in rows["smoke"] and "1 file as recorded" in rows["core"]
    assert "nothing in 2 files" in rows["aware"] and "clean at " in rows["tree"]
    assert not (app / "__pycache__").exists(), "looking leaves nothing behind"


BREAK = {
    "smoke": (lambda app: (app / "life.db").write_bytes(b"this is a text"), "exit 1: sqlite3.DatabaseError"),
    "core": (lambda app: (app / "smoke.py").write_text(SMOKE + "\n"), "changed: smoke.py"),
    "backup": (lambda app: (app / "backup/a.tar").unlink(), "not there"),
    "errors": (lambda app: (app / "api.log").write_text("Traceback (most\n"), "Traceback once: Traceback (most"),
    "aware": (
        lambda app: (app / "versions/b.txt.py").write_text("import datetime\ndatetime.datetime.utcnow()\n"),
        "versions/b.txt.py:2 datetime.datetime.utcnow()",
    ),
    "syntax": (lambda app: (app / "versions/c.py").write_text("revision = 'b'\ndown_revision = 'a'\nreturn\n"),
               "versions/c.py:3 'return' outside function"),
    "orphans": (lambda app: sql(app, "DELETE FROM users"), "1 row: 1"),
    "tree": (lambda app: (app / ".gitignore").write_text("*.db\n*.log\nbackup\n"), "changed: .gitignore"),
    "schema": (lambda app: sql(app, "DELETE FROM alembic_version"), "pending: a (applied: nothing)"),
}  # fmt: skip
ALSO = {
    "smoke": {"orphans", "schema"},
    "core": {"tree"},
    "aware": {"tree"},
    "syntax": {"tree", "schema"},
}
"""What else is rightly found: an edited file is an edited tree, and a database that is none answers nobody."""


def sql(app, statement):
    connection = sqlite3.connect(app / "life.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_each_fault_is_found_by_its_check_and_by_no_other(app, name):
    break_it, reason = BREAK[name]
    break_it(app)
    outcome = opsconsole("status", "--format", "json", cwd=app)
    checks = {check["name"]: check for check in json.loads(outcome.out)["checks"]}
    assert {one for one, check in checks.items() if check["level"] != "OK"} - ALSO.get(name, set()) == {name}
    assert reason in checks[name]["reason"], checks[name]
    assert (outcome.code, checks[name]["level"]) == (2, "DOWN")


def test_what_may_do_more_than_look_or_is_forbidden_is_unknown_and_does_not_run(tmp_path):
    command = '[[check]]\nname = "{}"\nkind = "command"\nrun = {}\n'
    file = tmp_path / "made"
    rules = '[guard]\nforbid = [{ words = ["uname"], because = "it is nobody\'s business" }]\n'
    entries = (command.format("makes", f'["touch", "{file}"]'), command.format("asks", '["uname", "-a"]'))
    stack_file(tmp_path, rules, *entries)
    outcome = opsconsole("check", "makes", "asks", cwd=tmp_path)
    assert outcome.code == 3
    assert "as a check only looks: touch" in outcome.out
    assert "forbidden here (uname): it is nobody's business" in outcome.out
    assert not file.exists()


def test_who_has_no_such_check_does_not_pay_for_it(tmp_path):
    stack_file(tmp_path, "[box]\nenabled = false")
    outcome = loading("status", cwd=tmp_path)
    ours = {"command", "file", "frozen", "log", "source", "compiles", "git_clean", "sqlite", "postgres", "migrations"}
    costly = {"tree_sitter", "sqlite3", "opsconsole.runbook.looks", "opsconsole.stack.paths"}
    assert not outcome.loaded & (costly | {f"opsconsole.probes.{name}" for name in ours})


def test_who_has_one_of_them_pays_for_that_one_alone(tmp_path):
    stack_file(tmp_path, '[[check]]\nname = "there"\nkind = "file"\npath = "stack.toml"')
    outcome = loading("check", "there", cwd=tmp_path)
    assert outcome.code == 0
    assert "opsconsole.probes.file" in outcome.loaded
    assert not outcome.loaded & {"tree_sitter", "sqlite3", "httpx", "redis", "textual", "opsconsole.probes.running"}


@pytest.mark.redis
def test_a_ping_pays_for_no_client(redis_server, tmp_path):
    """It stands in health checks and units' ExecCondition=: whatever is loaded there is waited for each time."""
    stack_file(tmp_path, f'[[health]]\nname = "redis"\nurl = "{redis_server.url}"')
    outcome = loading("check", "redis", cwd=tmp_path)
    assert outcome.code == 0
    assert not outcome.loaded & {"redis", "httpx", "httpcore", "tree_sitter", "opsconsole.runbook"}
