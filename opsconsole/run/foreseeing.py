"""Asking compose and the engine what `docker compose up` will do, before it is confirmed: looks only, and bounded."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from opsconsole.model.text import one_line
from opsconsole.run.recreating import Made, Now, forecast, made
from opsconsole.run.wire import FIXED_ENVIRONMENT
from opsconsole.runbook.compose_up import ComposeUp, compose_ups

WITHIN: Final = 10.0
"""Seconds that all the questions about one command may take."""
_MOST: Final = 8 << 20


class _NotKnown(Exception):
    """One line on why it cannot be said."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the command will run, with what, and when the run began; `env` is the run's own environment.

    `fresh` says that a step of this run has set something in it.
    """

    cwd: Path
    env: Mapping[str, str]
    began: float
    fresh: bool = False


async def foresee(text: str, around: Surroundings) -> tuple[str, ...]:
    """What each `docker compose up` in `text` will do, in lines; that it is not known, and why, where it is not."""
    lines: list[str] = []
    for up in compose_ups(text):
        try:
            async with asyncio.timeout(WITHIN):
                lines += await _about(up, around)
        except TimeoutError:
            lines.append(f"what it recreates is not known: compose did not answer within {WITHIN:.0f} s")
        except _NotKnown as why:
            lines.append(f"what it recreates is not known: {one_line(str(why), 200)}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            lines.append(f"what it recreates is not known: {one_line(str(error), 200)}")
    return tuple(lines)


async def _about(up: ComposeUp, around: Surroundings) -> tuple[str, ...]:
    if not up.known:
        raise _NotKnown("some of its words are only known when it runs")
    ask = _Asker(around.cwd, {**os.environ, **around.env, **dict(up.env), **FIXED_ENVIRONMENT})
    hashes, config, ids = await asyncio.gather(
        ask(*up.compose, "config", "--hash", "*"), ask(*up.compose, "config"), ask(*up.compose, "ps", "-a", "-q")
    )
    by_service = dict(line.split(maxsplit=1) for line in hashes.splitlines() if len(line.split()) == 2)
    listed = ids.split()
    inspected = json.loads(await ask(*up.engine, "inspect", "--type", "container", *listed)) if listed else []
    containers = list(made(inspected))
    images = await _images(up, containers, ask)
    now = Now(
        by_service,
        _needs(config),
        {name: image["Id"] for name, image in images.items()},
        frozenset(name for name, image in images.items() if _tagged_at(image) >= around.began),
        _changed(inspected, around, bool(up.env)),
    )
    return forecast(up, containers, now)


@dataclass(frozen=True, slots=True)
class _Asker:
    cwd: Path
    env: Mapping[str, str]

    async def __call__(self, *words: str) -> str:
        """What a command prints. _NotKnown with its complaint where it fails."""
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=self.cwd,
            env=dict(self.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_MOST,
            start_new_session=True,
        )
        try:
            said, complaint = await process.communicate()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode:
            lines = complaint.decode("utf-8", "replace").strip().splitlines()
            raise _NotKnown(lines[-1] if lines else f"{words[0]} failed")
        return said.decode("utf-8", "replace")


async def _images(up: ComposeUp, containers: Sequence[Made], ask: _Asker) -> dict[str, Any]:
    """By the name under which each container was made, the image that has this name now."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(one.image for one in containers if one.image):
        with suppress(_NotKnown):  # the name may be gone: then the container is left as it is
            found[name] = json.loads(await ask(*up.engine, "image", "inspect", name))[0]
    return found


def _needs(config: str) -> dict[str, tuple[str, ...]]:
    import yaml

    try:
        services = (yaml.safe_load(config) or {}).get("services") or {}
    except yaml.YAMLError as error:
        raise _NotKnown(f"its configuration cannot be read: {error}") from None
    return {name: tuple(said.get("depends_on") or ()) for name, said in services.items() if isinstance(said, dict)}


def _tagged_at(image: Mapping[str, Any]) -> float:
    """When the image got its name, in epoch seconds; 0 where the engine does not say."""
    said = str((image.get("Metadata") or {}).get("LastTagTime") or "")
    try:
        return datetime.fromisoformat(said[:19] + "+00:00").timestamp() if not said.startswith("0001") else 0.0
    except ValueError:
        return 0.0


def _changed(inspected: Sequence[Mapping[str, Any]], around: Surroundings, has_env: bool) -> bool | None:
    """Whether the project's files or variables have changed since the run began; None where they are not known."""
    if around.fresh or has_env:
        return True
    files: set[Path] = set()
    for one in inspected:
        labels = one["Config"].get("Labels") or {}
        folder = Path(labels.get("com.docker.compose.project.working_dir") or around.cwd)
        names = (labels.get("com.docker.compose.project.config_files") or "").split(",")
        files |= {folder / name for name in names if name} | {folder / ".env"}
    times = [path.stat().st_mtime for path in files if path.exists()]
    return max(times) >= around.began if times else None
