"""Which engine is meant: the same answer that the docker command gives."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest

from opsconsole.model.sample import ProblemKind
from opsconsole.probes.engine import Engine
from opsconsole.probes.engine.endpoint import USUAL_SOCKET, Endpoint, EngineError, Tls, find_endpoint, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unix:///run/user/1000/docker.sock", Endpoint("unix", "/run/user/1000/docker.sock")),
        ("tcp://10.0.0.7:2375", Endpoint("tcp", host="10.0.0.7", port=2375)),
        ("tcp://box", Endpoint("tcp", host="box", port=2375)),
        ("tcp://[::1]:2375", Endpoint("tcp", host="::1", port=2375)),
        ("ssh://deploy@box", Endpoint("ssh", str(USUAL_SOCKET), "box", None, "deploy")),
        ("ssh://deploy@box:2222/run/podman.sock", Endpoint("ssh", "/run/podman.sock", "box", 2222, "deploy")),
    ],
)
def test_an_address_is_read_as_the_docker_command_reads_it(text: str, expected: Endpoint) -> None:
    assert parse(text, "DOCKER_HOST") == expected


@pytest.mark.parametrize(
    "text",
    ["", "docker", "unix://relative.sock", "ftp://box", "tcp://", "tcp://box:notaport", "ssh://-oProxyCommand=x/y"],
)
def test_an_address_that_makes_no_sense_is_refused_with_the_place_it_came_from(text: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse(text, "docker.host")
    assert caught.value.problem.kind is ProblemKind.UNREADABLE
    assert caught.value.problem.reason.startswith("docker.host: ")
    assert "ssh://USER@HOST" in caught.value.problem.reason


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(EngineError) as caught:
        parse("ftp://me:hunter2@box", "DOCKER_HOST")
    assert "hunter2" not in caught.value.problem.reason
    assert "hunter2" not in str(parse("ssh://me:hunter2@box", "DOCKER_HOST"))


def test_what_the_stack_asks_for_goes_before_the_environment_and_that_before_the_context(tmp_path: Path) -> None:
    config = _config(tmp_path, current="far", contexts={"far": "ssh://far", "near": "unix:///near.sock"})
    environ = {"DOCKER_CONFIG": str(config)}
    assert find_endpoint(None, environ).host == "far"
    assert find_endpoint(None, environ | {"DOCKER_CONTEXT": "near"}).path == "/near.sock"
    assert find_endpoint(None, environ | {"DOCKER_CONTEXT": "near", "DOCKER_HOST": "tcp://env"}).host == "env"
    assert find_endpoint("tcp://stack", environ | {"DOCKER_HOST": "tcp://env"}).host == "stack"


def test_the_default_context_means_the_usual_socket(tmp_path: Path) -> None:
    config = _config(tmp_path, current="default")
    assert find_endpoint(None, {"DOCKER_CONFIG": str(config)}) == Endpoint("unix", str(USUAL_SOCKET))
    assert find_endpoint(None, {}) == Endpoint("unix", str(USUAL_SOCKET))


async def test_a_context_that_does_not_exist_is_named(tmp_path: Path) -> None:
    engine = Engine(environ={"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "gone"})
    problem = await engine.containers()
    assert problem == await engine.ping()
    assert "docker context 'gone' does not exist" in str(problem)


def test_the_users_own_engine_is_taken_where_the_usual_socket_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsconsole.probes.engine.endpoint.USUAL_SOCKET", tmp_path / "none.sock")
    with socket.socket(socket.AF_UNIX) as own:
        monkeypatch.chdir(tmp_path)
        own.bind("docker.sock")
        assert find_endpoint(None, {"XDG_RUNTIME_DIR": str(tmp_path)}).path == str(tmp_path / "docker.sock")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"DOCKER_TLS_VERIFY": "1"}, Tls(Path("/home/me/.docker"), True)),
        ({"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"}, Tls(Path("/certs"), True)),
        ({"DOCKER_CERT_PATH": "/certs"}, Tls(Path("/certs"), False)),
    ],
)
def test_tls_is_asked_for_by_the_same_variables(environ: dict[str, str], expected: Tls | None) -> None:
    endpoint = find_endpoint("tcp://box:2376", {"HOME": "/home/me"} | environ)
    assert endpoint.tls == expected


def test_a_contexts_own_certificates_are_used(tmp_path: Path) -> None:
    config = _config(tmp_path, current="far", contexts={"far": "tcp://far:2376"})
    certificates = config / "contexts/tls" / hashlib.sha256(b"far").hexdigest() / "docker"
    certificates.mkdir(parents=True)
    assert find_endpoint(None, {"DOCKER_CONFIG": str(config)}).tls == Tls(certificates, True)


def test_only_an_engine_on_this_machine_can_have_its_files_here() -> None:
    assert parse("unix:///x.sock", "").local
    assert parse("tcp://127.0.0.1:2375", "").local
    assert not parse("tcp://10.0.0.7:2375", "").local
    assert not parse("ssh://localhost.example", "").local


def _config(folder: Path, current: str, contexts: dict[str, str] | None = None) -> Path:
    (folder / "config.json").write_text(json.dumps({"currentContext": current}))
    for name, host in (contexts or {}).items():
        meta = folder / "contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    return folder
