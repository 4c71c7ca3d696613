"""Whose exit code 1 means that nothing was found."""

from __future__ import annotations

import pytest

from opsconsole.runbook.finders import finds


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("grep x f", True),
        ("ps aux | grep x", True),
        ("grep a f\ngrep b f  # the last one counts", True),
        ("test -e f || grep x f", True),
        ("sudo grep x f", True),
        ("docker compose exec web grep x f", True),
        ("git grep x", True),
        ("grep x f 2>/dev/null", True),
        ("pgrep -a redis", True),
        ("ls && grep x f", None),
        ("grep x f | head", False),
        ("grep x f; ls", False),
        ("! grep x f", False),
        ("x=$(grep y z)", False),
        ("ls # grep", False),
        ("echo grep x", False),
        ("", False),
    ],
)
def test_whose_exit_code_it_is(script: str, found: bool | None) -> None:
    assert finds(script) is found
