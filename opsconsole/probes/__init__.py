"""All reading of the world. One module a kind of probe, found by name, imported when first used."""

from __future__ import annotations

from importlib import import_module

from opsconsole.probes.base import Probe, World

MODULES = {
    "box": "opsconsole.probes.box",
    "clock": "opsconsole.probes.clock",
    "command": "opsconsole.probes.command",
    "compiles": "opsconsole.probes.compiles",
    "container": "opsconsole.probes.container",
    "container-user": "opsconsole.probes.container_user",
    "engine": "opsconsole.probes.engine.probe",
    "env": "opsconsole.probes.env",
    "fault": "opsconsole.probes.fault",
    "file": "opsconsole.probes.file",
    "frozen": "opsconsole.probes.frozen",
    "git-clean": "opsconsole.probes.git_clean",
    "health": "opsconsole.probes.health",
    "image-tag": "opsconsole.probes.image_tag",
    "log": "opsconsole.probes.log",
    "memory": "opsconsole.probes.memory",
    "migrations": "opsconsole.probes.migrations",
    "postgres": "opsconsole.probes.postgres",
    "process": "opsconsole.probes.process",
    "queue": "opsconsole.probes.queue",
    "replicas": "opsconsole.probes.replicas",
    "source": "opsconsole.probes.source",
    "sqlite": "opsconsole.probes.sqlite",
    "stray-process": "opsconsole.probes.stray_process",
    "tcp": "opsconsole.probes.tcp",
    "tls": "opsconsole.probes.tls",
    "unit": "opsconsole.probes.unit",
}
"""Kind of target -> module with an `open_probe(world)`."""


def open_probe(kind: str, world: World) -> Probe:
    """A probe for targets of `kind`. It is used from one event loop only and closed by its owner."""
    module = import_module(MODULES[kind])
    probe: Probe = module.open_probe(world)
    return probe
