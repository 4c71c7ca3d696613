"""A fence is found wherever it stands: in lists, quotes, alerts, boxes, tabs and admonitions, one in another."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from opsconsole.runbook.markdown import parse


@dataclass(frozen=True)
class Fence:
    """A block of code: what it holds is made unique when it is written."""

    info: str
    mark: str


@dataclass(frozen=True)
class Around:
    """Something with other things in it."""

    kind: str
    inside: tuple[Fence | Around | str, ...]


OPENS = {
    "bullet": ("- an item", "  "),
    "ordered": ("1. an item", "   "),
    "box": ("- [ ] a box", "  "),
    "quote": ("> words", "> "),
    "alert": ("> [!WARNING]", "> "),
    "tab": ('=== "One"', "    "),
    "admonition": ('!!! note "Look"', "    "),
    "folded": ("??? tip", "    "),
}
PLAIN = ("A sentence.", "| a | b |\n|---|---|\n| `x` | y |", "***", "<details>\n<summary>x</summary>", "</details>")

fences = st.builds(
    Fence,
    st.sampled_from(["", "bash", "sh {name=x}", "console", "yaml", "text", 'bash title="x"']),
    st.sampled_from(["```", "~~~", "````"]),
)
pieces = st.recursive(
    fences | st.sampled_from(PLAIN),
    lambda inside: st.builds(
        Around, st.sampled_from(sorted(OPENS)), st.lists(inside, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
documents = st.lists(pieces, min_size=1, max_size=4)


class Page:
    """A document while it is written: its lines, and where each fence begins and what is in it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.fences: list[tuple[int, str]] = []

    def write(self, piece: Fence | Around | str, before: str = "") -> None:
        if isinstance(piece, Around):
            first, indent = OPENS[piece.kind]
            self.lines += [before + first, (before + indent).rstrip()]
            for each in piece.inside:
                self.write(each, before + indent)
        elif isinstance(piece, Fence):
            text = f"date {len(self.fences)}"
            self.fences.append((len(self.lines) + 1, text))
            self.lines += [before + line for line in (f"{piece.mark}{piece.info}", text, piece.mark)]
        else:
            self.lines += [before + line for line in piece.split("\n")]
        self.lines.append(before.rstrip())


def written(document: list[Fence | Around | str]) -> Page:
    page = Page()
    for piece in document:
        page.write(piece)
        page.lines += ["", "<!-- apart -->", ""]  # or two lists, or two quotes, would be one
    return page


def kinds(pieces: tuple[Fence | Around | str, ...]) -> set[str]:
    around = [piece for piece in pieces if isinstance(piece, Around)]
    return {piece.kind for piece in around}.union(*(kinds(piece.inside) for piece in around))


@given(documents)
def test_every_fence_is_one_step_or_one_shown_block_and_carries_its_line(document: list[Fence | Around | str]) -> None:
    page = written(document)
    blocks = [step for step in parse("\n".join(page.lines), "book").steps if step.kind in ("command", "shown")]
    assert sorted((step.line, step.text) for step in blocks) == page.fences
    if not kinds(tuple(document)) & {"tab", "admonition", "folded"}:  # CommonMark takes those for indented code
        tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(page.lines))
        found = [(token.map[0] + 1, token.content.strip()) for token in tokens if token.type == "fence" and token.map]
        assert found == page.fences
