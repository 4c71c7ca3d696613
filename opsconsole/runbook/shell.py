"""The simple commands in a piece of shell, wherever they hide in it. Pure; nothing is run.

The grammar is tree-sitter's for bash. Every node is visited whatever stands around it, so that a command inside a
substitution, a function or a here-document is found like any other; a node of a kind that is not known here, or an
error in the syntax, is reported, and whoever asks for a risk takes that for a change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from opsconsole.runbook.plain_lines import plain_lines
from opsconsole.runbook.unseen import hides_code
from opsconsole.runbook.variables import settled
from opsconsole.runbook.words import HIDDEN, Word, read_word

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

_WORD_NAMES: Final = (
    "word number string raw_string ansi_c_string translated_string concatenation simple_expansion expansion "
    "command_substitution process_substitution arithmetic_expansion brace_expression extglob_pattern regex "
    "special_variable_name variable_name"
)
_WORDS: Final = frozenset(_WORD_NAMES.split())
_KNOWN_NAMES: Final = (
    "program comment list pipeline redirected_statement subshell compound_statement if_statement elif_clause "
    "else_clause while_statement do_group for_statement c_style_for_statement case_statement case_item "
    "function_definition negated_command test_command declaration_command unset_command variable_assignment "
    "variable_assignments command command_name file_redirect heredoc_redirect heredoc_start heredoc_body "
    "heredoc_end heredoc_content herestring_redirect file_descriptor string_content array subscript "
    "binary_expression unary_expression postfix_expression parenthesized_expression ternary_expression "
    "test_operator"
)
_KNOWN: Final = _WORDS | frozenset(_KNOWN_NAMES.split())
_ONE_LINE: Final = frozenset(
    {"command", "declaration_command", "unset_command", "redirected_statement", "file_redirect", "herestring_redirect"}
    | {"word", "number", "variable_name", "brace_expression", "extglob_pattern", "variable_assignment", "concatenation"}
)
_LINE_BREAK: Final = re.compile(rb"(?<!\\)\n")
_TO_ASCII: Final = bytes(byte if byte < 0x80 else ord("_") for byte in range(256))
_READ_ONLY_TARGETS: Final = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/dev/fd/2"})


_GLUE: Final = re.compile(rb"(?<=[^\s|&;<>()])\\\n(?=[^\s|&;<>()])")
_JOINS_LINES: Final = frozenset(
    {"word", "string", "string_content", "raw_string", "ansi_c_string", "comment", "heredoc_body", "heredoc_content"}
)
"""What the grammar keeps in one piece over such an end of a line."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where output goes or input comes from. `operator` as written, without its descriptor."""

    operator: str
    target: Word

    @property
    def writes(self) -> bool:
        """Whether it opens anything but the usual places for writing."""
        if not self.operator.lstrip("0123456789").startswith((">", "&>", "<>")):
            return False
        text = self.target.text
        duplicates = self.operator.endswith(">&") and text is not None and text.rstrip("-").isdigit()
        return not (duplicates or text in _READ_ONLY_TARGETS or (self.operator.endswith(">&") and text == "-"))


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command: its words (program first; none where it only assigns or redirects), and what feeds it.

    `stdin` is the text it reads where that is known, `fed` whether it reads from a pipe, a file or a text at all.
    `assigned` are the variables set for it, or by it where it has no words.
    """

    words: tuple[Word, ...]
    assigned: tuple[tuple[str, Word], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    stdin: str | None = None
    fed: bool = False
    begin: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """All simple commands of a script in the order of the source, with byte offsets; `faults` in plain words."""

    simples: tuple[Simple, ...]
    functions: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


@lru_cache(maxsize=16)
def parse_tree(source: str) -> Tree:
    """The concrete tree of `source`; positions are bytes of its UTF-8. A block is asked about several times.

    Whatever is not ASCII stands as `_` in the tree: the shell takes those bytes for letters of a word, but the grammar
    takes some for blanks, and on some (a `{`, and later a sign beyond U+FFFF) its scanner reads memory that is not
    its own and the process dies (tree-sitter-bash issue 337).
    """
    return _parser().parse(in_ascii(source))


def in_ascii(source: str) -> bytes:
    """`source` in UTF-8 with `_` for each byte that is not ASCII."""
    return source.encode(errors="replace").translate(_TO_ASCII)


def read_script(source: str) -> Script:
    """What `source` would start, as far as its text tells."""
    lines = plain_lines(source)
    if lines is not None:
        commands = (line for line in lines if line.words)
        return Script(tuple(Simple(tuple(map(Word, c.words)), begin=c.begin, end=c.end) for c in commands))
    return read_by_grammar(source)


def read_by_grammar(source: str) -> Script:
    """The same from the syntax tree, for any script."""
    root = parse_tree(source).root_node
    reader = _Reader(settled(root), in_ascii(source))
    if root.has_error:
        reader.faults.append("it does not parse as shell")
    try:
        if hides_code(root):
            reader.faults.append("code inside an expansion or a here-document may be run")
        if _glues(root, reader.source):
            reader.faults.append("a word goes on in the next line")
        reader.visit(root)
    except RecursionError:
        reader.faults.append("it is nested too deeply")
    if "\r" in source or "\0" in source:
        reader.faults.append("it holds control characters")
    return Script(tuple(reader.simples), reader.functions, tuple(dict.fromkeys(reader.faults)))


def _glues(root: Node, source: bytes) -> bool:
    """Whether a backslash at the end of a line makes one word of two, which the grammar takes for two."""
    for found in _GLUE.finditer(source):
        around = root.descendant_for_byte_range(found.start(), found.end())
        if around is None or around.type not in _JOINS_LINES:
            return True
    return False


class _Reader:
    """Goes over the whole tree once."""

    def __init__(self, known: Mapping[int, Mapping[str, str]], source: bytes) -> None:
        self.known = known
        self.source = source
        self.several_lines = b"\n" in source
        self.scope: Mapping[str, str] = {}
        self.simples: list[Simple] = []
        self.functions: dict[str, tuple[int, int]] = {}
        self.faults: list[str] = []
        self.takes = {
            "command": self._command,
            "redirected_statement": self._redirected,
            "declaration_command": self._declaration,
            "unset_command": self._declaration,
            "variable_assignment": self._assignment,
            "pipeline": self._pipeline,
            "function_definition": self._function,
        }

    def visit(self, node: Node) -> None:
        if node.id in self.known:
            self.scope = self.known[node.id]
        if node.type == "test_command" and any(sign in _quoted_text(node) for sign in (b"$(", b"`")):
            self.faults.append("code in quotes may be run")
        if node.is_named and not node.is_error and node.type not in _KNOWN:
            self.faults.append(f"it holds {node.type.replace('_', ' ')}, which is not known here")
        if self.several_lines and node.type in _ONE_LINE and self._spans_lines(node):
            self.faults.append("a new line is taken for the line before it")
        take = self.takes.get(node.type)
        if take is None:
            self._inside(node)
        else:
            take(node)

    def _spans_lines(self, node: Node) -> bool:
        """Whether the grammar took two lines for one command, as it does where the second begins with a backslash."""
        if not node.named_child_count and node.type != "command":
            return bool(_LINE_BREAK.search(self.source, node.start_byte, node.end_byte))
        at = node.start_byte
        for child in node.children:
            if _LINE_BREAK.search(self.source, at, child.start_byte):
                return True
            if child.type in _ONE_LINE and self._spans_lines(child):
                return True
            at = child.end_byte
        return False

    def _inside(self, node: Node) -> None:
        for child in node.children:
            self.visit(child)

    def _command(self, node: Node) -> None:
        self._simple(node, _parts(node))

    def _redirected(self, node: Node) -> None:
        """The redirects stand beside the body; they are the body's own where that is one command."""
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type.endswith("_redirect")]
        if body is None or body.type == "command":
            self._simple(node, [*(_parts(body) if body else ()), *(part for r in redirects for part in _parts(r))])
            return
        before = len(self.simples)
        self.visit(body)
        made = self._gather([part for redirect in redirects for part in _parts(redirect)], node)
        for redirect in redirects:
            self._inside(redirect)
        if made.stdin is not None or made.fed:
            for at in range(before, len(self.simples)):
                if not self.simples[at].fed:
                    self.simples[at] = replace(self.simples[at], stdin=made.stdin, fed=True)
        self.simples.append(replace(made, stdin=None, fed=False))

    def _simple(self, node: Node, parts: list[Node]) -> None:
        made = self._gather(parts, node)
        self.simples.append(made)
        at = len(self.simples)
        for part in parts:
            self._inside(part)  # substitutions, and what a here-document pipes into
        if any(part.type == "heredoc_redirect" for part in parts):
            self._feed(at, self._says(made))

    def _gather(self, parts: list[Node], node: Node) -> Simple:
        words: list[Word] = []
        assigned: list[tuple[str, Word]] = []
        redirects: list[Redirect] = []
        stdin, fed = None, False
        for part in parts:
            if part.type == "variable_assignment":
                assigned.append(self._assigned(part))
            elif part.type == "file_redirect":
                redirect, rest = self._redirect(part)
                redirects.append(redirect)
                words += rest
                fed = fed or redirect.operator.endswith("<")
            elif part.type in ("heredoc_redirect", "herestring_redirect"):
                stdin, fed = self._fed_text(part), True
                words += [w for a in part.children_by_field_name("argument") for w in read_word(a, self.scope)]
            elif part.type == "command_name" or part.type in _WORDS:
                words += read_word(part.named_children[0] if part.type == "command_name" else part, self.scope)
            elif part.type not in ("file_descriptor", "comment"):
                words.append(Word(HIDDEN, splits=True))
        begin, end = node.start_byte, node.end_byte
        return Simple(tuple(words), tuple(assigned), tuple(redirects), stdin, fed, begin, end)

    def _redirect(self, node: Node) -> tuple[Redirect, list[Word]]:
        """The grammar takes words after the target for further targets: they are arguments of the command."""
        operator = "".join((c.text or b"").decode() for c in node.children if not c.is_named)
        targets = [word for t in node.children_by_field_name("destination") for word in read_word(t, self.scope)]
        if not targets:
            return Redirect(operator, Word("-") if operator.endswith("-") else Word(HIDDEN)), []
        return Redirect(operator, targets[0]), targets[1:]

    def _fed_text(self, node: Node) -> str | None:
        if node.type == "herestring_redirect":
            words = [w for child in node.named_children for w in read_word(child, self.scope)]
            return " ".join(word.template for word in words)
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        if body is None:
            return ""
        text = (body.text or b"").decode(errors="replace")
        for child in body.named_children:
            if child.type not in ("heredoc_content", "comment"):
                text = text.replace((child.text or b"").decode(errors="replace"), HIDDEN)
        return text

    def _assigned(self, node: Node) -> tuple[str, Word]:
        name = (node.children[0].text or b"").decode(errors="replace").split("[")[0] if node.children else ""
        value = node.child_by_field_name("value")
        if value is None:
            return name, Word("")
        if value.type == "array":
            return name, Word(HIDDEN)
        words = read_word(value, self.scope)
        return name, Word(" ".join(word.template for word in words))

    def _declaration(self, node: Node) -> None:
        """`export`, `local`, `unset` … are commands whose first word is the keyword."""
        keyword = (node.children[0].text or b"").decode() if node.children else ""
        rest = node.children[1:]
        assigned = [self._assigned(part) for part in rest if part.type == "variable_assignment"]
        words = [w for p in rest if p.is_named and p.type != "variable_assignment" for w in read_word(p, self.scope)]
        self.simples.append(Simple((Word(keyword), *words), tuple(assigned), begin=node.start_byte, end=node.end_byte))
        for part in rest:
            self._inside(part)

    def _assignment(self, node: Node) -> None:
        self.simples.append(Simple((), (self._assigned(node),), begin=node.start_byte, end=node.end_byte))
        self._inside(node)

    def _pipeline(self, node: Node) -> None:
        """Each part is fed by the one before it; what `echo` says into a pipe is known."""
        said: str | None = None
        first = True
        for child in node.children:
            at = len(self.simples)
            self.visit(child)
            if not child.is_named or child.type == "comment":
                continue
            if not first:
                self._feed(at, said)
            first = False
            said = self._says(self.simples[at]) if child.type == "command" and len(self.simples) > at else None

    def _feed(self, at: int, said: str | None) -> None:
        """Everything read since `at` stands behind a pipe."""
        for index in range(at, len(self.simples)):
            if not self.simples[index].fed:
                self.simples[index] = replace(self.simples[index], stdin=said, fed=True)

    @staticmethod
    def _says(simple: Simple) -> str | None:
        """What a command will print, where that is plain from its words: shells differ on every backslash."""
        words = [word.template for word in simple.words]
        if words == ["cat"]:
            return simple.stdin
        if words[:1] == ["printf"] and words[1:2] in (["%s"], ["%s\\n"]):
            return "\n".join(words[2:])
        if words[:1] == ["echo"] and not any(word.startswith("-") for word in words[1:2]):
            said = " ".join(words[1:])
            return None if "\\" in said else said
        return None

    def _function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.functions[(name.text or b"").decode(errors="replace")] = (node.start_byte, node.end_byte)
        for child in node.children:
            if child != name:
                self.visit(child)


def _quoted_text(node: Node) -> bytes:
    """All that stands in single quotes somewhere in `node`."""
    quoted = node.type in ("raw_string", "ansi_c_string")
    return (node.text or b"") if quoted else b" ".join(_quoted_text(child) for child in node.children)


def _parts(node: Node) -> list[Node]:
    """The named parts of a command in order; a redirect is one part."""
    return [node] if node.type.endswith("_redirect") else [child for child in node.children if child.is_named]


@dataclass(frozen=True, slots=True)
class Top:
    """What stands at the top of a script: its kind as the grammar names it, bytes, and rows (from 0).

    `first` is the program of a simple command; `broken` says that the grammar could not read it.
    """

    kind: str
    begin: int
    end: int
    row: int
    last_row: int
    first: str = ""
    broken: bool = False


def top_level(source: str) -> list[Top]:
    """The commands and comments at the top of `source`, in order."""
    lines = plain_lines(source)
    if lines is not None:
        kinds = (("command", line.words[0]) if line.words else ("comment", "") for line in lines)
        return [
            Top(k, line.begin, line.end, line.row, line.row, first)
            for line, (k, first) in zip(lines, kinds, strict=True)
        ]
    return top_by_grammar(source)


def top_by_grammar(source: str) -> list[Top]:
    """The same from the syntax tree, for any script."""
    return [_top(child) for child in parse_tree(source).root_node.children if child.is_named]


def _top(node: Node) -> Top:
    first = (node.children[0].text or b"").decode() if node.type == "command" and node.children else ""
    return Top(node.type, node.start_byte, node.end_byte, node.start_point[0], node.end_point[0], first, node.is_error)
