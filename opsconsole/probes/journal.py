"""What journalctl prints, understood. Pure."""

from __future__ import annotations

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line


def unseen(exit_code: int, said: str) -> Problem | None:
    """Why it showed less than there is: it shows less to whoever may not see all, and `said` so on stderr."""
    if "insufficient permissions" in said or "not seeing messages" in said:
        return Problem(
            ProblemKind.DENIED, "the journal shows us no other user's messages; join the group systemd-journal"
        )
    if "No journal files were found" in said:
        return Problem(ProblemKind.NO_TOOL, "there is no journal on this box")
    if exit_code:
        return Problem(ProblemKind.NO_TOOL, f"journalctl failed: {one_line(said, 120) or f'exit code {exit_code}'}")
    return None
