"""The container engine: where it is, what it says of its containers, and word of every change.

`Engine` is what other packages use. It speaks the engine's HTTP API on its socket through httpcore, the part of
httpx that talks: async, so that every question can be cancelled, and a third of the import of httpx whole.
"""

from opsconsole.probes.engine.execute import Executed
from opsconsole.probes.engine.memory import pick
from opsconsole.probes.engine.view import Engine

__all__ = ["Engine", "Executed", "pick"]
