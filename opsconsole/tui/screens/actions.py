"""The menu of what can be done to services now, and of what cannot, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from opsconsole.model.action import Offer
from opsconsole.model.text import one_line
from opsconsole.tui.clipboard import Excerpt
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.actions import Where, commands_of, rows
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.listing import ListScreen

_NAMED = 4
"""Services that the title names."""


class ActionsScreen(ListScreen):
    """Actions on services. The one that is chosen is shown as a runbook next; nothing runs before that is begun."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", id="keep-7.copy")]

    def __init__(
        self, names: Sequence[str], offers: Sequence[Offer], where: Where, chosen: Callable[[Offer], None]
    ) -> None:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        title = f"Actions on {one_line(', '.join(names[:_NAMED]), 100)}{more}"
        super().__init__(Pane("actions", title, opens="choose"))
        self.crumb = "actions"
        self._offers = {offer.action: offer for offer in offers}
        self._where = where
        self._chosen = chosen
        self.pane.cursor = next((offer.action for offer in offers if offer.possible), None)

    def rows(self, width: int) -> Sequence[Row]:
        """A row for each action."""
        return rows(list(self._offers.values()), self._where, width)

    def _under_cursor(self) -> Offer | None:
        return next((offer for action, offer in self._offers.items() if action == self.pane.cursor), None)

    def to_copy(self) -> Excerpt | None:
        """The commands of the action under the cursor."""
        offer = self._under_cursor()
        return Excerpt("the command", commands_of(offer)) if offer is not None and offer.possible else None

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Show it as a runbook; say why, where it is not possible."""
        offer = self._under_cursor()
        if offer is None:
            return
        if not offer.possible or offer.refused:
            self.note(offer.refused.partition(":")[0] or f"{offer.action} is not possible now")
            return
        self.dismiss()
        self.app.call_later(self._chosen, offer)
