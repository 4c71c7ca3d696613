"""Calls of `docker compose up`, taken apart."""

from __future__ import annotations

import pytest

from opsconsole.runbook.compose_up import ComposeUp, compose_ups

DOCKER, COMPOSE = ("docker",), ("docker", "compose")


@pytest.mark.parametrize(
    ("script", "up"),
    [
        ("docker compose up -d", ComposeUp(DOCKER, COMPOSE)),
        ("docker compose up -d web worker", ComposeUp(DOCKER, COMPOSE, ("web", "worker"))),
        ("docker-compose up -d web", ComposeUp(DOCKER, ("docker-compose",), ("web",))),
        ("sudo docker compose up", ComposeUp(DOCKER, COMPOSE)),
        (
            "docker --host tcp://x:1 compose -f a.yml --profile jobs up -t 5 --no-deps web",
            ComposeUp(
                ("docker", "--host", "tcp://x:1"),
                ("docker", "--host", "tcp://x:1", "compose", "-f", "a.yml", "--profile", "jobs"),
                ("web",),
                alone=True,
            ),
        ),
        ("TAG=2 docker compose up -d --force-recreate", ComposeUp(DOCKER, COMPOSE, env=(("TAG", "2"),), force=True)),
        ("docker compose up --build --no-recreate", ComposeUp(DOCKER, COMPOSE, builds=True, keeps=True)),
    ],
)
def test_a_call(script: str, up: ComposeUp) -> None:
    assert compose_ups(script) == (up,)


def test_what_is_only_known_when_it_runs() -> None:
    [up] = compose_ups("docker compose up -d $SERVICE")
    assert not up.known


@pytest.mark.parametrize("script", ["docker compose ps", "echo docker compose up", "docker compose exec web up", "ls"])
def test_other_commands(script: str) -> None:
    assert compose_ups(script) == ()
