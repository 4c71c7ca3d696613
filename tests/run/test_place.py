"""Where a step runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.stack import EngineRef, Service, Stack
from opsconsole.run.place import BACKGROUND, place_of
from tests.run.books import book, command, step

STACK = Stack(
    "shop",
    Path("/opt/shop"),
    services=(Service("web", ContainerRef("shop-web-1")), Service("api", UnitRef("api.service"))),
)


def place(stack: Stack = STACK, env: tuple[str, ...] = (), book_cwd: str | None = None, **options: Any) -> Any:
    return place_of(step("s", command("ls"), **options), book(cwd=book_cwd), stack, "anna", "box", env)


def test_on_the_box_in_the_stacks_home_as_whoever_runs_it() -> None:
    assert place().argv == ("bash", "-c", None)
    assert place().words == "in /opt/shop on box as anna"


@pytest.mark.parametrize(
    ("book_says", "step_says", "folder"),
    [
        (None, None, "/opt/shop"),
        ("api", None, "/opt/shop/api"),
        ("/srv", None, "/srv"),
        ("/srv", "etc", "/opt/shop/etc"),
    ],
)
def test_the_steps_own_folder_counts_more_than_the_runbooks(
    book_says: str | None, step_says: str | None, folder: str
) -> None:
    assert place(book_cwd=book_says, cwd=step_says).cwd == Path(folder)


def test_in_a_service_by_its_containers_name_and_values_get_in_without_being_seen() -> None:
    found = place(container="web", env=("tag", "pw"))
    assert found.argv == ("docker", "exec", "-it", "--env", "pw", "--env", "tag", "shop-web-1", "sh", "-c", None)
    assert found.words == "in container shop-web-1 on box"


def test_on_another_engine_as_another_user() -> None:
    stack = Stack("shop", Path("/opt/shop"), engine=EngineRef("ssh://far"))
    found = place(stack, container="db", user="postgres")
    assert found.argv == ("docker", "--host", "ssh://far", "exec", "-it", "--user", "postgres", "db", "sh", "-c", None)
    assert found.words == "in container db on box as postgres"


def test_as_another_user_on_the_box() -> None:
    assert place(user="deploy", env=("tag",)).argv == (
        "sudo", "-u", "deploy", "--preserve-env=tag", "--", "bash", "-c", None,
    )  # fmt: skip
    assert place(user="anna").argv == ("bash", "-c", None)


def test_by_the_interpreter_that_its_author_names() -> None:
    assert place(interpreter="python3 -I").argv == ("python3", "-I", "-c", None)


@pytest.mark.parametrize(
    ("interpreter", "argv"),
    [
        ("python3", ("python3", "-c", None)),
        ("psql -d shop", ("psql", "-d", "shop", "-c", None)),
        ("node", ("node", "-e", None)),
        ("/usr/bin/ruby3.1", ("/usr/bin/ruby3.1", "-e", None)),
        ("sqlite3 shop.db", ("sqlite3", "shop.db", None)),
    ],
)
def test_an_interpreter_is_given_the_text_as_it_takes_it(interpreter: str, argv: tuple[str | None, ...]) -> None:
    assert place(interpreter=interpreter).argv == argv


def test_in_the_background_it_is_started_by_a_shell_that_does_not_stay(tmp_path: Path) -> None:
    found = place(background=True, user="deploy")
    assert found.argv[:3] == ("bash", "-c", BACKGROUND) and found.argv[4:] == place(user="deploy").argv
    assert found.words.endswith("as deploy, in the background")
    assert not place(background=True, container="web").terminal
