"""What the engine's API says, understood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.readings import ContainerReading, MemoryReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.probes.engine import pick
from opsconsole.probes.engine.describe import Event, Frames, container, event, memory, moment
from opsconsole.probes.engine.memory import OOM_COUNTS, Remembered


def inspected(**state: Any) -> dict[str, Any]:
    """An answer of a 20.10 engine to inspect, cut down to what could matter."""
    return {
        "Id": "4f1d",
        "Name": "/shop-web-1",
        "Image": "sha256:aa",
        "RestartCount": 2,
        "State": {
            "Status": "running",
            "OOMKilled": False,
            "Pid": 4711,
            "ExitCode": 0,
            "StartedAt": "2026-11-21T10:50:59.037983988Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
            **state,
        },
        "Config": {"Image": "shop/web:v3", "Labels": {"com.docker.compose.service": "web"}},
        "HostConfig": {"NetworkMode": "shop_default", "Memory": 64 << 20},
        "NetworkSettings": {
            "Networks": {"a": {"IPAddress": "", "GlobalIPv6Address": "fd00::5"}, "b": {"IPAddress": "172.18.0.4"}}
        },
    }


def test_a_running_container_is_read_with_its_addresses_ipv4_first() -> None:
    reading = container(inspected())
    assert reading == ContainerReading(
        id="4f1d",
        name="shop-web-1",
        state="running",
        image="shop/web:v3",
        image_id="sha256:aa",
        pid=4711,
        started_at=1795258259.037983,
        restarts=2,
        labels={"com.docker.compose.service": "web"},
        addresses=("172.18.0.4", "fd00::5"),
        memory_limit=64 << 20,
    )


def test_a_container_that_ended_has_an_exit_code_and_no_process() -> None:
    reading = container(
        inspected(Status="exited", Pid=0, ExitCode=137, OOMKilled=True, FinishedAt="2026-11-21T11:00:00.5Z")
    )
    assert (reading.pid, reading.exit_code, reading.oom_killed) == (None, 137, True)
    assert reading.finished_at == 1795258800.5


@pytest.mark.parametrize(
    ("health", "expected"),
    [(None, None), ({"Status": "none"}, None), ({"Status": "unhealthy", "Log": []}, "unhealthy")],
)
def test_health_is_none_where_there_is_no_health_check(health: object, expected: str | None) -> None:
    assert container(inspected(Health=health)).health == expected


def test_a_container_on_the_hosts_network_is_reached_by_loopback() -> None:
    raw = inspected()
    raw["HostConfig"]["NetworkMode"] = "host"
    raw["NetworkSettings"]["Networks"] = {"host": {"IPAddress": ""}}
    assert container(raw).addresses == ("127.0.0.1",)


def test_labels_bring_no_escapes_along() -> None:
    raw = inspected()
    raw["Config"]["Labels"] = {"note": "a\x1b[31mred\x1b]0;title\x07"}
    assert container(raw).labels == {"note": "ared"}


def test_an_answer_with_nothing_but_an_id_is_still_a_container() -> None:
    assert container({"Id": "4f1d"}) == ContainerReading("4f1d", "4f1d", "unknown", "")


@pytest.mark.parametrize("text", [None, "", "0001-01-01T00:00:00Z", "yesterday"])
def test_a_time_that_has_not_come_is_none(text: str | None) -> None:
    assert moment(text) is None


def test_an_event_of_a_network_is_about_its_container() -> None:
    line = {
        "Type": "network",
        "Action": "connect",
        "Actor": {"ID": "n1", "Attributes": {"container": "c1"}},
        "timeNano": 1_500_000_000,
    }
    assert event(json.dumps(line).encode()) == Event("connect", "c1", 1.5)
    line["Actor"] = {"ID": "n1", "Attributes": {}}
    assert event(json.dumps(line).encode()) is None


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b'{"Actor": 3}', b'{"Actor": {"ID": "x"}}', b"\xff"])
def test_a_line_that_is_no_event_is_passed_over(line: bytes) -> None:
    assert event(line) is None


@pytest.mark.parametrize(
    ("stats", "used"),
    [
        ({"usage": 1000, "stats": {"total_inactive_file": 300, "inactive_file": 1}}, 700),  # cgroup v1
        ({"usage": 1000, "stats": {"inactive_file": 200}}, 800),  # cgroup v2
        ({"usage": 1000, "stats": {"inactive_file": 1000}}, 1000),  # not smaller: raw
        ({"usage": 1000}, 1000),
    ],
)
def test_memory_by_the_api_is_what_docker_stats_shows(stats: dict[str, Any], used: int) -> None:
    assert memory({"memory_stats": stats}, 4096) == MemoryReading(used, 4096)


def test_without_a_memory_cgroup_there_is_no_figure_rather_than_zero() -> None:
    assert memory({"memory_stats": {}}, None) is None


pieces = st.lists(st.tuples(st.sampled_from([0, 1, 2, 3]), st.binary(max_size=50)), max_size=8)


@given(pieces, st.data())
def test_the_stream_of_an_exec_is_taken_apart_however_it_is_cut(
    sent: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text for stream, text in sent)
    frames = Frames(most=10_000)
    while wire:
        cut = data.draw(st.integers(1, len(wire)))
        frames.feed(wire[:cut])
        wire = wire[cut:]
    assert frames.stdout == b"".join(text for stream, text in sent if stream == 1)
    assert frames.stderr == b"".join(text for stream, text in sent if stream == 2)
    assert not frames.cut


def test_of_too_much_output_the_beginning_is_kept_and_that_is_said() -> None:
    frames = Frames(most=4)
    frames.feed(b"\x01\0\0\0\0\0\0\x06abcdef")
    assert (frames.stdout, frames.cut) == (b"abcd", True)


# --- what is remembered, and which one is meant ---------------------------------------------------------------------


def replica(number: int, state: str = "running", **more: str) -> ContainerReading:
    labels = {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "com.docker.compose.container-number": str(number),
        **more,
    }
    return ContainerReading(f"id{number}", f"shop-web-{number}", state, "img", labels=labels)


def by_name(*readings: ContainerReading) -> dict[str, ContainerReading]:
    return {reading.name: reading for reading in readings}


def test_a_container_is_found_by_its_name_else_by_project_and_service() -> None:
    containers = by_name(replica(1))
    assert pick(containers, ContainerRef("shop-web-1")) == replica(1)
    assert pick(containers, ContainerRef("shop/web")) == replica(1)


def test_of_replicas_the_first_that_runs_is_meant_and_never_a_one_off() -> None:
    one_off = replica(1, **{"com.docker.compose.oneoff": "True"})
    assert pick(by_name(one_off, replica(2, "exited"), replica(10), replica(3)), ContainerRef("shop/web")) == replica(3)
    assert pick(by_name(replica(2, "exited")), ContainerRef("shop/web")) == replica(2, "exited")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shop-db-1", "no container called shop-db-1; is the project up?"),
        ("shop/db", "no container of service db in project shop; is the project up?"),
    ],
)
def test_a_container_that_does_not_exist_is_gone(name: str, words: str) -> None:
    assert pick(by_name(replica(1)), ContainerRef(name)) == Problem(ProblemKind.GONE, words)


def test_an_oom_counts_for_ten_minutes_though_the_engine_forgets_it_at_the_next_start() -> None:
    remembered = Remembered()
    remembered.replace_all([container(inspected())], now=0)
    started = remembered.by_name["shop-web-1"].started_at
    assert started is not None
    remembered.oom("4f1d", started - 1)
    assert remembered.update({"4f1d": container(inspected())}, now=started) == {"shop-web-1"}
    assert remembered.by_name["shop-web-1"].oom_killed
    remembered.forget_old_ooms(started + OOM_COUNTS - 2)
    assert remembered.by_name["shop-web-1"].oom_killed
    remembered.forget_old_ooms(started + OOM_COUNTS)
    reading = remembered.by_name["shop-web-1"]
    assert (reading.oom_killed, reading.oom_at) == (False, started - 1)


def test_an_oom_since_the_last_start_counts_as_long_as_it_runs() -> None:
    remembered = Remembered()
    remembered.replace_all([container(inspected())], now=0)
    started = remembered.by_name["shop-web-1"].started_at or 0
    remembered.oom("4f1d", started + 1)
    remembered.update({"4f1d": container(inspected())}, now=started + 2)
    remembered.forget_old_ooms(started + 100 * OOM_COUNTS)
    assert remembered.by_name["shop-web-1"].oom_killed


def test_only_the_names_that_changed_are_told() -> None:
    remembered = Remembered()
    assert remembered.replace_all([replica(1), replica(2)], 0) == {"shop-web-1", "shop-web-2"}
    assert remembered.replace_all([replica(1), replica(2)], 0) == set()
    assert remembered.update({"id2": replica(2, "exited")}, 0) == {"shop-web-2"}
    assert remembered.update({"id1": None}, 0) == {"shop-web-1"}
    assert set(remembered.by_name) == {"shop-web-2"}
