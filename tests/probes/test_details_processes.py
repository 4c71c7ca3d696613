"""Plain processes closely, and what may be shown of any environment."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.detail import About, Story
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ProcessesRef
from opsconsole.probes.base import World
from opsconsole.probes.details import Details
from opsconsole.probes.details.environment import LOOKS, NAMED, shown
from opsconsole.probes.details.ports import parse
from tests.support.waiting import wait_for

SERVES = """
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
v6 = socket.socket(socket.AF_INET6); v6.bind(("::1", 0)); v6.listen()
print(s.getsockname()[1], v6.getsockname()[1], flush=True)
time.sleep(600)
"""


def _served(words: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """In a session of its own, as services are: what we start in ours is taken for a look of ours."""
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, cwd=folder, env=environment, text=True, start_new_session=True
    )


async def test_a_process_is_told_with_its_command_folder_ports_size_and_environment(tmp_path: Path) -> None:
    mark = f"opslab-{os.getpid()}-closely"
    words = [sys.executable, "-c", SERVES, mark, "--token=hunter2-hunter2"]
    environment = {"SHOP_TOKEN": "hunter2-hunter2", "SHOP_MODE": "worker", "SEEN": "see hunter2-hunter2"}
    served = _served(words, tmp_path, environment)
    try:
        assert served.stdout is not None
        ports = sorted(map(int, served.stdout.readline().split()))
        details, ref = Details(World()), ProcessesRef(mark)

        async def look() -> About | None:
            found = await details.about(ref)
            return found if isinstance(found, About) else None

        about = await wait_for("the process", look)
        facts = dict(about.facts)
        assert facts["folder"] == str(tmp_path)
        assert facts["command"].endswith(f"{mark} --token=***")
        assert facts["main pid"] == f"{served.pid}, of 1"
        assert facts["open files"].split()[0].isdecimal()
        assert [(one.port, one.by) for one in about.ports] == [(port, f"pid {served.pid}") for port in ports]  # type: ignore[union-attr]
        assert {one.address for one in about.ports} == {"127.0.0.1", "::1"}  # type: ignore[union-attr]
        sizes = await details.sizes([served.pid, 1 << 30])
        assert isinstance(sizes, dict)
        assert list(sizes) == [served.pid]
        assert 1 << 20 < sizes[served.pid] < 1 << 30
        variables = await details.environment(ref)
        assert not isinstance(variables, Problem)
        told = {one.name: one.value for one in variables}
        assert (
            told
            | {
                "SHOP_TOKEN": None,
                "SHOP_MODE": "worker",
                "SEEN": "see ***",
            }
            == told
        )
        story = await details.story(ref)
        assert isinstance(story, Story)
        assert "Nobody keeps account" in story.known_since
        assert "hunter2" not in repr((about, variables))
    finally:
        served.kill()
        served.wait()
    gone = await details.about(ref)
    assert isinstance(gone, Problem)
    assert gone.kind is ProblemKind.GONE


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DB_PASSWORD", "x", NAMED),
        ("DATABASE_URL", "postgres://a:b@c/d", NAMED),
        ("SENTRY_DSN", "https://1@x", NAMED),
        ("SECRET_KEY", "", "empty; by its name it may be a secret"),
        ("NOTE", "AKIAIOSFODNN7EXAMPLE", LOOKS),
        ("BOT", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", LOOKS),
        ("ID", "f" * 40, LOOKS),
        ("BLOB", "aB3dE5gH7jK9mN1pQ3sT5vW7", LOOKS),
    ],
)
def test_what_may_be_a_secret_is_hidden(name: str, value: str, told: str) -> None:
    (one,) = shown({name: value})
    assert (one.value, one.hidden) == (None, told)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MODE", "worker", "worker"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/bin", "/usr/local/sbin:/usr/local/bin:/usr/bin"),
        ("BROKER", "redis://user:pw@redis/0", "redis://***@redis/0"),
        ("LANG", "C.UTF-8", "C.UTF-8"),
        ("EMPTY", "", ""),
        ("ESCAPED", "a\x1b[31mb\nc", "ab c"),
        ("HOSTS", "service-one.internal.example.com", "service-one.internal.example.com"),
        ("STAMP", "2026-01-07T14:02:11.000000Z", "2026-01-07T14:02:11.000000Z"),
    ],
)
def test_what_is_no_secret_is_shown(name: str, value: str, told: str) -> None:
    (one,) = shown({name: value})
    assert one.value == told


def test_a_secret_is_hidden_in_every_other_value_too() -> None:
    told = {one.name: one.value for one in shown({"API_TOKEN": "s3cret-s3cret", "ARGS": "--with s3cret-s3cret now"})}
    assert told == {"API_TOKEN": None, "ARGS": "--with *** now"}


@given(
    secret=st.text(
        alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="*"), min_size=6, max_size=40
    ),
    before=st.text(max_size=10),
    name=st.sampled_from(["DB_PASSWORD", "token", "API_KEY", "AWS_SECRET_ACCESS_KEY", "AUTH_TOKENS"]),
)
def test_no_value_of_a_secret_name_survives_anywhere(secret: str, before: str, name: str) -> None:
    told = shown({"FIRST": f"{before} {secret} end", name: secret, "URL": f"https://me:{secret}@host/{secret}"})
    assert all(secret not in (one.value or "") for one in told)


def test_listening_sockets_are_read_as_the_kernel_writes_them() -> None:
    """Held to the machine: an address of ours is found again under its inode."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        inode = str(Path(f"/proc/self/fd/{listening.fileno()}").readlink())[8:-1]
        found = dict(parse(Path("/proc/self/net/tcp").read_text(), "tcp", "0A"))
        assert (found[inode].address, found[inode].port) == listening.getsockname()
