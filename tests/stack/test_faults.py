"""A stack file that is wrong: every fault with file, line and key, and what to do about it."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.model.text import plain
from opsconsole.model.trouble import TroubleError
from opsconsole.stack.load import load

FILES = Path(__file__).parent / "files"
SERVICE = 'name = "x"\n[[service]]\nname = "worker"\ncontainer = "w"\n'
QUEUE = 'name = "x"\n[[queue]]\nname = "jobs"\nbroker = "redis://localhost"\n'
HEALTH = 'name = "x"\n[[health]]\nname = "web"\nurl = "http://localhost"\n'
INVARIANT = 'name = "x"\n[[invariant]]\n'
MATRIX = 'name = "x"\n[[matrix]]\n'
ALERTS = 'name = "x"\n[alerts]\n'
WINDOW = 'name = "x"\n[[alerts.maintenance]]\n'
CHECK = 'name = "x"\n[[check]]\nname = "y"\n'


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path, monkeypatch):
    """Files are named as somebody in their folder names them."""
    monkeypatch.chdir(tmp_path)


def faults(text):
    """What is said of a file with this text, a line each."""
    Path("stack.toml").write_text(text)
    with pytest.raises(TroubleError) as caught:
        load(Path("stack.toml"))
    return [str(trouble) for trouble in caught.value.troubles]


def test_all_faults_of_a_file_are_told_at_once_in_its_order():
    shutil.copytree(FILES / "wrong", "wrong")
    with pytest.raises(TroubleError) as caught:
        load(Path("wrong/stack.toml"))
    told = [str(trouble).replace(str(Path.cwd()), "") for trouble in caught.value.troubles]
    assert told == (FILES / "wrong" / "expected.txt").read_text().splitlines()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # keys that nobody knows
        ('name = "x"\ncolour = "red"', "2: colour: unknown key 'colour'; known here: alerts, box,"),
        (
            SERVICE + 'memory = { degraged = "1G" }',
            "5: service[worker].memory.degraged: unknown key 'degraged'; did you mean 'degraded'?",
        ),
        (SERVICE + "[service.memory]\ndegraged = 1", "6: service[worker].memory.degraged: unknown key"),
        (SERVICE + 'contaner = "x"', "5: service[worker].contaner: unknown key 'contaner'; did you mean 'container'?"),
        ('name = "x"\n[docker]\nprojekt = "y"', "3: docker.projekt: unknown key 'projekt'; did you mean 'project'?"),
        (
            'name = "x"\n[guard]\nforbid = [\n{ words = ["a"], because = "b" },\n{ wrds = ["a"], because = "b" }]',
            "5: guard.forbid[2].wrds: unknown key 'wrds'; did you mean 'words'?",
        ),
        # who is told, and when nobody is
        (ALERTS + "colour = 1", "3: alerts.colour: unknown key 'colour'"),
        (ALERTS + "telegram = {}", "3: alerts.telegram: token is missing; add token = …"),
        (
            ALERTS + 'telegram = { token = "123:abc", chat = "1" }',
            '3: alerts.telegram.token: a secret is written out here; name it: "env:NAME" or "file:/path"',
        ),
        (ALERTS + 'telegram = { token = "env:T", chat = "ops" }', "3: alerts.telegram.chat: a secret is written out"),
        (ALERTS + 'webhook = { url = "ftp://x" }', "3: alerts.webhook.url: no address: it begins with http://"),
        (
            ALERTS + 'webhook = { url = "http://x", headers = { Authorization = "Bearer 1" } }',
            "3: alerts.webhook.headers.Authorization: a secret is written out here",
        ),
        (ALERTS + 'ping = "https://u:p@x"', "3: alerts.ping: the password is written out here; name it"),
        (ALERTS + 'textfile = "/x/y.txt"', "3: alerts.textfile: the node exporter reads only files that end in .prom"),
        (ALERTS + 'apprise = ["mailto://u:p@x"]', "3: alerts.apprise[1]: a secret is written out here"),
        (ALERTS + 'remind = "0s"', "3: alerts.remind: more than 0 s is wanted here"),
        (ALERTS + "recover = 0", "3: alerts.recover: a number stands here; write a whole number of at least 1"),
        (ALERTS + "flapping = { changes = 1 }", "3: alerts.flapping.changes: a number stands here; write a whole"),
        (WINDOW + 'at = "03:00"', "2: alerts.maintenance[1]: for is missing: a window begins and ends; add it"),
        (
            WINDOW + 'at = "25:00"\nfor = "1h"',
            '3: alerts.maintenance[1].at: this is no time of day; write it like "03:00"',
        ),
        (WINDOW + 'at = "3:00"\nfor = "24h"', "4: alerts.maintenance[1].for: it would never end"),
        (WINDOW + "from = 2026-01-01 03:00:00", "2: alerts.maintenance[1]: to is missing: a window begins and ends"),
        (
            WINDOW + "from = 2026-01-01 03:00:00\nto = 2026-01-01 02:00:00",
            "4: alerts.maintenance[1].to: it ends before it begins",
        ),
        (WINDOW + 'because = "x"', "2: alerts.maintenance[1]: a window is either at and for, or from and to"),
        (
            WINDOW + 'at = "3:00"\nfor = "1h"\nzone = "Mars/X"',
            "5: alerts.maintenance[1].zone: there is no such time zone",
        ),
        (
            WINDOW + 'at = "3:00"\nfor = "1h"\nchecks = ["bax"]',
            "5: alerts.maintenance[1].checks[1]: there is no check called bax; did you mean 'box'?",
        ),
        # an environment, and what is looked at while it runs
        (SERVICE + "env = {}", "5: service[worker].env: nothing is expected; name a variable with its values"),
        (SERVICE + "env = { for = 2 }", "5: service[worker].env: nothing is expected"),
        (SERVICE + "env = { DEBUG = [0] }", "5: service[worker].env.values: what DEBUG may be is text in quotes"),
        (SERVICE + "env = { debug = ['0'] }", "5: service[worker].env.debug: unknown key 'debug'"),
        (
            SERVICE.replace("container", "unit") + "env = { compose = true }",
            "5: service[worker].env.compose: only a container is made by compose",
        ),
        (SERVICE + 'env = { DEBUG = "0", file = 5 }', "5: service[worker].env.file: a number stands here"),
        (
            CHECK + 'kind = "env"\nhas = ["A"]',
            "2: check[y]: what is looked at is missing; give one of service, container, unit",
        ),
        (CHECK + 'kind = "replicas"\nunit = "a"\ncontainer = "b"', "2: check[y]: container and unit are both given"),
        (
            CHECK + 'kind = "container-user"\nservice = "w"\nuser = "root"',
            "check[y].user: a number is wanted here, maybe",
        ),
        (CHECK + 'kind = "container-user"\nservice = "w"', "5: check[y].service: there is no service called w"),
        (
            SERVICE.replace("container", "unit") + CHECK.partition("\n")[2] + 'kind = "clock"\nservice = "worker"',
            "8: check[y].service: worker is no container",
        ),
        (CHECK + 'kind = "stray-process"\nuser = "x"', "2: check[y]: how such processes look is missing; give argv or"),
        # what must hold, and what can fail
        (
            INVARIANT + 'name = 1\nchecks = ["bx"]\ntext = "x"',
            "4: invariant[1].checks[1]: there is no check called bx; did",
        ),
        (INVARIANT + 'text = "x"', "2: invariant[1]: name is missing; add name = …"),
        (INVARIANT + "name = 1", "2: invariant[1]: text is missing; add text = …"),
        (
            INVARIANT + 'name = 1\ntext = "x"\n[[invariant]]\nname = "1"\ntext = "y"',
            "6: invariant[1].name: there is another one called 1; give each a name of its own",
        ),
        (
            INVARIANT + 'name = 1\ntext = "x"\nenforced = ["cii"]',
            "5: invariant[1].enforced[1]: 'cii' is not known here;",
        ),
        (
            INVARIANT + 'name = 1\ntext = "x"\nenforced = ["runtime"]',
            "5: invariant[1].enforced: at run time it is checks that look, and none is named",
        ),
        (MATRIX + 'failure = "down"', "2: matrix[1]: component is missing; add component = …"),
        (
            MATRIX + 'component = "Redis"\nfailure = "down"\nchecks = ["redis.state"]',
            "5: matrix[1].checks[1]: there is no check called redis.state",
        ),
        (
            MATRIX + 'component = "Redis"\nfailure = "down"\nrunbooks = ["redis-down"]',
            "5: matrix[1].runbooks[1]: there is no runbook redis-down.md in ",
        ),
        (
            MATRIX + 'component = "Redis"\nfailure = "down"\ndata_loss = "maybe"',
            "5: matrix[1].data_loss: 'maybe' is not known here; known here: no, partial, yes",
        ),
        (
            MATRIX + 'component = "Redis"\nfailure = "down"\n[[matrix]]\ncomponent = "Redis"\nfailure = "down"',
            "7: matrix[2].failure: there is another one called Redis down",
        ),
        # what answers
        (CHECK + 'kind = "tcp"\naddress = "localhost"', "5: check[y].address: no address of a port: write host:port"),
        (CHECK + 'kind = "tcp"\naddress = "localhost:99999"', "5: check[y].address: no address of a port"),
        (CHECK + 'kind = "tcp"\naddress = "unix:run"', "5: check[y].address: unix: is not followed by a whole path"),
        (CHECK + 'kind = "tls"', "2: check[y]: where the certificate is seen is missing, or there twice"),
        (CHECK + 'kind = "tls"\nfile = "a"\ndegraded = "1d"\ndown = "2d"', "2: check[y]: down (2 d left) is more than"),
        (CHECK + 'kind = "stub"\ndepends = ["a.state"]', "2: check[y]: the endpoint is missing, or there twice"),
        (
            CHECK + 'kind = "stub"\nurl = "http://x/"\ndepends = ["db.stat"]',
            "6: check[y].depends[1]: there is no check called db.stat",
        ),
        (CHECK + 'kind = "stub"\nurl = "http://x/"\ndepends = []', "2: check[y]: depends names no check"),
        (
            HEALTH + CHECK.partition("\n")[2] + 'kind = "stub"\nendpoint = "wep"\ndepends = ["box"]',
            "8: check[y].endpoint: there is no health entry called wep; did you mean 'web'?",
        ),
        (CHECK + 'kind = "stub"\nurl = "http://x/"\ndepends = ["y"]', "2: check[y]: y needs itself"),
        # wrong types
        ("name = 5", "1: name: a number stands here; write text in quotes"),
        ('name = "x"\n[service]\nname = "y"', "2: service: a table stands here; write [[…]] with double brackets"),
        ('name = "x"\nservice = ["y"]', "2: service[1]: a text stands here; write a table like { … }"),
        (SERVICE + 'memory = "1G"', "5: service[worker].memory: a text stands here; write a table like { … }"),
        (SERVICE + "memory = { degraded = 800 }", '5: service[worker].memory.degraded: 800 has no unit: write "800M"'),
        (
            SERVICE + 'memory = { degraded = "lots" }',
            "5: service[worker].memory.degraded: 'lots' is not a size like 700M",
        ),
        (
            SERVICE + 'memory = { degraded = "1G", every = "5" }',
            '5: service[worker].memory.every: 5 has no unit: write "5s"',
        ),
        (
            SERVICE + 'memory = { degraded = "1G", for = 0 }',
            "5: service[worker].memory.for: a number stands here; write a whole number of at least 1",
        ),
        (
            SERVICE + 'memory = { degraded = "1G", severity = "bad" }',
            "5: service[worker].memory.severity: 'bad' is not known here; known here: degraded, down",
        ),
        (
            SERVICE + 'process = { is = "a", has = "b" }',
            "5: service[worker].process.has: a text stands here; write it as a list, in [ ]",
        ),
        (
            SERVICE + 'process = { is = "a", has = ["b", 5] }',
            "5: service[worker].process.has[2]: a number stands here; write text in quotes",
        ),
        (QUEUE + 'kind = "celary"', "5: queue[jobs].kind: 'celary' is not known here; did you mean 'celery'?"),
        (HEALTH + "headers = { a = 5 }", "5: health[web].headers.a: a number stands here; write text in quotes"),
        (HEALTH + "within = 2024-01-01", "5: health[web].within: a duration like 30s, 5m or 1h30m is wanted here"),
        (HEALTH + 'status = "200"', "5: health[web].status: a text stands here; write a whole number"),
        # nothing is expected, or nothing that can be
        (SERVICE + "memory = {}", "5: service[worker].memory: nothing is expected; give one of baseline, degraded,"),
        (
            SERVICE + "process = { for = 3 }",
            "5: service[worker].process: nothing is expected; give one of is, has, never",
        ),
        (
            SERVICE + 'memory = { baseline = "1G" }',
            "5: service[worker].memory: nothing is expected: give one of degraded",
        ),
        (
            SERVICE + 'memory = { degraded = "2G", down = "1G" }',
            "5: service[worker].memory: degraded (2 G) is over down (1 G)",
        ),
        (HEALTH + 'body = "/(/"', "5: health[web].body: this is no regular expression"),
        (HEALTH + 'every = "0s"', "5: health[web].every: more than 0 s is wanted here"),
        # what is missing or there twice
        ("", "1: name is missing; add name = …"),
        ('name = " "', "1: name: the name is empty"),
        ('name = "x"\n[[service]]\ncontainer = "w"', "2: service[1]: name is missing; add name = …"),
        (
            'name = "x"\n[[service]]\nname = "w"',
            "2: service[w]: where it runs is missing; give one of container, unit or",
        ),
        (SERVICE + 'unit = "u"', "2: service[worker]: container and unit are both given; give one of"),
        (
            SERVICE + '[[service]]\nname = "worker"\nunit = "u"',
            "6: service[worker].name: there is another service called worker",
        ),
        (
            SERVICE + '[[check]]\nname = "worker.state"\nkind = "unit"\nunit = "u"',
            "5: check[worker.state]: there is another check called worker.state",
        ),
        (
            'name = "x"\n[[check]]\nname = "engine"\nkind = "unit"\nunit = "u"\n' + SERVICE.partition("\n")[2],
            "there is another check called engine",
        ),
        (SERVICE.replace('"worker"', '"the worker"'), "3: service[the worker].name: a name is one word"),
        (SERVICE.replace('"w"', '""'), "4: service[worker].container: this is not the name of a container"),
        (
            'name = "x"\n[[service]]\nname = "w"\nprocesses = { argv = " " }',
            "4: service[w].processes.argv: argv is empty",
        ),
        (
            SERVICE.replace("container", "processes").replace('"w"', '{ argv = "a" }')
            + 'state = { state = "running" }',
            "5: service[worker].state: plain processes have no state",
        ),
        (QUEUE + 'kind = "list"', "2: queue[jobs]: queues is missing: a list can have any name"),
        # what is referred to and is not there
        (
            SERVICE + 'memory = { degraded = "1G", needs = ["redis.stat"] }',
            "5: service[worker].memory.needs[1]: there is no check called redis.stat",
        ),
        (
            SERVICE + 'memory = { degraded = "1G", needs = ["worker.memory"] }',
            "5: service[worker].memory: worker.memory needs itself",
        ),
        (
            SERVICE + 'memory = { degraded = "1G", needs = ["worker.process"] }\n'
            'process = { is = "a", needs = ["worker.memory"] }',
            "6: service[worker].process: worker.process needs itself, maybe by way of others",
        ),
        (
            SERVICE + 'runbooks = { memory = "memory-hgh" }',
            "5: service[worker].runbooks.memory: there is no runbook memory-hgh.md in ",
        ),
        (
            SERVICE + 'runbooks = { memroy = "a" }',
            "5: service[worker].runbooks.memroy: nothing is expected under the name 'memroy'; did you mean 'memory'?",
        ),
        (
            QUEUE + 'runbooks = ["a.md"]',
            '5: queue[jobs].runbooks[1]: a runbook goes by its name alone, not a.md; write "a"',
        ),
        (QUEUE + 'runbooks = ["../a"]', "5: queue[jobs].runbooks[1]: this is not the name of a runbook"),
        (
            'name = "x"\n[[check]]\nname = "y"\nkind = "comand"',
            "4: check[y].kind: there is no kind of check called 'comand'; did you mean 'command'?",
        ),
        (
            SERVICE + '[[check]]\nname = "y"\nkind = "memory"\nservice = "wroker"\ngrowth = "1M/s"',
            "8: check[y].service: there is no service called wroker; did you mean 'worker'?",
        ),
        (
            QUEUE + '[[check]]\nname = "y"\nkind = "depth"\nqueue = "job"\ndown = 1',
            "8: check[y].queue: there is no queue entry called job; did you mean 'jobs'?",
        ),
        ('name = "x"\nhome = "~nobody-of-that-name/x"', "2: home: there is no home folder for ~nobody-of-that-name"),
        # addresses
        (QUEUE.replace("redis://", "amqp://"), "4: queue[jobs].broker: no address of a Redis"),
        (HEALTH.replace("http://", ""), "4: health[web].url: no address of an endpoint"),
        (HEALTH.replace("localhost", "localhost:99999"), "4: health[web].url: the address has no sound host and port"),
        # the box and the guard
        ('name = "x"\n[box]\ndisk = { "/" = "full" }', "3: box.disk: 'full' is no figure like 85 or 85%"),
        (
            'name = "x"\n[guard]\nforbid = [{ words = [], because = "b" }]',
            "3: guard.forbid[1]: no words would forbid everything",
        ),
    ],
)
def test_a_fault_is_told_with_its_line_its_key_and_a_remedy(text, told):
    said = faults(text)
    assert any(told in line for line in said), said
    assert all(line.startswith("stack.toml:") for line in said)


@pytest.mark.parametrize(
    "text",
    [
        SERVICE + "container = 5",
        SERVICE.replace('"w"', "5"),
        'name = "x"\n[[service]]\nname = "w"\nprocesses = { argv = 5 }',
        SERVICE + 'memory = { degraged = "1G" }\nprocess = { is = "a", needs = ["worker.memory"] }',
        SERVICE.replace('"w"', "5") + '[[queue]]\nname = "q"\nbroker = "redis://h"\nneeds = ["worker.state"]',
        QUEUE + 'depth = { degraded = "many" }\n[[health]]\nname = "h"\nurl = "http://h"\nneeds = ["jobs.depth"]',
        'name = "x"\n[guard]\nforbid = [{ wrds = ["a"], because = "b" }]',
        'nme = "x"',
        'name = "x"\n[box]\nswap = "full"\n[[health]]\nname = "h"\nurl = "http://h"\nneeds = ["box"]',
    ],
)
def test_one_slip_is_one_fault_and_nobody_else_is_blamed(text):
    assert len(faults(text)) == 1


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (QUEUE + f'password = "{SECRET}"', "queue[jobs].password"),
        (QUEUE.replace("localhost", f":{SECRET}@localhost/0"), "queue[jobs].broker"),
        (QUEUE.replace("localhost", f"u:a/b@{SECRET}@localhost/0"), "queue[jobs].broker"),
        (QUEUE.replace("localhost", f"localhost/0?password={SECRET}"), "queue[jobs].broker"),
        (HEALTH.replace("localhost", f"u:{SECRET}@localhost"), "health[web].url"),
        (HEALTH + f'headers = {{ Authorization = "Bearer {SECRET}" }}', "health[web].headers.Authorization"),
        (HEALTH + f'headers = {{ X-Api-Key = "{SECRET}" }}', "health[web].headers.X-Api-Key"),
        (HEALTH + f'headers = {{ Cookie = "{SECRET}" }}', "health[web].headers.Cookie"),
        (HEALTH + f'password = "env:{SECRET} {SECRET}"', "health[web].password"),
        (HEALTH + "password = 4711", "health[web].password"),
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_never_repeated(text, key):
    (said,) = faults(text)
    assert key in said
    assert SECRET not in said
    assert "4711" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "x"\n[[service]\n', "stack.toml:2, column 10: this is not TOML: expected ']]'"),
        ('name = "x"\nname = "y"\n\n', "stack.toml:2, column 11: this is not TOML: cannot overwrite a value"),
        ('name = "x"\nhome = "', "stack.toml:2: this is not TOML: "),
        ("name = x", "stack.toml:1, column 8: this is not TOML: invalid value"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, told):
    (said,) = faults(text)
    assert said.startswith(told)
    assert said.endswith("correct this line first")


def test_files_that_cannot_be_read_say_why():
    Path("latin.toml").write_bytes(b'name = "x"\nhome = "\xe4"')
    Path("folder").mkdir()
    for file, told in (
        ("gone.toml", "gone.toml: there is no such file"),
        ("folder", "folder: this is a folder"),
        ("latin.toml", "latin.toml:2: the file is not UTF-8 text"),
    ):
        with pytest.raises(TroubleError) as caught:
            load(Path(file))
        assert str(caught.value).startswith(told)


def test_nesting_without_end_is_a_fault_and_no_crash():
    (said,) = faults("name = " + "[" * 100_000)
    assert "nested too deeply" in said or "not TOML" in said


def test_what_is_written_in_the_file_reaches_nobody_as_it_is():
    said = faults('name = "x"\n"\\u001b[2Jevil\\nkey" = 1\n[[service]]\nname = "\\u001b[31mred"\n')
    assert all(plain(line) == line and "\n" not in line for line in said)


GOOD = (FILES / "shop" / "stack.toml").read_text()
LINES = GOOD.splitlines()
VALUES = ["5", '"5"', "true", "[]", "{}", '["a"]', '""', "1979-05-27", "{ a = 1 }", "-1", "1e400", "nan"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_with_anything_wrong_in_it_is_refused_in_words_or_understood(data):
    """A sound file of which lines are lost, moved or changed."""
    shutil.copytree(FILES / "shop", ".", dirs_exist_ok=True)
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "value", "key"])):
            case "lose" if len(lines) > 1:
                del lines[number]
            case "double":
                lines.insert(number, data.draw(st.sampled_from(LINES)))
            case "value":
                lines[number] = re.sub(r"= .*", f"= {data.draw(st.sampled_from(VALUES))}", lines[number], count=1)
            case _:
                lines[number] = lines[number].replace("e", "", 1)
    Path("stack.toml").write_text("\n".join(lines))
    try:
        load(Path("stack.toml"))
    except TroubleError as error:
        assert error.troubles
        for trouble in error.troubles:
            line = re.match(r"stack\.toml:(\d+)", trouble.where)
            assert line and 1 <= int(line[1]) <= len(lines) + 1
            assert trouble.what
