"""What redis-cli prints is understood, whatever bytes are in it: a socket gives the same replies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.cli_output import replies, script
from opsconsole.probes.brokers.exchange import Command, Refusal, Reply
from opsconsole.probes.brokers.socket import connect
from tests.lab.redis import LabRedis
from tests.support.parts import OUTER, lack

MARK = "5f3a"


def test_each_form_of_a_reply() -> None:
    printed = "\n".join(
        [
            "PONG",
            f'"{MARK}"',
            "(integer) -3",
            f'"{MARK}"',
            "(nil)",
            "(0.61s)",
            f'"{MARK}"',
            r'"a\"b\\\x06\x16\n\xff"',
            f'"{MARK}"',
            "(error) WRONGTYPE Operation against a key",
            f'"{MARK}"',
            "(empty array)",
            f'"{MARK}"',
            '1) "0"',
            "2)  1) (integer) 1",
            *(f"   {number:>2}) (nil)" for number in range(2, 11)),
            '3) "2"',
            f'"{MARK}"',
            "",
        ]
    )
    assert replies(printed, MARK, 7) == [
        b"PONG",
        -3,
        None,
        b'a"b\\\x06\x16\n\xff',
        Refusal("WRONGTYPE Operation against a key"),
        [],
        [b"0", [1, *[None] * 9], b"2"],
    ]


@pytest.mark.parametrize(
    "printed", ["", "Could not connect to Redis\n", f'"a"\n"b"\n"{MARK}"\n', f'"{MARK}"\n', "1) 2"]
)
def test_anything_else_is_said_to_be_so(printed: str) -> None:
    with pytest.raises(ValueError, match="repl"):
        replies(printed, MARK, 1)


@pytest.fixture(scope="module")
def redis_cli(redis_program: str) -> str:
    beside = Path(redis_program).with_name("redis-cli")
    found = shutil.which("redis-cli", path=OUTER.get("PATH")) or (str(beside) if beside.exists() else None)
    if found is None:
        lack("redis", "there is no redis-cli")
    return found


def by_cli(program: str, port: int, commands: list[Command]) -> list[Reply]:
    argv = [program, "--no-raw", "-p", str(port)]
    ran = subprocess.run(argv, input=script(commands, MARK).encode(), capture_output=True, check=True, env=OUTER)
    return replies(ran.stdout.decode("utf-8", "surrogateescape"), MARK, len(commands))


async def by_socket(port: int, commands: list[Command]) -> list[Reply]:
    link = await connect(Address("tcp", "here"), "127.0.0.1", port, None, "here")
    try:
        return await link.ask(commands)
    finally:
        await link.close()


@pytest.mark.redis
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.binary(max_size=40), min_size=1, max_size=12))
async def test_both_ways_give_the_same_for_any_bytes(
    redis_server: LabRedis, redis_cli: str, values: list[bytes]
) -> None:
    redis_server.call("FLUSHALL")
    redis_server.call("RPUSH", b"q\x06\x163", *values)
    commands: list[Command] = [
        ("PING",),
        ("LLEN", "q\x06\x163"),
        ("LRANGE", b"q\x06\x163", 0, -1),
        ("LINDEX", "nothing", -1),
        ("LINDEX", "q\x06\x163", -1),
        ("HGET", "q\x06\x163", values[0]),
        ("TYPE", "q\x06\x163"),
    ]
    assert by_cli(redis_cli, redis_server.port, commands) == await by_socket(redis_server.port, commands)


@pytest.mark.redis
async def test_both_ways_give_the_same_for_nested_replies(redis_server: LabRedis, redis_cli: str) -> None:
    for number in range(1, 13):
        redis_server.call("XADD", "events", f"{number}-0", "field", f"line {number}\n1) no element")
    for group in ("one", "two"):
        redis_server.call("XGROUP", "CREATE", "events", group, "0")
    commands: list[Command] = [
        ("XINFO", "GROUPS", "events"),
        ("XRANGE", "events", "-", "+", "COUNT", 12),
        ("XINFO", "GROUPS", "nothing"),
        ("SCAN", b"0", "MATCH", "*", "COUNT", 1000),
        ("SMEMBERS", "nothing"),
    ]
    assert by_cli(redis_cli, redis_server.port, commands) == await by_socket(redis_server.port, commands)
