"""The box of eatfit24: a checkout of its repository with a remote beside it, and its five containers."""

from __future__ import annotations

import http.client
import shutil
import zipfile
from pathlib import Path
from typing import Final

from tests.lab.systems import compose
from tests.lab.systems.composed import Composed, postgres, shipped
from tests.lab.systems.eatfit24.door import Door
from tests.lab.systems.system import free_port, on_the_box, replaced
from tests.support.waiting import wait_until

SHIPPED: Final = shipped("eatfit24")
APP: Final = Path(__file__).parent / "app"


class Eatfit24(Composed):
    """The system, open."""

    name = "eatfit24"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.door = Door(self.folder / "door", self.port)

    @property
    def places(self) -> list[tuple[str, str]]:
        bound = [f'\n  - "{path}:{path}:ro"' for path in compose.bound_from_the_machine()]
        return [
            ("/opt/EatFit24", str(self.home)),
            ('project = "eatfit24"', f'project = "{self.project}"'),
            ("eatfit24-", f"{self.project}-"),
            ("https://eatfit24.ru", f"https://localhost:{self.door.port}"),
            ("eatfit24.ru:443", f"localhost:{self.door.port}"),
            ("localhost:8000", f"localhost:{self.port}"),
            ("127.0.0.1:8000:", f"127.0.0.1:{self.port}:"),
            ("stay_green: 2m", "stay_green: 2s"),
            ('within = "2s"', 'within = "20s"'),  # the machine of the tests may be far busier than a box in production
            ('timeout = "20s"', 'timeout = "2m"'),
            ("@base@", self.base),
            ("\n  # @bound@", "".join(bound)),
            ("@postgres@", str(postgres())),
        ]

    def build_up(self) -> None:
        """The code, its images, the five containers."""
        self._lay_out()
        compose.make_base_image(self.base)
        self.compose("up", "--detach", "--build")
        self.door.open()
        self.wait_until_well()

    def close(self) -> None:
        """Every trace of it goes."""
        self.door.shut()
        super().close()

    def _lay_out(self) -> None:
        self.lay_ground(UV_CACHE_DIR=str(self.folder / "uv"), COMPOSE_DOCKER_CLI_BUILD="0", **self.door.environment)
        shutil.copytree(APP, self.developer, ignore=shutil.ignore_patterns("__pycache__"))
        (self.developer / "gitignore").rename(self.developer / ".gitignore")
        (self.developer / "env").rename(self.folder / "env")
        for name in ("compose.yml", "Dockerfile"):
            path = self.developer / name
            path.write_text(replaced(path.read_text(), self.places))
        for version in ("1.0", "1.1"):
            _make_wheel(self.developer / "vendor", version)
        on_the_box(self, "uv", "lock", "--quiet", cwd=self.developer)
        self._publish_first()

    def _publish_first(self) -> None:
        """The repository, and the server's checkout of it."""
        remote = self.found_repository()
        self.commit("The service")
        on_the_box(self, "git", "clone", "--quiet", "--branch=main", remote, self.home, cwd=self.folder)
        shutil.move(self.folder / "env", self.home / ".env")

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
