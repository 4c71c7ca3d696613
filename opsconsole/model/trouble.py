"""What is wrong with something a person gave us, in the three words that help: what, where, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault. `where` names the file with line and key ("stack.toml:12: service.memory.limit"), or the thing."""

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """One line: where, what, what to do."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"; {self.remedy}" if self.remedy else "")


class TroubleError(Exception):
    """Carries troubles to whoever can show them. The only exception that crosses package borders."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__("\n".join(str(trouble) for trouble in troubles))
        self.troubles = troubles
