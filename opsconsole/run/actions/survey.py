"""What is known of services, and what there is to act with: looked up when a menu of actions is opened. Only looks."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from opsconsole.model.action import Subject, Tools
from opsconsole.model.sample import Problem
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Service
from opsconsole.probes.base import World
from opsconsole.run.actions.subjects import subject
from opsconsole.run.who import login_name

_PLUGIN: Final = "docker-compose"
_PLUGIN_FOLDERS: Final = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True, slots=True)
class Survey:
    """The subjects of an action, and its tools."""

    subjects: tuple[Subject, ...]
    tools: Tools


async def survey(services: Sequence[Service], snapshot: Snapshot, world: World) -> Survey:
    """What there is to know before an action is offered. What cannot be found out is left empty."""
    found, tools = await asyncio.to_thread(_look, services, snapshot)
    units = [one.thing for one in found if one.kind == "unit" and not one.hindered]
    owners = await world.units.owners(units) if units else {}
    if isinstance(owners, Problem):
        return Survey(found, tools)
    return Survey(tuple(_owned(one, *owners[one.thing]) if one.thing in owners else one for one in found), tools)


def _look(services: Sequence[Service], snapshot: Snapshot) -> tuple[tuple[Subject, ...], Tools]:
    host = snapshot.stack.engine.host
    return tuple(subject(one, snapshot, os.path.exists) for one in services), tools(host)


def _owned(unit: Subject, user: str, folder: str) -> Subject:
    return replace(unit, user=user, folder=folder if folder and Path(folder).is_dir() else "")


def tools(engine_host: str | None) -> Tools:
    """What is installed here; `engine_host` is the stack's engine where that is not the usual one."""
    docker = ("docker", *(("--host", engine_host) if engine_host else ())) if shutil.which("docker") else ()
    return Tools(login_name(), os.geteuid() == 0, docker, _compose(docker, engine_host))


def _compose(docker: tuple[str, ...], engine_host: str | None) -> tuple[str, ...]:
    """Docker's own plugin, else the program beside it."""
    config = os.environ.get("DOCKER_CONFIG") or str(Path("~/.docker").expanduser())
    folders = (f"{config}/cli-plugins", *_PLUGIN_FOLDERS)
    if docker and any(os.access(f"{folder}/{_PLUGIN}", os.X_OK) for folder in folders):
        return (*docker, "compose")
    if not shutil.which(_PLUGIN):
        return ()
    return (_PLUGIN, *(("--host", engine_host) if engine_host else ()))
