"""Shuts the machine out of every test, and says at the end which real parts were missing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.parts import PARTS, REQUIRED, missed

LAB = (
    "tests.lab.engine",
    "tests.lab.redis",
    "tests.lab.postgres",
    "tests.lab.http",
    "tests.lab.systemd",
    "tests.lab.sshd",
    "tests.lab.tmux",
)
pytest_plugins = [name for name in LAB if find_spec(name)]

STORIES = ("tests/e2e/", "tests/systems/", "tests/run/test_crash", "tests/demo/")

OURS = ("OPSCONSOLE_", "DOCKER_", "COMPOSE_", "XDG_", "REDISCLI_", "LESS", "TMUX", "SSH_")
"""Beginnings of variables that change what the program does."""
OTHERS = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "COLORTERM",
    "PAGER",
    "EDITOR",
    "VISUAL",
    "COLUMNS",
    "LINES",
    "PYTHONUNBUFFERED",
)

# Both cores may be busy with the lab: what an example takes says nothing about the code.
settings.register_profile("opsconsole", deadline=None, database=None)
settings.load_profile("opsconsole")


@pytest.fixture(autouse=True)
def machine_shut_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings, folders or terminal of whoever runs the tests: a home of its own, UTC, plain 256 colours."""
    for name in list(os.environ):
        if name.startswith(OURS) or name in OTHERS:
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    for variable, folder in (
        ("HOME", home),
        ("XDG_CONFIG_HOME", home / ".config"),
        ("XDG_STATE_HOME", home / ".local/state"),
        ("XDG_DATA_HOME", home / ".local/share"),
        ("XDG_CACHE_HOME", home / ".cache"),
    ):
        monkeypatch.setenv(variable, str(folder))
    home.mkdir()
    for variable, value in (("TERM", "xterm-256color"), ("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("LANG", "C.UTF-8")):
        monkeypatch.setenv(variable, value)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def pytest_configure(config: pytest.Config) -> None:
    """A required part with a misspelt name would be required by nobody."""
    unknown = REQUIRED - PARTS.keys()
    if unknown:
        raise pytest.UsageError(f"OPSCONSOLE_REQUIRE names {', '.join(sorted(unknown))}; known are {', '.join(PARTS)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a real part from tests/lab, or goes through a whole story, is `real`; the rest is quick."""
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
        modules = {one.func.__module__ for defined in fixtures for one in defined}
        if any(name.startswith("tests.lab.") for name in modules) or item.nodeid.startswith(STORIES):
            item.add_marker("real")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes that share the tests tells what it missed to the one that writes the summary."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["missed"] = missed


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What such a process missed."""
    missed.update(getattr(node, "workeroutput", {}).get("missed", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each part that was missing, once, with the command that enables it."""
    if not missed:
        return
    terminalreporter.section("skipped for want of a real part")
    for name, why in sorted(missed.items()):
        part = PARTS[name]
        terminalreporter.write_line(f"{name}: needs {part.what} ({why})")
        terminalreporter.write_line(f"    to enable: {part.enable}")
