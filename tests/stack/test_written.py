"""A first stack file from what was found: it loads, and says of each thing what was seen."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from opsconsole.model.readings import BrokerReading, ContainerReading, MemoryReading, Process, ProcessReading, Queue
from opsconsole.model.sample import Sample, Target
from opsconsole.stack.found import NUMBER, PROJECT, SERVICE, Findings, stack_of, things
from opsconsole.stack.load import load
from opsconsole.stack.written import FOLDER, first_file, projects_of

MB = 1 << 20


def container(project: str, service: str, image: str = "app") -> ContainerReading:
    labels = {PROJECT: project, SERVICE: service, NUMBER: "1", FOLDER: f"/opt/{project}"}
    return ContainerReading(
        id=service, name=f"{project}-{service}-1", image=image, state="running", labels=labels, memory_limit=None
    )


def seen_of(*readings: ContainerReading, **memory: MemoryReading) -> tuple:
    stack = stack_of(Findings("box", Path("/root"), things(readings)))
    latest: dict[Target, Sample] = {}
    by_name = {f"{one.labels[PROJECT]}/{one.labels[SERVICE]}": one for one in readings}
    for target in stack.watched:
        if target.kind == "container":
            latest[target] = Sample(target, 0.0, by_name[target.name])
        if target.kind == "process":
            main = Process(1, 0, ("gunicorn",), "gunicorn", 0.0)
            latest[target] = Sample(target, 0.0, ProcessReading(main, (main,)))
        if target.kind == "memory":
            latest[target] = Sample(target, 0.0, memory.get(target.name.partition("/")[2], MemoryReading(100 * MB)))
        if target.kind == "queue":
            latest[target] = Sample(target, 0.0, BrokerReading("celery", (Queue("ai", 3),)))
    return stack, latest


def test_it_loads_and_says_what_was_seen(tmp_path: Path) -> None:
    stack, latest = seen_of(
        container("shop", "web"), container("shop", "redis", "redis:7"), web=MemoryReading(300 * MB, 512 * MB)
    )
    file = tmp_path / "opsconsole.toml"
    file.write_text(first_file(stack, latest))
    loaded = load(file)
    assert (loaded.name, str(loaded.home)) == ("shop", "/opt/shop")
    written = tomllib.loads(file.read_text())
    web = next(one for one in written["service"] if one["name"] == "web")
    assert web["container"] == "shop/web"
    assert web["process"] == {"is": "gunicorn"}
    assert web["memory"] == {"baseline": "300M", "degraded": "460M", "limit": "512M"}
    assert written["queue"][0]["queues"] == ["ai"]


def test_a_broker_whose_queues_were_not_seen_is_written_to_be_filled_in(tmp_path: Path) -> None:
    stack, latest = seen_of(container("shop", "redis", "redis:7"))
    text = first_file(stack, {target: seen for target, seen in latest.items() if target.kind != "queue"})
    assert "queue" not in tomllib.loads(text)
    file = tmp_path / "opsconsole.toml"
    without_signs = [line.removeprefix("# ") for line in text.splitlines() if not line.startswith("# What waits")]
    file.write_text("\n".join(line for line in without_signs[2:]).replace("queues = []", 'queues = ["mail"]'))
    assert [check.name for check in load(file).checks if check.kind == "depth"] == ["redis.depth"]


def test_what_is_small_has_room(tmp_path: Path) -> None:
    stack, latest = seen_of(container("shop", "web"), web=MemoryReading(2 * MB))
    written = tomllib.loads(first_file(stack, latest))
    assert written["service"][0]["memory"] == {"baseline": "2M", "degraded": "66M"}


def test_of_several_projects_one_can_be_meant() -> None:
    stack, latest = seen_of(container("shop", "web"), container("blog", "web"))
    assert projects_of(stack, latest) == {"shop", "blog"}
    both = tomllib.loads(first_file(stack, latest))
    assert [one["name"] for one in both["service"]] == ["blog-web", "shop-web"]
    one = tomllib.loads(first_file(stack, latest, "blog"))
    assert [(service["name"], service["container"]) for service in one["service"]] == [("web", "blog/web")]


def test_where_one_project_is_meant_what_belongs_to_none_is_left_out() -> None:
    alone = ContainerReading(id="alone", name="alone", image="app", state="running", labels={}, memory_limit=None)
    stack = stack_of(Findings("box", Path("/root"), things([container("shop", "web"), alone])))
    latest = {
        target: Sample(target, 0.0, container("shop", "web") if target.name == "shop/web" else alone)
        for target in stack.watched
        if target.kind == "container"
    }
    assert [one["name"] for one in tomllib.loads(first_file(stack, latest))["service"]] == ["web", "alone"]
    assert [one["name"] for one in tomllib.loads(first_file(stack, latest, "shop"))["service"]] == ["web"]


def test_a_box_with_nothing_on_it_still_gets_a_file_that_loads(tmp_path: Path) -> None:
    stack, latest = seen_of()
    file = tmp_path / "stack.toml"
    file.write_text(first_file(stack, latest))
    assert load(file).name == "box"


@pytest.mark.parametrize("odd", ['quo"te', "back\\slash", "üñ"])
def test_odd_names_are_written_as_toml_has_them(odd: str) -> None:
    stack, latest = seen_of(container(odd, "web"))
    assert tomllib.loads(first_file(stack, latest))["docker"]["project"] == odd
