"""All reading of the world. One module a kind of probe, found by name, imported when first used."""

from __future__ import annotations

from importlib import import_module

from opsconsole.probes.base import Probe, World

MODULES = {
    "box": "opsconsole.probes.box",
    "container": "opsconsole.probes.container",
    "engine": "opsconsole.probes.engine.probe",
    "fault": "opsconsole.probes.fault",
    "health": "opsconsole.probes.health",
    "memory": "opsconsole.probes.memory",
    "process": "opsconsole.probes.process",
    "queue": "opsconsole.probes.queue",
    "unit": "opsconsole.probes.unit",
}
"""Kind of target -> module with an `open_probe(world)`."""


def open_probe(kind: str, world: World) -> Probe:
    """A probe for targets of `kind`. It is used from one event loop only and closed by its owner."""
    module = import_module(MODULES[kind])
    probe: Probe = module.open_probe(world)
    return probe
