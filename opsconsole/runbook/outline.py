"""A Markdown document as a flat list of what matters to a runbook, with source lines. Pure.

The tree is markdown-it-py's. Two habits of other tools are read too: bodies of MkDocs tabs (`=== "Name"`) and
admonitions (`!!! note`) are indented, so that CommonMark takes them for code; they are parsed once more by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from opsconsole.model.runbook import Link
from opsconsole.runbook import inline

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BODY_FOLLOWS: Final = re.compile(r'^(?:===[!+]?\s+"(?P<tab>[^"]*)"|(?:!!!|\?\?\?\+?)\s+\S.*)$')
_BOX: Final = re.compile(r"^\[ \]\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: `marked` where its author wrote {decision} behind it. Lines count from 1.

    `names` are those by which links reach it besides its own, `{#so}` or `<a id="so">`.
    """

    title: str
    level: int
    line: int
    end: int
    marked: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: `line` is where it begins, `end` the first line after it. `fenced` or by indentation."""

    info: str
    text: str
    line: int
    end: int
    fenced: bool = True
    tab: str = ""
    group: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box to be ticked, with the boxes inside it as text."""

    text: str
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Links:
    """A list whose items all begin with a link: (what the item says, where the link goes)."""

    items: tuple[tuple[str, str], ...]
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph, for what it announces."""

    text: str
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of a paragraph, a heading, or a cell of a table."""

    links: tuple[Link, ...]
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """Names that links may use for this place of the document."""

    names: tuple[str, ...]
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML at the top."""

    text: str
    line: int
    end: int


Part = Heading | Block | Box | Links | Said | Linked | Named | FrontMatter


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(front_matter_plugin)
    parser.core.ruler.disable("inline")  # half of its time; what is inside a line only matters in lists of links
    return parser


def outline(text: str) -> list[Part]:
    """Everything in `text` that a runbook is made of, in the order of the document."""
    env: dict[str, Any] = {}
    return list(_Walk(text.split("\n"), 0, "", 0, env).parts(_parser().parse(text, env)))


class _Walk:
    """One pass over a document, or over an indented body in it that begins at line `offset`.

    `env` holds what the parser learnt of the whole document, such as the targets of `[links][so]`.
    """

    def __init__(self, lines: Sequence[str], offset: int, tab: str, group: int, env: dict[str, Any]) -> None:
        self.env = env
        self.quotes = 0
        self.lines = lines
        self.offset = offset
        self.tab = tab
        self.group = group
        self.tabs_end = -1
        self.groups = 0

    def parts(self, tokens: Sequence[Token]) -> Iterator[Part]:
        at, skip = 0, -1
        while at < len(tokens):
            token = tokens[at]
            if token.type.startswith("blockquote_"):
                self.quotes += token.nesting
            if token.map is None or token.map[0] < skip:
                at += 1
                continue
            if body := self._body(token, tokens[at + 1] if at + 1 < len(tokens) else None):
                tab, begin, skip = body
                yield from self._indented(tab, begin, skip)
            elif token.type == "inline":
                yield from self._inline(token)
            elif token.type in ("list_item_open", "bullet_list_open", "ordered_list_open"):
                yield from self._list(tokens, at)
                if token.type == "list_item_open" and _is_box(tokens, at):
                    at = _end_of(tokens, at)
            else:
                yield from self._one(token, tokens[at + 1] if at + 1 < len(tokens) else None)
            at += 1

    def _one(self, token: Token, following: Token | None) -> Iterator[Part]:
        begin, end = (self.offset + line + 1 for line in token.map or (0, 0))
        if token.type in ("fence", "code_block"):
            fenced = token.type == "fence"
            info, text = (token.info, token.content) if fenced else _codehilite(token.content)
            yield Block(info, text, begin, end, fenced, self.tab, self.group)
        elif token.type == "heading_open" and following is not None:
            yield self._heading(following.content, int(token.tag[1]), begin, end)
        elif token.type == "paragraph_open" and following is not None:
            if not inline.is_only_anchors(following.content):
                yield Said(following.content, begin, end)
        elif token.type == "html_block" and (names := inline.anchors_in(token.content)):
            yield Named(tuple(names), begin, end)
        elif token.type == "front_matter":
            yield FrontMatter(token.content, begin, end)

    def _heading(self, content: str, level: int, begin: int, end: int) -> Heading:
        if "{" not in content and "<" not in content:
            return Heading(inline.plain_words(content, self.env), level, begin, end)
        title, attributes = _attributes(content)
        names = (*inline.anchors_in(title), *(word[1:] for word in attributes if word.startswith("#")))
        marked = any(word.lstrip(".") == "decision" for word in attributes)
        lowered = tuple(name.lower() for name in names)
        return Heading(inline.plain_words(title, self.env), level, begin, end, marked, lowered)

    def _inline(self, token: Token) -> Iterator[Part]:
        begin, end = (self.offset + line + 1 for line in token.map or (0, 0))
        if found := tuple(inline.links(token.content, begin, self.env)):
            yield Linked(found, begin, end)
        if "<" in token.content and (names := inline.anchors_in(token.content)):
            yield Named(tuple(names), begin, end)

    def _list(self, tokens: Sequence[Token], at: int) -> Iterator[Part]:
        token = tokens[at]
        begin, end = (self.offset + line + 1 for line in token.map or (0, 0))
        if token.type != "list_item_open":
            items = list(_linked(tokens, at, self.env))
            if items and all(items):
                yield Links(tuple(item for item in items if item), begin, end)
        elif _is_box(tokens, at):
            last = _end_of(tokens, at)
            inside = tokens[at + 1 : last]
            yield from (part for part in self.parts(inside) if isinstance(part, Block | Linked))
            yield Box(_box_text(inside), begin, end)

    def _body(self, token: Token, following: Token | None) -> tuple[str | None, int, int] | None:
        """For a line that announces an indented body: its tab, and the lines (from 0) of the body."""
        if token.type != "paragraph_open" or token.map is None or following is None:
            return None
        match = _BODY_FOLLOWS.match(following.content.split("\n")[0])
        if not match:
            return None
        first = token.map[0]
        column = _column(self._bare(first))
        end = first + 1
        for number in range(first + 1, len(self.lines)):
            line = self._bare(number)
            if line.strip() and _column(line) < column + 4:
                break
            if line.strip():
                end = number + 1
        return match["tab"], first + 1, end

    def _bare(self, number: int) -> str:
        """A line without the marks of the quotes that it stands in, its tabs as blanks."""
        line = (
            re.sub(rf"^(?: {{0,3}}> ?){{{self.quotes}}}", "", self.lines[number]) if self.quotes else self.lines[number]
        )
        return line.expandtabs(4)

    def _indented(self, tab: str | None, begin: int, end: int) -> Iterator[Part]:
        if tab is not None:
            if any(line.strip() for line in self.lines[self.tabs_end : begin - 1]) or self.tabs_end < 0:
                self.groups += 1
            self.tabs_end = end
        column = _column(self._bare(begin - 1))
        body = [self._bare(number)[column + 4 :] for number in range(begin, end)]
        group = self.offset * 1000 + self.groups if tab is not None else self.group
        inner = _Walk(body, self.offset + begin, self.tab if tab is None else tab, group, self.env)
        yield from inner.parts(_parser().parse("\n".join(body), self.env))


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _codehilite(text: str) -> tuple[str, str]:
    """The language that MkDocs lets an indented block name in a first line, `:::bash`, and what follows."""
    first, _, rest = text.partition("\n")
    match = re.fullmatch(r":::(\w+)", first.strip())
    return (match[1], rest) if match else ("", text)


def _attributes(heading: str) -> tuple[str, list[str]]:
    """A heading without the `{…}` at its end, and the words in that."""
    match = re.fullmatch(r"(.*?)\s*\{([^{}]*)\}\s*", heading, re.DOTALL)
    if not match or not re.fullmatch(r"\s*:?\s*(?:[#.][\w-]+|decision|[\w-]+=\S+)(?:\s+\S+)*\s*", match[2]):
        return heading.strip(), []
    return match[1].strip(), match[2].replace(":", " ").split()


def _end_of(tokens: Sequence[Token], at: int) -> int:
    """The index of the token that closes the one at `at`."""
    level = tokens[at].level
    return next(n for n in range(at + 1, len(tokens)) if tokens[n].level == level and tokens[n].nesting == -1)


def _is_box(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 2] if at + 2 < len(tokens) else None
    return following is not None and following.type == "inline" and bool(_BOX.match(following.content))


def _box_text(inside: Sequence[Token]) -> str:
    """What the box says, and the boxes and items under it."""
    lines: list[str] = []
    for token in inside:
        if token.type == "inline":
            depth = max(0, (token.level - inside[0].level) // 2)
            content = re.sub(r"^\[[ xX]\]\s+", "", token.content)
            lines.append(content if not lines else "  " * max(0, depth - 1) + "- " + content if depth else content)
    return "\n".join(lines)


def _linked(tokens: Sequence[Token], at: int, env: dict[str, Any]) -> Iterator[tuple[str, str] | None]:
    """For each item of the list at `at`: what it says and the section its first words link to, None without that."""
    level = tokens[at].level
    for number in range(at + 1, _end_of(tokens, at)):
        token = tokens[number]
        if token.type == "list_item_open" and token.level == level + 1:
            content = tokens[number + 2].content if tokens[number + 2].type == "inline" else ""
            inside = inline.children(content, env) if content.lstrip("*_").startswith("[") else ()
            begins = next((child for child in inside if child.content or child.type == "link_open"), None)
            target = inline.target_of(begins) if begins is not None and begins.type == "link_open" else ""
            yield (inline.said(inside), target) if target.startswith("#") else None
