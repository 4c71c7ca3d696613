"""Secrets that stand in command lines do not reach anybody who looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.probes.hush import hush

SECRET = "hunter2"


@pytest.mark.parametrize(
    "argv",
    [
        ("redis-server", "--requirepass", SECRET),
        ("redis-server", "--masterauth", SECRET),
        ("celery", f"--broker=redis://:{SECRET}@host:6379/0"),
        ("celery", "-b", f"amqp://user:{SECRET}@host//"),
        ("app", f"--db-password={SECRET}"),
        ("app", f"--API_KEY={SECRET}"),
        ("app", "--auth-token", SECRET),
        ("env", f"TELEGRAM_BOT_TOKEN={SECRET}", "bot"),
        ("sh", "-c", f"PGPASSWORD={SECRET} psql; true"),
        ("sh", "-c", f"app --token '{SECRET} two' --port 80"),
        ("sh", "-c", f'QR_SECRET="{SECRET}; two" exec app'),
        ("java", f"-Dspring.datasource.password={SECRET}", "Main"),
    ],
)
def test_the_value_of_what_is_a_secret_by_its_name_is_hidden(argv: tuple[str, ...]) -> None:
    shown = hush(argv)
    assert SECRET not in " ".join(shown)
    assert "***" in " ".join(shown)
    assert len(shown) == len(argv)


@pytest.mark.parametrize(
    "argv",
    [
        ("celery", "-A", "config", "worker", "-Q", "ai,billing", "--concurrency=2"),
        ("gunicorn", "config.wsgi", "-b", ":8000", "--access-logfile", "-"),
        ("psql", "postgres://host/db"),
        ("app", "--password-file=/run/secrets/db"),
        ("app", "--password-file", "/run/secrets/db"),
        ("app", "--token-ttl=5m"),
        ("app", "--tokens", "--verbose"),
    ],
)
def test_what_is_no_secret_is_shown_as_it_is(argv: tuple[str, ...]) -> None:
    assert hush(argv) == argv


WORDS = (
    "--token",
    "--password=x",
    "A_SECRET='x",
    "redis://:p@h/0",
    "***",
    "-",
    "sh -c --token 'x y'",
    "api-key=a=b",
    '"',
)


@given(st.lists(st.sampled_from(WORDS) | st.text()))
def test_hiding_keeps_the_words_apart_and_does_nothing_the_second_time(argv: list[str]) -> None:
    once = hush(argv)
    assert len(once) == len(argv)
    assert hush(once) == once
