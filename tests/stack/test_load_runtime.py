"""Checks on what runs and what answers, as a stack file writes them."""

import pytest

from opsconsole.checks.box import Bounds, Figures
from opsconsole.model.runtime import Address, ClockOf, EnvOf, ImageOf, ReplicasOf, StrayOf, TcpOf, TlsOf
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.targets import HealthOf
from opsconsole.stack.load import load

SERVICES = """
name = "shop"
home = "/opt/shop"

[[service]]
name = "app"
container = "shop/app"

[[service]]
name = "api"
unit = "shop-api"

[[service]]
name = "importer"
processes = { argv = "import.py" }

[[health]]
name = "web"
url = "http://localhost:8000/health"
"""


@pytest.fixture
def loaded(tmp_path):
    def load_with(*entries):
        file = tmp_path / "stack.toml"
        file.write_text(SERVICES + "\n".join(entries))
        return {check.name: check for check in load(file).checks}

    return load_with


def entry(kind, *lines):
    return "\n".join(["[[check]]", 'name = "it"', f'kind = "{kind}"', *lines, ""])


def test_the_environment_of_a_service_is_written_with_its_variables_in_capitals(tmp_path):
    (tmp_path / "env-flag.md").write_text("# Flag\n")
    file = tmp_path / "stack.toml"
    env = 'env = { RUN_MIGRATIONS = ["0", "1"], MODE = "live", compose = true, example = ".env.example", for = 2 }'
    runbooks = 'runbooks = { env = "env-flag" }'
    file.write_text(SERVICES.replace('container = "shop/app"', f'container = "shop/app"\n{env}\n{runbooks}'))
    check = next(check for check in load(file).checks if check.name == "app.env")
    tell = ("RUN_MIGRATIONS", "MODE")
    assert check.target.of == EnvOf(ContainerRef("shop/app"), (), "/opt/shop/.env.example", True, tell)
    assert check.expect.values == (("RUN_MIGRATIONS", ("0", "1")), ("MODE", ("live",)))
    assert (check.rounds, check.runbooks, check.needs) == (2, ("env-flag",), ("app.state",))


@pytest.mark.parametrize(
    ("written", "of", "needs"),
    [
        (entry("env", 'unit = "a"', 'file = ["a.env", "/etc/b.env"]'),
         EnvOf(UnitRef("a.service"), ("/opt/shop/a.env", "/etc/b.env")), ()),
        (entry("container-user", 'service = "app"', 'user = "10001:10001"'), ContainerRef("shop/app"), ("app.state",)),
        (entry("container-user", 'container = "x"'), ContainerRef("x"), ("engine",)),
        (entry("clock"), ClockOf(), ()),
        (entry("clock", 'service = "app"'), ClockOf(ContainerRef("shop/app")), ("app.state",)),
        (entry("image-tag", 'service = "app"'), ImageOf(ContainerRef("shop/app"), "/opt/shop"), ("app.state",)),
        (entry("image-tag", 'container = "x"', 'repository = "src"'), ImageOf(ContainerRef("x"), "/opt/shop/src"),
         ("engine",)),
        (entry("replicas", 'service = "app"'), ReplicasOf(ContainerRef("shop/app")), ("engine",)),
        (entry("replicas", 'service = "api"', "count = 2"), ReplicasOf(UnitRef("shop-api.service")), ()),
        (entry("stray-process", 'argv = "uvicorn"', 'user = "shop"', 'units = ["old"]'),
         StrayOf("uvicorn", None, "shop", None, ("shop-api.service", "old.service"), (ContainerRef("shop/app"),),
                 (ProcessesRef("import.py"),)), ("engine",)),
        (entry("tcp", 'address = "localhost:5432"'), TcpOf(Address("localhost", 5432)), ()),
        (entry("tcp", 'address = "[::1]:22"', 'greeting = "SSH"'), TcpOf(Address("::1", 22), listen=True), ()),
        (entry("tcp", 'address = "container:shop/app:80"'), TcpOf(Address(port=80, container="shop/app")),
         ("engine", "app.state")),
        (entry("tcp", 'address = "unix:/run/x.sock"'), TcpOf(Address(path="/run/x.sock")), ()),
        (entry("tls", 'address = "shop.example:443"'), TlsOf(Address("shop.example", 443)), ()),
        (entry("stub", 'endpoint = "web"', 'depends = ["app.state"]'), HealthOf("http://localhost:8000/health"), ()),
        (entry("stub", 'url = "http://x/"', 'depends = ["app.state"]'), HealthOf("http://x/"), ()),
    ],
)  # fmt: skip
def test_what_is_looked_at_and_what_that_needs(loaded, written, of, needs):
    check = loaded(written)["it"]
    assert check.target.of == of
    assert check.needs == needs


def test_a_service_that_is_a_unit_can_be_held_to_its_file(tmp_path):
    file = tmp_path / "stack.toml"
    file.write_text(SERVICES.replace('unit = "shop-api"', 'unit = "shop-api"\nstate = { current = true, for = 2 }'))
    check = next(check for check in load(file).checks if check.name == "api.state")
    assert (check.kind, check.expect.current, check.expect.state, check.rounds) == ("unit", True, "active", 2)


def test_a_stub_is_asked_once_with_its_endpoint_and_looks_at_what_it_depends_on(loaded):
    checks = loaded(entry("stub", 'endpoint = "web"', 'depends = ["app.state"]'))
    assert checks["it"].target == checks["web.health"].target
    assert (checks["it"].beside, checks["it"].needs) == (("app.state",), ())


def test_a_certificate_is_for_the_host_that_was_asked_unless_another_is_named(loaded, tmp_path):
    assert loaded(entry("tls", 'address = "shop.example:443"'))["it"].expect.host == "shop.example"
    named = entry("tls", 'address = "127.0.0.1:443"', 'server_name = "shop.example"', 'host = "x"')
    assert loaded(named)["it"].expect.host == "x"
    beside = loaded(entry("tls", 'file = "cert.pem"'))["it"]
    assert (beside.target.of, beside.expect.host) == (TlsOf(None, str(tmp_path / "cert.pem")), None)


def test_every_figure_of_the_box_can_be_set_and_those_of_disks_for_each_mount(loaded):
    box = loaded(
        "[box]",
        'disk = { "/" = 80, "/var" = { degraded = 70, down = 90 }, degraded = 60 }',
        'inodes = { "/var" = { down = 95 } }',
        "memory = { degraded = 90, down = 97 }",
        'swap = "50%"',
        "load = { degraded = 2, down = 8 }",
        "pressure = { memory = 20, io = { down = 80 } }",
        "files = { degraded = 50, down = 90 }",
    )["box"].expect
    assert [box.disk.of(path) for path in ("/", "/var", "/srv")] == [Bounds(80), Bounds(70, 90), Bounds(60)]
    assert (box.inodes.of("/var"), box.inodes.of("/")) == (Bounds(None, 95), Bounds())
    assert (box.memory, box.swap, box.load) == (Figures(Bounds(90, 97)), Figures(Bounds(50)), Figures(Bounds(2, 8)))
    assert (box.pressure.of("memory"), box.pressure.of("io")) == (Bounds(20), Bounds(None, 80))
    assert box.files == Figures(Bounds(50, 90))
