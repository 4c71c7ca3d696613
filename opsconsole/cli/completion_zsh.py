"""The completion of zsh as a script, with a word on each option. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from opsconsole.cli.completion_tree import Node, Option, Value

_FRAME: Final = r"""#compdef opsconsole
# Completion of opsconsole for zsh, made from its own parsers: opsconsole completion zsh

_opsconsole_names() { # kind
    local -a names stack
    local -i at=${orig_words[(I)--stack]}
    (( at )) && stack=(--stack ${(Q)orig_words[at + 1]})
    at=${orig_words[(I)--stack=*]}
    (( at )) && stack=(${(Q)orig_words[at]})
    names=(${(f)"$(opsconsole $stack completion --names $1 2>/dev/null)"})
    (( $#names )) && compadd -a names
}

@FUNCTIONS@

_opsconsole() {
    local -a orig_words=("${words[@]}")
    _opsconsole_program
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _opsconsole "$@"
else
    compdef _opsconsole opsconsole
fi
"""


_PROGRAM: Final = "opsconsole_program"


def script(root: Node) -> str:
    """The whole script. It may lie in a folder of `fpath`, or be sourced."""
    return _FRAME.replace("@FUNCTIONS@", "\n\n".join(_function(node) for node in root.every()))


def _function(node: Node) -> str:
    lines = [f"_{_name(node)}() {{"]
    specs = [spec for option in node.options for spec in _option(option)]
    if node.below:
        lines += ["    local curcontext=$curcontext state line", "    typeset -A opt_args"]
        specs += ["'1:command:->below'", "'*::argument:->argument'"]
    else:
        specs += list(_places(node))
    lines.append("    _arguments -C -s \\" if node.below else "    _arguments -s \\")
    lines += [f"        {spec} \\" for spec in specs[:-1]]
    lines += [f"        {specs[-1]}"] if specs else []
    if node.below:
        described = [f"            {_quoted(f'{one.name}:{one.help}')}" for one in node.below]
        lines += ["    case $state in", "    below)", "        local -a below=(", *described, "        )"]
        lines += ["        _describe command below", "        ;;", "    argument)", "        case $words[1] in"]
        lines += [f"        {one.name}) _{_name(one)} ;;" for one in node.below]
        lines += ["        esac", "        ;;", "    esac"]
    return "\n".join([*lines, "}"])


def _name(node: Node) -> str:
    return "_".join(("opsconsole", *(re.sub(r"\W", "_", word) for word in node.path))) if node.path else _PROGRAM


def _option(option: Option) -> Iterator[str]:
    """One line for each name, which excludes the others."""
    others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    for name in option.names:
        text = f"{others}{name}[{_escaped(option.help or name.lstrip('-'))}]"
        if option.value is None:
            yield _quoted(text)
        else:
            long = "=" if name.startswith("--") else "+"
            yield _quoted(
                text.replace(name + "[", f"{name}{long}[", 1) + f":{_message(option.value)}:{_does(option.value)}"
            )


def _places(node: Node) -> Iterator[str]:
    for number, value in enumerate(node.places, 1):
        place = "*" if node.more and number == len(node.places) else str(number)
        yield _quoted(f"{place}:{_message(value)}:{_does(value)}")


def _message(value: Value) -> str:
    return {"words": "value", "none": "value"}.get(value.kind, value.kind.removesuffix("s"))


def _does(value: Value) -> str:
    match value.kind:
        case "words":
            return f"({' '.join(value.words)})"
        case "file":
            return "_files"
        case "runbooks":
            return '{ _opsconsole_names runbooks || _files -g "*.md" }'
        case "checks" | "services" | "logs" | "runs":
            return f" _opsconsole_names {value.kind}"  # the blank keeps zsh from putting words of its own in between
        case _:
            return " "


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
