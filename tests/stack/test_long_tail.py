"""`[[check]]` of the long tail: how each is written, where it looks then, and what is said of slips of the pen."""

from pathlib import Path

import pytest

from opsconsole.model.databases import MigrationsOf, PostgresOf, PostgresServer, SqliteOf
from opsconsole.model.paths import FileOf, FrozenOf, LogOf, SourceOf
from opsconsole.model.programs import CommandOf, CompilesOf, GitOf
from opsconsole.model.trouble import TroubleError
from opsconsole.stack.load import load

HEAD = (
    'name = "x"\nhome = "/opt/x"\n'
    '[[service]]\nname = "web"\ncontainer = "x-web"\n'
    '[[service]]\nname = "api"\nunit = "x-api"\n'
)
LINE = HEAD.count("\n") + 3


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def loaded(kind, written):
    Path("stack.toml").write_text(f'{HEAD}[[check]]\nname = "it"\nkind = "{kind}"\n{written}\n')
    return load(Path("stack.toml"))


def check(kind, written):
    return next(check for check in loaded(kind, written).checks if check.name == "it")


@pytest.mark.parametrize(
    ("kind", "written", "of"),
    [
        ("command", 'run = ["date", "-u"]', CommandOf(("date", "-u"), "/opt/x")),
        ("command", 'run = ["a"]\ncwd = "sub"\nrisk = "read"\nuser = "shop"',
         CommandOf(("a",), "/opt/x/sub", user="shop", vouched=True)),
        ("command", 'run = ["a"]\nservice = "web"\nenv = { TZ = "UTC", DB_PASSWORD = "env:PW" }',
         CommandOf(("a",), None, (("TZ", "UTC"), ("DB_PASSWORD", "env:PW")), "x-web")),
        ("command", 'run = ["a"]\ncontainer = "other"\ncwd = "/app"', CommandOf(("a",), "/app", container="other")),
        ("compiles", "", CompilesOf("/opt/x")),
        ("compiles", 'root = "app"\nexclude = ["migrations"]\npython = ".venv/bin/python3.10"',
         CompilesOf("/opt/x/app", ("migrations",), "/opt/x/.venv/bin/python3.10")),
        ("compiles", 'root = "/app"\nservice = "web"', CompilesOf("/app", container="x-web")),
        ("git-clean", "", GitOf("/opt/x")),
        ("git-clean", 'root = "/srv/y"\nuser = "deploy"', GitOf("/srv/y", "deploy")),
        ("file", 'path = "backup/*.dump"\nnewest = true', FileOf("/opt/x/backup/*.dump", True)),
        ("file", f'path = "/etc/x"\nsha256 = "{"A" * 64}"', FileOf("/etc/x", False, "a" * 64)),
        ("frozen", 'manifest = "frozen.sha256"', FrozenOf("/opt/x/frozen.sha256", "/opt/x")),
        ("log", 'file = "logs/api.err"\nnever = ["E"]', LogOf("/opt/x/logs/api.err")),
        ("log", 'service = "web"\nminutes = "15m"\nnever = ["E"]', LogOf(container="x-web", lines=10_000, span=900.0)),
        ("log", 'unit = "x-api"\nlines = 50\nmust = ["E"]', LogOf(unit="x-api.service", lines=50)),
        ("source", 'calls = ["datetime.utcnow", "datetime.now()"]\nexclude = ["migrations"]',
         SourceOf("/opt/x", ("*.py",), ("migrations",), ("datetime.utcnow", "datetime.now()"))),
        ("source", 'root = "web"\nfiles = ["*.js"]\ntexts = ["/eval\\\\(/"]',
         SourceOf("/opt/x/web", ("*.js",), texts=("/eval\\(/",))),
        ("sqlite", 'file = "life.db"\nstatement = "SELECT 1"\nnone = true', SqliteOf("/opt/x/life.db", "SELECT 1")),
        ("postgres", 'service = "web"\nuser = "x"\nstatement = "SHOW timezone"\nrows = [["UTC"]]',
         PostgresOf(PostgresServer("x-web", user="x"), "SHOW timezone")),
        ("postgres", 'host = "db"\nport = 5433\npassword = "env:PW"\nrisk = "read"\nstatement = "SHOW x"\nrows = []',
         PostgresOf(PostgresServer(None, "db", 5433, password="env:PW"), "SHOW x", True)),
        ("migrations", 'tool = "flyway"\nfolder = "db"\ncontainer = "pg"',
         MigrationsOf("flyway", "/opt/x/db", PostgresServer("pg"), "flyway_schema_history")),
        ("migrations", 'tool = "alembic"\nfolder = "versions"\nfile = "a.db"\ntable = "v"',
         MigrationsOf("alembic", "/opt/x/versions", "/opt/x/a.db", "v")),
    ],
)  # fmt: skip
def test_each_says_where_it_looks(kind, written, of):
    found = check(kind, written)
    assert (found.kind, found.target.kind, found.target.name, found.target.of) == (kind, kind, "it", of)
    assert hash(found) == hash(found)


@pytest.mark.parametrize(
    ("kind", "written", "needs"),
    [
        ("command", 'run = ["a"]', ()),
        ("command", 'run = ["a"]\nservice = "web"', ("web.state",)),
        ("command", 'run = ["a"]\ncontainer = "x-web"', ("web.state",)),
        ("command", 'run = ["a"]\ncontainer = "other"', ("engine",)),
        ("log", 'service = "web"\nnever = ["E"]', ("web.state",)),
        ("postgres", 'service = "web"\nstatement = "SELECT 1"\nnone = true', ("web.state",)),
        ("migrations", 'tool = "flyway"\nfolder = "db"\nservice = "web"', ("web.state",)),
        ("postgres", 'statement = "SELECT 1"\nnone = true', ()),
    ],
)
def test_what_is_looked_at_in_a_container_needs_that_it_runs(kind, written, needs):
    assert check(kind, written).needs == needs


@pytest.mark.parametrize(
    ("kind", "written", "told"),
    [
        ("command", "run = []", "check[it]: run names no program"),
        ("command", 'run = "date -u"', f"{LINE + 1}: check[it].run: a text stands here; write it as a list, in [ ]"),
        ("command", 'run = ["a"]\nexpect = ["/(/"]',
         f"{LINE + 2}: check[it].expect[1]: this is no regular expression: missing ), unterminated subpattern"),
        ("command", 'run = ["a"]\nrisk = "change"',
         f"{LINE + 2}: check[it].risk: 'change' is not known here; known here: read"),
        ("command", 'run = ["a"]\nservice = "wbe"',
         "check[it].service: there is no service called wbe; did you mean 'web'?"),
        ("command", 'run = ["a"]\nservice = "api"', "check[it].service: api runs in no container; leave service out"),
        ("command", 'run = ["a"]\nservice = "web"\ncontainer = "y"', "check[it]: service and container are both given"),
        ("command", 'run = ["a"]\nenv = { DB_PASSWORD = "hunter2" }',
         "check[it].env.DB_PASSWORD: a secret is written out here; name it:"),
        ("command", 'run = ["a"]\nenv = { "A B" = "x" }', "check[it].env.A B: this is not the name of a variable"),
        ("command", 'run = ["a"]\ncwd = ""', "check[it].cwd: the path is empty"),
        ("compiles", 'python = "/bin/rm"', "check[it].python: this is no Python"),
        ("compiles", 'service = "web"', "check[it]: root is missing"),
        ("file", "", "check[it]: path is missing; add path = …"),
        ("file", 'path = "a"\nsha256 = "abc"', f"{LINE + 2}: check[it].sha256: 64 hexadecimal digits are wanted here"),
        ("file", 'path = "a"\nmode = "rw-r"', f'{LINE + 2}: check[it].mode: a mode like "0640" is wanted here'),
        ("log", 'never = ["E"]',
         "check[it]: where the log is, is missing; give one of file, unit, container and service"),
        ("log", 'file = "a"\nunit = "b"\nnever = ["E"]', "check[it]: more than one place of the log is given"),
        ("log", 'file = "a"', "check[it]: nothing is looked for: give must or never"),
        ("log", 'file = "a"\nnever = ["/[/"]', f"{LINE + 2}: check[it].never[1]: this is no regular expression"),
        ("log", 'file = "a"\nnever = ["E"]\nminutes = 15',
         f'{LINE + 3}: check[it].minutes: 15 has no unit: write "15s"'),
        ("source", "", "check[it]: nothing is looked for: give calls, texts or strings"),
        ("source", 'calls = ["datetime.now("]', "check[it].calls[1]: this is no name of Python"),
        ("source", 'texts = ["/*/"]',
         f"{LINE + 1}: check[it].texts[1]: this is no regular expression: nothing to repeat"),
        ("sqlite", 'file = "a"\nstatement = "SELECT 1"', "check[it]: give exactly one of none = true, rows and value"),
        ("postgres", 'statement = "SELECT 1"\nnone = true\npassword = "hunter2"',
         f"{LINE + 3}: check[it].password: a secret is written out here"),
        ("postgres", 'statement = "SELECT 1"\nnone = true\ndatabase = "postgres://a:b@c/d"',
         "check[it].database: this is more than a name"),
        ("migrations", 'tool = "liquibase"\nfolder = "a"', "check[it].tool: 'liquibase' is not known here"),
        ("migrations", 'tool = "alembic"\nfolder = "a"\ntable = "a; drop"',
         "check[it].table: this is not the name of a table"),
    ],
)  # fmt: skip
def test_each_slip_is_told_with_its_line_and_what_to_do(kind, written, told):
    with pytest.raises(TroubleError) as caught:
        loaded(kind, written)
    said = [str(trouble) for trouble in caught.value.troubles]
    assert any(told in line for line in said), said
    assert "hunter2" not in str(said)


def test_two_checks_of_one_command_have_one_target():
    stack = loaded(
        "command", 'run = ["date"]\n[[check]]\nname = "other"\nkind = "command"\nsame_as = "it"\nexpect = ["UTC"]'
    )
    it, other = (next(check for check in stack.checks if check.name == name) for name in ("it", "other"))
    assert it.target == other.target
    assert other.expect.expect == ("UTC",)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('same_as = "later"', "no command called later stands above"),
        ('run = ["date"]\nsame_as = "it"', "same_as has the command of another check"),
        ('expect = ["x"]', "run names no program"),
    ],
)
def test_a_command_is_its_own_or_that_of_a_check_above(written, told):
    with pytest.raises(TroubleError, match=told):
        loaded("command", written)
