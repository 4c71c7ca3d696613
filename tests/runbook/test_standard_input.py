"""What a command reads."""

from __future__ import annotations

import pytest

from opsconsole.runbook.risk import assess
from opsconsole.runbook.standard_input import needs_terminal, without_terminal


@pytest.mark.parametrize(
    ("script", "written"),
    [
        ("docker compose exec db psql < dump.sql", "docker compose exec -T db psql < dump.sql"),
        ("cat d | docker compose -f a.yml exec db psql", "cat d | docker compose -f a.yml exec -T db psql"),
        ("docker compose exec db pg_dump shop > d.sql", "docker compose exec -T db pg_dump shop > d.sql"),
        ("docker-compose run --rm web cat x | head", "docker-compose run -T --rm web cat x | head"),
        ("docker compose exec db psql <<E\nselect 1\nE\nls", "docker compose exec -T db psql <<E\nselect 1\nE\nls"),
        (
            "echo é; docker compose exec a x < f; docker compose exec b y > g",
            "echo é; docker compose exec -T a x < f; docker compose exec -T b y > g",
        ),
        ("docker compose exec <service> psql < f", "docker compose exec -T <service> psql < f"),
    ],
)
def test_compose_is_told_that_there_is_no_terminal(script: str, written: str) -> None:
    assert without_terminal(script) == written
    assert without_terminal(written) == written


@pytest.mark.parametrize(
    "script",
    [
        "docker compose exec db psql",
        "docker compose exec -T db psql < f",
        "docker compose run -d web x > f",
        "docker compose exec db ls 2>/dev/null",
        "docker compose up -d > log",
        "docker exec web ls > f",
        "echo docker compose exec web > f",
    ],
)
def test_everything_else_stays_as_it_was_written(script: str) -> None:
    assert without_terminal(script) == script


@pytest.mark.parametrize(
    ("script", "needs"),
    [
        ("ls", False),
        ("grep -i x f", False),
        ("docker exec web ls", False),
        ("docker compose exec -T web ls", False),
        ("ssh box uptime", False),
        ("cat f | sort", False),
        ("docker exec -it web ls", True),
        ("docker compose exec web ls", True),
        ("cat", True),
        ("read -r answer", True),
        ("bash -c 'read -r answer; echo $answer'", True),
        ("timeout 9 env A=1 sh -ec 'bash -c \"read x\"'", True),
        ("echo yes | bash -c 'read -r answer'", False),
        ("bash -c 'ls | wc -l'", False),
        ("bash look.sh -c 'read x'", True),  # what a script does is not known, so it counts as a change
        ("systemctl restart web", True),
        ("ourtool", True),
    ],
)
def test_a_look_has_a_terminal_only_where_it_may_read_from_it(script: str, needs: bool) -> None:
    assert needs_terminal(script, assess(script)) is needs
