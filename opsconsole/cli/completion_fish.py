"""The completion of fish as a script, with a word on each option. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from opsconsole.cli.completion_tree import Node, Option, Value

_FRAME: Final = r"""# Completion of opsconsole for fish, made from its own parsers: opsconsole completion fish

# The command that is typed so far is $argv[1], with $argv[2] words of its own behind it where that is given.
function __opsconsole_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l node ""
    set -l place 0
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case @VALUED@
                set skip 1
                continue
            case '-*'
                continue
        end
        set -l inner (string trim -- "$node $word")
        if test $place = 0; and contains -- $inner @NODES@
            set node $inner
        else
            set place (math $place + 1)
        end
    end
    test "$node" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; and return 0
    test $place -ge $argv[2]; and test $place -le $argv[3]
end

function __opsconsole_names
    set -l words (commandline -opc)
    set -l stack
    if set -l at (contains -i -- --stack $words)
        set -l next (math $at + 1)
        set -q words[$next]; and set stack --stack $words[$next]
    end
    set -l joined (string match -- '--stack=*' $words)
    and set stack $joined[1]
    opsconsole $stack completion --names $argv[1] 2>/dev/null
end

# Those of this stack, and only where none begins so files.
function __opsconsole_runbooks
    set -l typed (commandline -ct)
    set -l found (__opsconsole_names runbooks)
    if string match -q -- "$typed*" $found
        printf '%s\n' $found
    else
        __fish_complete_suffix .md
    end
end

complete -c opsconsole -f
@LINES@
"""

_ANY: Final = 99
"""More words than anybody types behind a command."""


def script(root: Node) -> str:
    """The whole script."""
    nodes = list(root.every())
    valued = sorted({name for node in nodes for one in node.options if one.value is not None for name in one.names})
    text = _FRAME.replace("@VALUED@", " ".join(valued))
    text = text.replace("@NODES@", " ".join(_quoted(" ".join(node.path)) for node in nodes if node.path))
    return text.replace("@LINES@", "\n".join(line for node in nodes for line in _lines(node)))


def _lines(node: Node) -> Iterator[str]:
    at = f"__opsconsole_at {_quoted(' '.join(node.path))}"
    for option in node.options:
        yield f"complete -c opsconsole -n {_quoted(at)} {_option(option)}"
    for one in node.below:
        yield f"complete -c opsconsole -n {_quoted(f'{at} 0 0')} -a {one.name} -d {_quoted(one.help)}"
    for number, value in enumerate(node.places):
        last = _ANY if node.more and number == len(node.places) - 1 else number
        if offered := _offered(value):
            yield f"complete -c opsconsole -n {_quoted(f'{at} {number} {last}')} {offered}"


def _option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    words = [*names, *([f"-d {_quoted(option.help)}"] if option.help else [])]
    if option.value is not None:
        words += ["-r" if option.value.kind == "file" else "-x", _offered(option.value)]
    return " ".join(filter(None, words))


def _offered(value: Value) -> str:
    match value.kind:
        case "words":
            return f"-a {_quoted(' '.join(value.words))}"
        case "file":
            return "-F"
        case "runbooks":
            return "-a '(__opsconsole_runbooks)'"
        case "checks" | "services" | "logs" | "runs":
            return f"-a '(__opsconsole_names {value.kind})'"
        case _:
            return ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
