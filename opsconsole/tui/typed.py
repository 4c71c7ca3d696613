"""One line of text that is typed into a pane's own title, without a field or a screen of its own. Pure."""

from __future__ import annotations

from typing import Final

from opsconsole.model.text import one_line

_LONGEST: Final = 80


class TypedLine:
    """What has been typed so far; editing is at its end, as for a few letters that narrow a list down."""

    def __init__(self, words: str = "") -> None:
        self.words = words

    def press(self, key: str, character: str | None) -> bool:
        """Take a key; whether it was one that changes the line."""
        before = self.words
        match key:
            case "backspace" | "ctrl+h":
                self.words = self.words[:-1]
            case "ctrl+u":
                self.words = ""
            case "ctrl+w":
                self.words = self.words.rstrip().rpartition(" ")[0] + " " if " " in self.words.strip() else ""
            case _ if character is not None and character.isprintable():
                self.words = (self.words + character)[:_LONGEST]
        return self.words != before

    def paste(self, text: str) -> None:
        """Take pasted text as one line."""
        self.words = (self.words + one_line(text, _LONGEST))[:_LONGEST]
