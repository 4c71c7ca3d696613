"""The guard: forbidden commands are found wherever they hide, and read-only means looks alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opsconsole.model.stack import Forbidden
from opsconsole.runbook.guard import Guard, digest
from tests.runbook.labels import labels
from tests.runbook.test_hiding import FRAGMENTS, WRAPPED

MAKEMIGRATIONS = Forbidden(
    ("manage.py", "makemigrations"), "production never generates migrations", ("--check", "--dry-run")
)
UVICORN = Forbidden(("uvicorn",), "the unit starts it")
NOHUP = Forbidden(("nohup",), "use the unit")

GUARD = Guard((MAKEMIGRATIONS, UVICORN, NOHUP), read_only=False)


@pytest.mark.parametrize(
    "script",
    [
        "python manage.py makemigrations",
        "./manage.py makemigrations",
        "python ./app/manage.py makemigrations shop",
        "python manage.py makemigrations --check",
        "python manage.py makemigrations --dry-run",
        "docker compose exec backend python manage.py makemigrations",
        "docker exec web sh -c 'python manage.py makemigrations'",
        "ssh box 'cd /opt && python manage.py makemigrations'",
        "echo $(python manage.py makemigrations)",
        "python manage.py 'makemi'grations",
        "python manage.py makemigrations; echo --check --dry-run",
        "sudo -u app env A=b python manage.py makemigrations",
        "bash <<'EOF'\npython manage.py makemigrations\nEOF",
        "frobnicate 'python manage.py makemigrations'",
        "python manage.py $COMMAND",
        "python manage.py makemigrations 'unclosed",
        ".venv/bin/uvicorn app.main:app",
        "python -m uvicorn app.main:app",
        "nohup sleep 5 &",
        "C=makemigrations\npython manage.py $C",
        "echo 'python manage.py makemigrations' | tr a a | sh",
        "echo manage.py makemigrations | xargs python",
        "printf '%s' 'manage.py makemigrations' | bash",
    ],
)
def test_a_forbidden_command_is_refused_wherever_it_stands(script: str) -> None:
    reason = GUARD.refuse(script)
    assert reason is not None and "\n" not in reason


@pytest.mark.parametrize(
    "script",
    [
        "python manage.py makemigrations --check --dry-run",
        "docker compose exec backend python manage.py makemigrations --dry-run --check",
        "python manage.py migrate",
        "echo never run manage.py makemigrations here",
        "ps aux | grep uvicorn",
        "pgrep -af uvicorn",
        "grep 'manage.py makemigrations' notes.txt",
        "git commit -m 'no more manage.py makemigrations'",
        "systemctl status uvicorn.service",
        "docker logs $CONTAINER",
    ],
)
def test_others_and_exceptions_pass(script: str) -> None:
    assert GUARD.refuse(script) is None


@pytest.mark.parametrize(
    ("script", "refused"),
    [
        ("python3 -m app._smoke", True),
        ("/usr/bin/python -m app._smoke", True),
        (".venv/bin/python -m app._smoke", False),
        ("A=1 .venv/bin/python -m app._smoke", False),
        (".venv/bin/python -c 'import sys'", False),
        ("nice python -m app._smoke", True),
        ("pyth\\\non -m app._smoke", True),
    ],
)
def test_only_one_python_may_be_allowed_also_for_what_it_runs_as_a_module(script: str, refused: bool) -> None:
    rules = (Forbidden(("python",), "only that of .venv", (".venv/bin/python",)), Forbidden(("python3",), "only .venv"))
    assert bool(Guard(rules).refuse(script)) is refused


def test_the_reason_names_the_rule_and_why_it_is_there() -> None:
    reason = GUARD.refuse("python manage.py makemigrations")
    assert reason == "forbidden here (manage.py makemigrations): production never generates migrations"


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8))
def test_no_heap_of_fragments_makes_it_fall(fragments: list[str]) -> None:
    GUARD.refuse("".join(fragments))
    Guard((MAKEMIGRATIONS,), read_only=True).refuse("".join(fragments))


@given(st.lists(st.sampled_from(sorted(WRAPPED)), max_size=3))
@example(["a here-string", "not"])
@example(["split by env", "not"])
def test_nesting_hides_no_forbidden_command(ways: list[str]) -> None:
    script = "python manage.py makemigrations"
    for way in ways:
        script = WRAPPED[way](script)
    assert GUARD.refuse(script) is not None, script


def test_read_only_lets_looks_pass_and_nothing_else() -> None:
    guard = Guard((), read_only=True)
    for label in labels():
        if label.risk.changes:
            reason = guard.refuse(label.command)
            assert reason is not None and reason.startswith("read-only: "), label.command
    assert guard.refuse("docker ps && df -h") is None
    assert guard.refuse("docker ps && docker restart web") == (
        "read-only: docker ps && docker restart web is a change (restarts a container)"
    )


def test_an_author_may_vouch_for_what_nobody_knows_but_not_for_a_change() -> None:
    guard = Guard((), read_only=True)
    assert guard.refuse("./look.sh") is not None
    assert guard.refuse("./look.sh", declared_read=True) is None
    assert guard.refuse("./look.sh; rm x", declared_read=True) is not None


def test_a_text_that_changed_since_it_was_shown_is_refused() -> None:
    guard = Guard()
    assert guard.refuse("ls", digest("ls")) is None
    assert guard.refuse("ls -l", digest("ls")) == "the text is not the one that was shown"
