"""What the URL of a broker says, and what of it people may see."""

from __future__ import annotations

import errno
import socket
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.sample import ProblemKind
from opsconsole.probes.brokers import words
from opsconsole.probes.brokers.address import Address, mask, parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://box", Address("tcp", "redis://box", host="box")),
        ("redis://", Address("tcp", "redis://", host="localhost")),
        ("redis://box:7000/3", Address("tcp", "redis://box:7000/3", host="box", port=7000, db=3)),
        ("redis://box?db=2", Address("tcp", "redis://box", host="box", db=2)),
        ("redis://[::1]:7000/0", Address("tcp", "redis://[::1]:7000/0", host="::1", port=7000)),
        (
            "redis://ops:p%40ss@box/0",
            Address("tcp", "redis://ops:***@box/0", host="box", username="ops", password="p@ss"),
        ),
        ("redis://:pw@box/0", Address("tcp", "redis://:***@box/0", host="box", password="pw")),
        ("redis://box/0?password=pw", Address("tcp", "redis://box/0", host="box", password="pw")),
        ("rediss://box", Address("tcp", "rediss://box", host="box", tls=True)),
        (
            "rediss://box?ssl_cert_reqs=CERT_NONE",
            Address("tcp", "rediss://box", host="box", tls=True, verify=False),
        ),
        ("unix:///run/redis.sock", Address("unix", "unix:///run/redis.sock", path="/run/redis.sock")),
        ("unix:///run/r.sock?db=4", Address("unix", "unix:///run/r.sock", path="/run/r.sock", db=4)),
        (
            "redis+socket:///run/r.sock?virtual_host=4",
            Address("unix", "redis+socket:///run/r.sock", path="/run/r.sock", db=4),
        ),
        (
            "redis://container:eatfit24-redis/0",
            Address("container", "redis://container:eatfit24-redis/0", host="eatfit24-redis"),
        ),
        (
            "redis://container:shop/redis/2",
            Address("container", "redis://container:shop/redis/2", host="shop/redis", db=2),
        ),
        (
            "redis://:pw@container:cache:6380/1",
            Address("container", "redis://:***@container:cache:6380/1", host="cache", port=6380, db=1, password="pw"),
        ),
        (
            "redis+sentinel://a,b:7000/shop/2",
            Address(
                "sentinel",
                "redis+sentinel://a,b:7000/shop/2",
                service="shop",
                sentinels=(("a", 26379), ("b", 7000)),
                db=2,
            ),
        ),
        (
            "sentinel://:pw@a/shop",
            Address("sentinel", "sentinel://:***@a/shop", service="shop", sentinels=(("a", 26379),), password="pw"),
        ),
    ],
)
def test_an_address(url: str, expected: Address) -> None:
    assert parse(url) == expected


@pytest.mark.parametrize(
    ("url", "words_of_it"),
    [
        ("box:6379", "is no address of a Redis"),
        ("http://box", "is no address of a Redis"),
        ("redis://box:port/0", "has no sound host and port"),
        ("redis://box:70000/0", "has no sound host and port"),
        ("redis://container:/0", "has no sound host and port"),
        ("redis://box/jobs", "ends in 'jobs', which is not the number of a database"),
        ("sentinel://box:26379", "does not name the service"),
    ],
)
def test_what_is_none(url: str, words_of_it: str) -> None:
    with pytest.raises(ValueError, match=words_of_it):
        parse(url)


SECRETS = st.text(min_size=4).map(lambda text: "S3c" + text)


@given(
    password=SECRETS,
    scheme=st.sampled_from(["redis", "rediss", "redis+sentinel", "http", "amqp"]),
    place=st.sampled_from(["box", "box:1/0", "container:cache/0", "[::1]:1", "a,b/shop/0", "", "box:port/x"]),
)
def test_a_password_never_shows(password: str, scheme: str, place: str) -> None:
    for url in (
        f"{scheme}://ops:{quote(password, safe='')}@{place}",
        f"{scheme}://:{quote(password)}@{place}",
        f"{scheme}://{place}?password={quote(password, safe='')}",
    ):
        shown = mask(url)
        assert "S3c" not in shown
        try:
            address = parse(url)
        except ValueError as fault:
            assert "S3c" not in str(fault)
        else:
            assert "S3c" not in repr(address)
            assert address.password == password


@pytest.mark.parametrize(
    "url",
    [
        "redis://:S3c/ret@box/0",
        "redis://:S3c#ret@box/0",
        "redis://:S3c?ret@box/0",
        "http://u:S3c/ret@box/0",
        "redis://box/0?password=S3c@ret",
    ],
)
def test_not_even_one_that_was_not_escaped(url: str) -> None:
    assert "S3c" not in mask(url)
    assert "ret" not in mask(url)


def test_what_is_harmless_is_shown() -> None:
    assert mask("https://box:8443/@me/health?token=x#y") == "https://box:8443/@me/health"
    assert mask("http://[::1]:80/a@b") == "http://[::1]:80/a@b"


@pytest.mark.parametrize(
    ("refusal", "kind", "meaning"),
    [
        ("LOADING Redis is loading the dataset in memory", ProblemKind.REFUSED, "still loading"),
        ("MASTERDOWN Link with MASTER is down", ProblemKind.REFUSED, "lost its master"),
        ("BUSY Redis is busy running a script.", ProblemKind.REFUSED, "busy with a script"),
        ("ERR max number of clients reached", ProblemKind.REFUSED, "no room for another client"),
        ("NOAUTH Authentication required.", ProblemKind.DENIED, "wants a password"),
        ("WRONGPASS invalid username-password pair", ProblemKind.DENIED, "does not take the password"),
        ("DENIED Redis is running in protected mode", ProblemKind.DENIED, "protected mode"),
        ("MOVED 3999 127.0.0.1:6381", ProblemKind.UNREADABLE, "part of a Redis Cluster"),
        ("ERR unknown command 'LLEN'\x1b[31m", ProblemKind.UNREADABLE, "says: ERR unknown command 'LLEN'"),
    ],
)
def test_each_refusal_has_its_own_line(refusal: str, kind: ProblemKind, meaning: str) -> None:
    problem = words.refused(refusal, "redis://box")
    assert problem.kind is kind
    assert problem.reason.startswith("redis://box ")
    assert meaning in problem.reason
    assert "\x1b" not in problem.reason


@pytest.mark.parametrize(
    ("fault", "kind", "meaning"),
    [
        (OSError(errno.ENETUNREACH, "x"), ProblemKind.NO_TOOL, "no route to redis://box from here"),
        (OSError(errno.EHOSTUNREACH, "x"), ProblemKind.NO_TOOL, "no route to redis://box from here"),
        (socket.gaierror(-2, "x"), ProblemKind.NO_TOOL, "the host name in redis://box is not known here"),
        (PermissionError(errno.EACCES, "x"), ProblemKind.DENIED, "no permission on redis://box"),
        (ConnectionResetError(errno.ECONNRESET, "x"), ProblemKind.REFUSED, "redis://box closed the connection"),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] Connect call failed"),
            ProblemKind.REFUSED,
            "redis://box refuses connections",
        ),
        (ExceptionGroup("all", [OSError(errno.ENETUNREACH, "x")]), ProblemKind.NO_TOOL, "no route"),
        (
            RuntimeError("\x1b[31mred\nsecond line"),
            ProblemKind.REFUSED,
            "no connection to redis://box: red second line",
        ),
    ],
)
def test_each_error_on_the_way_has_its_own_line(fault: Exception, kind: ProblemKind, meaning: str) -> None:
    problem = words.unreached(fault, "redis://box")
    assert problem.kind is kind
    assert meaning in problem.reason
