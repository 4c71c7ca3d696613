"""What discovery makes of what is on a box."""

from pathlib import Path

import pytest

from opsconsole.model.readings import ContainerReading, UnitReading
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.targets import QueueOf
from opsconsole.stack.found import Findings, is_redis, stack_of, things

COMPOSE = "com.docker.compose."


def container(name, state="running", image="shop:1", project=None, service=None, number=1, one_off=False, **more):
    labels = {}
    if project:
        labels = {
            f"{COMPOSE}project": project,
            f"{COMPOSE}service": service or name,
            f"{COMPOSE}container-number": str(number),
            f"{COMPOSE}oneoff": str(one_off),
        }
    return ContainerReading(f"id-{name}", name, state, image, labels=labels, **more)


def found(*containers, **more):
    return stack_of(Findings("prod-1", Path("/srv"), things(containers), **more))


def names(stack):
    return [check.name for check in stack.checks]


def check(stack, name):
    return next(check for check in stack.checks if check.name == name)


def test_there_is_always_the_box():
    stack = found()
    assert (stack.name, stack.home, stack.file) == ("prod-1", Path("/srv"), None)
    assert names(stack) == ["box"]


def test_containers_are_called_by_project_and_service_and_found_again_after_they_are_made_anew():
    stack = found(container("shop-web-1", project="shop", service="web"), container("lonely"))
    assert [(service.name, service.ref) for service in stack.services] == [
        ("shop/web", ContainerRef("shop/web")),
        ("lonely", ContainerRef("lonely")),
    ]
    assert names(stack) == ["engine", "shop/web.state", "lonely.state", "box"]
    assert check(stack, "shop/web.state").needs == ("engine",)


def test_replicas_are_told_apart_and_in_the_order_of_their_numbers():
    replicas = [container(f"shop-web-{n}", project="shop", service="web", number=n) for n in (10, 2, 1)]
    assert [(service.name, service.ref.name) for service in found(*replicas).services] == [
        ("shop/web/1", "shop-web-1"),
        ("shop/web/2", "shop-web-2"),
        ("shop/web/10", "shop-web-10"),
    ]


@pytest.mark.parametrize(
    ("other", "there"),
    [
        (container("c", "running"), True),
        (container("c", "restarting"), True),
        (container("c", "paused"), True),
        (container("c", "created"), False),
        (container("c", "removing"), False),
        (container("c", "exited", exit_code=1), False),
        (container("c", "exited", exit_code=1, project="shop"), True),
        (container("c", "dead", exit_code=1, project="shop"), True),
        (container("c", "exited", exit_code=0, project="shop"), False),
        (container("c", "exited", exit_code=1, project="stopped"), False),
        (container("c", "exited", exit_code=1, project="shop", one_off=True), False),
        (container("c", "running", project="shop", one_off=True), True),
    ],
)
def test_of_what_ended_only_a_failure_beside_what_runs_matters(other, there):
    seen = things([container("web", project="shop"), other])
    assert ("c" in {thing.reading.name for thing in seen}) is there


def test_memory_and_processes_are_shown_and_memory_is_judged_by_its_limit():
    stack = found(container("web", memory_limit=1 << 30), container("db"))
    assert check(stack, "web.memory").expect.limit == 1 << 30
    assert check(stack, "web.memory").expect.degraded == int(0.9 * (1 << 30))
    assert "db.memory" not in names(stack)
    shown = {(target.kind, target.name) for target in stack.watched}
    assert shown >= {("memory", "web"), ("memory", "db"), ("process", "web"), ("process", "db")}
    assert len(set(stack.watched)) == len(stack.watched)


@pytest.mark.parametrize(
    ("image", "name", "redis"),
    [
        ("redis:7-alpine", "cache", True),
        ("docker.io/library/redis", "cache", True),
        ("registry:5000/valkey/valkey:8", "cache", True),
        ("sha256:4711", "shop-redis-1", True),
        ("redis@sha256:4711", "cache", True),
        ("bitnami/redis6", "cache", True),
        ("oliver006/redis_exporter", "metrics", False),
        ("rediscommander/redis-commander", "ui", False),
        ("redis/redisinsight", "redis-insight", False),
        ("redis:7", "shop-redis-sentinel", False),
        ("predis-app", "php", False),
        ("redistribute:1", "web", False),
        ("shop:1", "web", False),
    ],
)
def test_a_redis_is_known_by_its_image_or_its_name(image, name, redis):
    (thing,) = things([container(name, image=image)])
    assert is_redis(thing) is redis


def test_the_queues_of_a_redis_are_shown_and_its_answer_is_judged():
    stack = found(container("shop-redis-1", image="redis:7", project="shop", service="redis"))
    health = check(stack, "shop/redis.health")
    assert health.target.of.url == "redis://container:shop/redis/0"
    assert health.needs == ("engine", "shop/redis.state")
    assert health.optional
    assert Target("queue", "shop/redis", QueueOf("redis://container:shop/redis/0")) in stack.watched
    assert "shop/redis.depth" not in names(stack)


def test_a_redis_of_the_box_itself_has_a_name_of_its_own():
    stack = found(container("redis", image="redis"), local_redis="127.0.0.1:6379")
    assert check(stack, "redis-here.health").target.of.url == "redis://127.0.0.1:6379/0"
    assert check(stack, "redis.health").target.of.url == "redis://container:redis/0"


def test_failed_units_are_services_by_their_short_names():
    failed = tuple(
        UnitReading(name, "loaded", "failed", "failed") for name in ("api.service", "backup.timer", "db.service")
    )
    stack = found(container("db"), failed=failed)
    refs = {service.name: service.ref for service in stack.services}
    assert refs["api"] == UnitRef("api.service")
    assert refs["backup.timer"] == UnitRef("backup.timer")
    assert refs["db"] == ContainerRef("db")
    assert refs["db.service"] == UnitRef("db.service")
    assert {"api.state", "backup.timer.state", "db.state", "db.service.state"} <= set(names(stack))


def test_an_engine_is_only_expected_where_one_is_meant_to_be():
    assert "engine" not in names(found())
    assert "engine" in names(found(engine_meant=True))


def test_all_that_checks_need_is_there():
    stack = found(
        container("redis", image="redis", memory_limit=5), container("web", project="x"), local_redis="127.0.0.1:6379"
    )
    assert {needed for check in stack.checks for needed in check.needs} <= set(names(stack))
    assert len(set(names(stack))) == len(names(stack))
