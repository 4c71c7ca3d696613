"""A stack file that is sound, and the stack that comes of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.stack import EngineRef, Forbidden
from opsconsole.model.targets import BoxOf, HealthOf, QueueOf
from opsconsole.model.verdict import Level
from opsconsole.stack.load import load

SHOP = Path(__file__).parent / "files" / "shop"


@pytest.fixture
def shop(tmp_path):
    folder = shutil.copytree(SHOP, tmp_path / "shop")
    return load(folder / "stack.toml")


def check(stack, name):
    return next(check for check in stack.checks if check.name == name)


def write(folder, text):
    file = folder / "stack.toml"
    file.write_text(text)
    return file


def test_the_stack_is_what_the_file_says(shop, tmp_path):
    assert (shop.name, shop.home) == ("shop", Path("/opt/shop"))
    assert shop.file == tmp_path / "shop" / "stack.toml"
    assert shop.runbook_folder == tmp_path / "shop"
    assert shop.state_folder == tmp_path / "shop" / "state"
    assert shop.engine == EngineRef("unix:///run/shop.sock", "shop")
    assert shop.contacts == {"lead": "Ada, +49 30 123456"}
    because = "production never generates migrations"
    assert shop.forbidden == (Forbidden(("manage.py", "makemigrations"), because, ("--check", "--dry-run")),)


def test_a_service_is_a_container_a_unit_or_plain_processes(shop, tmp_path):
    refs = {service.name: service.ref for service in shop.services}
    assert refs == {
        "worker": ContainerRef("shop-worker"),
        "broker": ContainerRef("shop/redis"),
        "api": UnitRef("shop-api.service"),
        "importer": ProcessesRef("import.py", "shop", str(tmp_path / "home" / "import")),
    }
    assert shop.service("worker").runbooks == {"memory": "memory-high", "process": "wrong-process"}


def test_each_thing_that_is_expected_is_a_check_of_its_own(shop):
    assert [(check.name, check.kind) for check in shop.checks] == [
        ("engine", "engine"),
        ("worker.state", "container"),
        ("worker.process", "process"),
        ("worker.memory", "memory"),
        ("worker.restarts", "restarts"),
        ("broker.state", "container"),
        ("api.state", "unit"),
        ("api.memory", "memory"),
        ("importer.process", "process"),
        ("celery.depth", "depth"),
        ("celery.oldest", "oldest"),
        ("lonely.depth", "depth"),
        ("web.health", "health"),
        ("data-disk", "box"),
        ("worker-growth", "memory"),
        ("logrotate", "unit"),
        ("box", "box"),
    ]


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("engine", ()),
        ("worker.state", ("engine",)),
        ("worker.memory", ("worker.state",)),
        ("worker.process", ("worker.state",)),
        ("worker.restarts", ("engine",)),
        ("api.state", ()),
        ("api.memory", ("api.state", "broker.state")),
        ("celery.depth", ("engine", "broker.state")),
        ("lonely.depth", ()),
        ("web.health", ("celery.depth",)),
        ("worker-growth", ("worker.state",)),
    ],
)
def test_a_check_needs_what_it_cannot_be_seen_without(shop, name, needs):
    assert check(shop, name).needs == needs


@pytest.mark.parametrize(
    ("name", "runbooks"),
    [
        ("worker.memory", ("memory-high",)),
        ("worker.process", ("wrong-process",)),
        ("worker.restarts", ()),
        ("api.state", ("wrong-process",)),
        ("celery.depth", ("queue-grows",)),
        ("celery.oldest", ("queue-grows",)),
        ("data-disk", ("disk-full",)),
    ],
)
def test_runbooks_go_to_the_checks_that_they_treat(shop, name, runbooks):
    assert check(shop, name).runbooks == runbooks


def test_terms_of_a_check_stand_in_its_table_or_in_the_entry_around_it(shop):
    assert check(shop, "worker.memory").rounds == 3
    memory = check(shop, "api.memory")
    assert (memory.severity, memory.optional) == (Level.DEGRADED, True)
    depth, oldest = check(shop, "celery.depth"), check(shop, "celery.oldest")
    assert (depth.rounds, oldest.rounds) == (5, 2)
    assert (depth.every, oldest.every) == (10, 10)
    assert check(shop, "web.health").timeout == 3


def test_checks_on_the_same_thing_share_its_target(shop):
    worker = ContainerRef("shop-worker")
    assert check(shop, "worker.state").target == check(shop, "worker.restarts").target
    assert check(shop, "worker.state").target == Target("container", "worker", worker)
    assert check(shop, "worker.memory").target == check(shop, "worker-growth").target
    assert check(shop, "celery.depth").target == check(shop, "celery.oldest").target


def test_everything_is_watched_whether_it_is_judged_or_not(shop):
    assert {check.target for check in shop.checks} <= set(shop.watched)
    assert len(set(shop.watched)) == len(shop.watched)
    for service in shop.services:
        kinds = {target.kind for target in shop.watched if target.of == service.ref and target.name == service.name}
        assert kinds >= {"memory", "process"}


def test_queues_and_endpoints_say_where_to_look(shop, tmp_path):
    assert check(shop, "celery.depth").target.of == QueueOf(
        "redis://container:shop/redis/0", "celery", ("ai", "billing"), "env:REDIS_PASSWORD"
    )
    assert check(shop, "lonely.depth").target.of == QueueOf("unix:///run/redis.sock")
    token = f"file:{tmp_path}/shop/secrets/token"
    assert check(shop, "web.health").target.of == HealthOf(
        "http://localhost:8000/health/", (("Host", "shop.example"), ("Authorization", token)), "HEAD"
    )


def test_expectations_are_read_in_their_units(shop):
    memory = check(shop, "worker.memory").expect
    assert (memory.baseline, memory.degraded, memory.limit) == (270 << 20, 800 << 20, 1 << 30)
    assert check(shop, "celery.oldest").expect.degraded == 300
    assert check(shop, "web.health").expect.within == 2
    assert check(shop, "worker-growth").expect.growth == pytest.approx(10 * (1 << 20) / 60)
    assert check(shop, "data-disk").expect.disk.of("/data").down == 80


def test_what_is_loaded_can_be_a_key(shop):
    assert len(set(shop.checks)) == len(shop.checks)


def test_the_smallest_file_watches_the_box(tmp_path):
    stack = load(write(tmp_path, 'name = "x"'))
    assert stack.home == tmp_path
    assert [check.name for check in stack.checks] == ["box"]
    assert check(stack, "box").rounds == 3
    assert stack.watched == (Target("box", "box", BoxOf()),)


def test_the_box_can_be_left_in_peace_and_is_still_shown(tmp_path):
    stack = load(write(tmp_path, 'name = "x"\n[box]\nenabled = false'))
    assert stack.checks == ()
    assert stack.watched == (Target("box", "box", BoxOf()),)


def test_a_broker_in_a_container_needs_the_engine_even_without_a_service(tmp_path):
    text = 'name = "x"\n[[health]]\nname = "r"\nurl = "redis://container:redis/0"'
    assert check(load(write(tmp_path, text)), "r.health").needs == ("engine",)


def test_the_memory_of_plain_processes_needs_that_they_run(tmp_path):
    text = 'name = "x"\n[[service]]\nname = "w"\nprocesses = { argv = "a" }\nmemory = { degraded = "1G" }'
    stack = load(write(tmp_path, text))
    assert check(stack, "w.memory").needs == ("w.process",)
    assert check(stack, "w.process").needs == ()


def test_a_unit_may_be_expected_not_to_run(tmp_path):
    text = 'name = "x"\n[[service]]\nname = "old"\nunit = "old.timer"\nstate = { state = "inactive" }'
    assert check(load(write(tmp_path, text)), "old.state").expect.state == "inactive"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    file = tmp_path / "stack.toml"
    file.write_bytes(b'\xef\xbb\xbfname = "x"\r\nhome = "/opt"\r\n')
    assert load(file).home == Path("/opt")


def test_a_relative_path_to_the_file_is_understood(tmp_path, monkeypatch):
    write(tmp_path, 'name = "x"\nhome = "here"')
    monkeypatch.chdir(tmp_path)
    stack = load(Path("stack.toml"))
    assert (stack.file, stack.home) == (tmp_path / "stack.toml", tmp_path / "here")


def test_loading_a_sound_file_imports_nothing_that_costs(tmp_path):
    """`status` pays for every import; what only explains faults must stay out."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path\n"
        "from opsconsole.stack.load import load\n"
        f"load(Path({str(SHOP / 'stack.toml')!r}))\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "msgspec" in loaded
    costly = {"asyncio", "textual", "rich", "httpx", "httpcore", "redis", "psutil", "yaml", "markdown_it", "difflib"}
    assert not loaded & (costly | {"opsconsole.stack.explain", "opsconsole.stack.lines", "opsconsole.stack.discover"})
    assert not any(name.startswith("opsconsole.probes") for name in loaded)
