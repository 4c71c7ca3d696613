"""What `docker compose up` will do, told before it is confirmed: with the real engine and the real compose."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.model.questions import AskConfirm, Leave, Yes
from opsconsole.run.foreseeing import Surroundings, foresee
from opsconsole.run.recreating import Made, Now, forecast
from opsconsole.runbook.compose_up import ComposeUp
from tests.lab.engine import LabEngine
from tests.lab.systems.compose import give_plugin, need_compose
from tests.run.shop import Shop
from tests.support.parts import OUTER

UP = ComposeUp(("docker",), ("docker", "compose"))


def container(service: str, hash: str = "h", image_id: str = "i", running: bool = True) -> Made:
    return Made(service, hash, "shop:1", image_id, running)


NOW = Now({"web": "h", "db": "h", "job": "h"}, {"web": ("db",)}, {"shop:1": "i"}, changed=False)


@pytest.mark.parametrize(
    ("up", "containers", "now", "lines"),
    [
        (UP, [container("web"), container("db"), container("job")], NOW, ["leaves db, job, web as they are"]),
        (
            ComposeUp(("docker",), ("docker", "compose"), ("web",)),
            [container("web", "old"), container("db", "old")],
            NOW,
            [
                "recreates web: its configuration is not the one that it was made with, since before this run",
                "recreates db: its configuration is not the one that it was made with, since before this run"
                " (it is not named in the command)",
            ],
        ),
    ],
)
def test_it_is_said_for_each_service(up: ComposeUp, containers: list[Made], now: Now, lines: list[str]) -> None:
    assert list(forecast(up, containers, now)) == lines


FILE = """version: "2.4"
services:
  web: {{ image: "{image}", command: [sleep, "{seconds}"], depends_on: [db], labels: {{ opsconsole.lab: "1" }} }}
  db: {{ image: "{image}", command: [sleep, "600"], labels: {{ opsconsole.lab: "1" }} }}
  job: {{ image: "{image}", command: [sleep, "600"], labels: {{ opsconsole.lab: "1" }} }}
"""


class Project:
    """A compose project of three services on the lab's engine."""

    def __init__(self, folder: Path, engine: LabEngine, name: str) -> None:
        self.folder, self.engine, self.name = folder, engine, name
        self.image = f"{name}:1"
        engine.docker("tag", engine.image, self.image)
        self.env = {"DOCKER_CONFIG": str(give_plugin(folder)), "COMPOSE_PROJECT_NAME": name}
        self.write(600)

    def write(self, seconds: int) -> None:
        (self.folder / "docker-compose.yml").write_text(FILE.format(image=self.image, seconds=seconds))

    def __call__(self, *words: str) -> None:
        done = subprocess.run(
            ["docker", "compose", *words],
            cwd=self.folder, env={**OUTER, **self.env}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    async def foreseen(self, text: str, began: float) -> list[str]:
        return list(await foresee(text, Surroundings(self.folder, self.env, began)))

    def remove(self) -> None:
        self("down", "--timeout", "0", "--volumes")
        self.engine.try_docker("image", "rm", "--force", self.image)


@pytest.fixture
def project(tmp_path: Path, engine: LabEngine) -> Iterator[Project]:
    need_compose()
    folder = tmp_path / "project"
    folder.mkdir()
    made = Project(folder, engine, f"opslab-{engine.owner.replace('.', '-')}-up")
    try:
        yield made
    finally:
        made.remove()


async def test_before_compose_acts_it_is_said_what_it_recreates_and_what_has_drifted_before(project: Project) -> None:
    began = time.time() - 60
    text = "docker compose up -d web"
    for unknown, why in (
        ("docker compose -f missing.yml up -d", "missing.yml"),
        ("docker compose up -d $SERVICE", "only known when it runs"),
    ):
        [line] = await project.foreseen(unknown, began)
        assert line.startswith("what it recreates is not known: ")
        assert why in line
    project("up", "-d")
    assert await project.foreseen("docker compose up -d", began) == ["leaves db, job, web as they are"]
    project.write(601)
    assert await project.foreseen(text, began) == [
        "recreates web: its configuration is not the one that it was made with",
        "leaves db as it is",
    ]
    project.engine.docker("stop", "--time", "0", f"{project.name}_job_1")
    project.engine.docker("build", "-q", "-t", project.image, "--label", "opsconsole.lab=1", str(_context(project)))
    project.engine.docker("rm", f"{project.name}_job_1")
    image = f"the image {project.image} is another one than it was made from, since before this run"
    assert await project.foreseen("docker compose up -d web job", time.time() + 60) == [
        f"recreates web: {image}",
        f"recreates db: {image} (it is not named in the command)",
        "creates job: it has no container",
    ]


def _context(project: Project) -> Path:
    folder = project.folder / "image"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {project.engine.image}\nENV NEW=1\n")
    return folder


async def test_the_question_has_it(project: Project, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    (shop.home / "docker-compose.yml").write_text((project.folder / "docker-compose.yml").read_text())
    text = (
        f"```bash\nexport DOCKER_CONFIG={project.env['DOCKER_CONFIG']} COMPOSE_PROJECT_NAME={project.name}\n"
        "docker compose up -d web\n```\n"
    )
    session, operator = await shop.begin(text, [Yes(), Leave()])
    await session.play()
    asked = operator.asked_of(AskConfirm)[-1]
    assert isinstance(asked, AskConfirm)
    assert asked.forecast == ("creates web: it has no container", "creates db: it has no container")
