"""The box of eatfit24: a checkout of its repository with a remote beside it, and its five containers."""

from __future__ import annotations

import http.client
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.lab.systems import compose
from tests.lab.systems.system import ROOT, free_port, on_the_box, own_environment, replaced
from tests.support.parts import lack
from tests.support.waiting import wait_until

SHIPPED: Final = ROOT / "opsconsole" / "shipped" / "runbooks" / "eatfit24"
APP: Final = Path(__file__).parent / "app"

NOT_THE_BOX: Final = "\n[box]\nenabled = false\n"
"""How busy and how full the machine of the tests happens to be is no fault of the lab's system."""


class Eatfit24:
    """The system, open. `developer` is somebody else's checkout of the same repository."""

    def __init__(self) -> None:
        self.project = compose.project_name("eatfit24")
        self.folder = Path(tempfile.gettempdir()) / self.project
        self.base = f"{self.project}-base"
        self.home = self.folder / self.project
        self.developer = self.folder / "developer"
        self.port = free_port()
        self.environment: Mapping[str, str] = {}

    @property
    def stack_file(self) -> Path:
        """The shipped one, with the lab's places in it."""
        return self.folder / "ops" / "stack.toml"

    @property
    def _places(self) -> list[tuple[str, str]]:
        bound = [f'\n  - "{path}:{path}:ro"' for path in compose.bound_from_the_machine()]
        return [
            ("/opt/EatFit24", str(self.home)),
            ('project = "eatfit24"', f'project = "{self.project}"'),
            ("eatfit24-", f"{self.project}-"),
            ("localhost:8000", f"localhost:{self.port}"),
            ("127.0.0.1:8000:", f"127.0.0.1:{self.port}:"),
            ("stay_green: 2m", "stay_green: 2s"),
            ('within = "2s"', 'within = "20s"'),  # the machine of the tests may be far busier than a box in production
            ('timeout = "20s"', 'timeout = "2m"'),
            ("@base@", self.base),
            ("\n  # @bound@", "".join(bound)),
            ("@postgres@", str(_postgres())),
        ]

    def open(self) -> Eatfit24:
        """Build it and start it; healthy when this returns."""
        compose.need_compose()
        _postgres()
        compose.remove_left_overs()
        try:
            self._lay_out()
            compose.make_base_image(self.base)
            self.compose("up", "--detach", "--build")
            self.wait_until_well()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Every trace of it goes."""
        compose.remove(self.project)

    def traces(self) -> Iterable[str]:
        """Containers, networks, volumes, images and folders of ours."""
        return compose.left_of(self.project)

    def _lay_out(self) -> None:
        self.folder.mkdir()
        environment = own_environment(self.folder)
        environment["DOCKER_CONFIG"] = str(compose.give_plugin(self.folder))
        environment["UV_CACHE_DIR"] = str(self.folder / "uv")
        environment["DOCKER_BUILDKIT"] = environment["COMPOSE_DOCKER_CLI_BUILD"] = "0"
        self.environment = environment
        self._fill(SHIPPED, self.stack_file.parent)
        with self.stack_file.open("a") as stack:
            stack.write(NOT_THE_BOX)
        shutil.copytree(APP, self.developer, ignore=shutil.ignore_patterns("__pycache__"))
        (self.developer / "gitignore").rename(self.developer / ".gitignore")
        (self.developer / "env").rename(self.folder / "env")
        for name in ("compose.yml", "Dockerfile"):
            path = self.developer / name
            path.write_text(replaced(path.read_text(), self._places))
        for version in ("1.0", "1.1"):
            _make_wheel(self.developer / "vendor", version)
        on_the_box(self, "uv", "lock", "--quiet", cwd=self.developer)
        self._publish_first()

    def _fill(self, source: Path, target: Path) -> None:
        target.mkdir(parents=True)
        for file in source.iterdir():
            if file.is_file():
                (target / file.name).write_text(replaced(file.read_text(), self._places))

    def _publish_first(self) -> None:
        """The repository: a remote that everybody pushes to, the developer's checkout and the server's."""
        remote = self.folder / "remote.git"
        on_the_box(self, "git", "init", "--quiet", "--bare", "--initial-branch=main", remote, cwd=self.folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(remote))
        self.commit("The service")
        on_the_box(self, "git", "clone", "--quiet", "--branch=main", remote, self.home, cwd=self.folder)
        shutil.move(self.folder / "env", self.home / ".env")

    def git(self, *words: str) -> str:
        """`git WORDS` in the developer's checkout."""
        return on_the_box(self, "git", *words, cwd=self.developer)

    def commit(self, message: str) -> None:
        """All that the developer has changed, committed and pushed."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "--set-upstream", "origin", "main")

    def pull_on_the_server(self) -> None:
        """What was pushed comes to the server's checkout, by somebody in a hurry."""
        on_the_box(self, "git", "pull", "--quiet", "--ff-only")

    def build_and_start(self) -> None:
        """The code of the server's checkout runs, as seen without opsconsole."""
        self.compose("up", "--detach", "--build", "backend", "celery-worker", "celery-beat")
        self.wait_until_well()

    def compose(self, *words: str) -> str:
        """`docker compose WORDS` in its home."""
        return on_the_box(self, "docker", "compose", *words)

    def docker(self, *words: str) -> str:
        """`docker WORDS`."""
        return on_the_box(self, "docker", *words)

    def container(self, service: str) -> str:
        """What the container of a service is called."""
        return f"{self.project}-{service}"

    def redis(self, *words: str) -> str:
        """What its Redis answers."""
        return self.docker("exec", self.container("redis"), "redis-cli", *words)

    def sql(self, statement: str) -> str:
        """What its Postgres answers."""
        return self.docker("exec", self.container("db"), "psql", "-U", "eatfit24", "-qtAc", statement)

    def wait_until_well(self) -> None:
        """Until it answers and its worker takes tasks, as seen without opsconsole."""
        wait_until("eatfit24 to answer", self._answers, within=90)
        wait_until("its worker to be ready", lambda: self.log_says("celery-worker", "ready."), within=90)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/", headers={"Host": "eatfit24.ru"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    def log_says(self, service: str, text: str) -> bool:
        """Whether the container's log, since it was last started, holds `text`."""
        since = self.docker("inspect", "--format", "{{.State.StartedAt}}", self.container(service))
        done = compose.docker("logs", "--since", since, self.container(service))
        return text.encode() in done.stdout + done.stderr


def _postgres() -> Path:
    """Where Debian keeps the programs of the newest Postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        lack("postgres", "there is no Postgres under /usr/lib/postgresql")
    return found[-1].parent


def _make_wheel(folder: Path, version: str) -> None:
    """A package with nothing in it, so that a lock file has something to lock without any registry."""
    folder.mkdir(exist_ok=True)
    info = f"recipes-{version}.dist-info"
    with zipfile.ZipFile(folder / f"recipes-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("recipes.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: recipes\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
