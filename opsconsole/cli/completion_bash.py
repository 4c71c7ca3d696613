"""The completion of bash as a script. Pure. It needs nothing beside bash itself."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from opsconsole.cli.completion_tree import Node, Value

_FRAME: Final = r"""# Completion of opsconsole for bash, made from its own parsers: opsconsole completion bash

# What follows the option $2 of the command $1: "-" for nothing, else a kind and maybe words.
_opsconsole_value() {
    case "$1 $2" in
@VALUES@
    *) REPLY=- ;;
    esac
}

# What stands in place $2 (from 0) of the command $1.
_opsconsole_place() {
    case "$1 $2" in
@PLACES@
    *) REPLY=none ;;
    esac
}

_opsconsole_options() {
    case "$1" in
@OPTIONS@
    esac
}

_opsconsole_below() {
    case "$1" in
@BELOW@
    *) REPLY= ;;
    esac
}

_opsconsole_offer() { # kind and words, stack
    local kind=${1%% *} word
    case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "${1#words}" -- "$cur") ;;
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    checks | services | logs | runbooks | runs)
        # Never by -W, which would expand what is in a name.
        while IFS= read -r word; do
            [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
        done < <("$program" ${2:+--stack "$2"} completion --names "$kind" 2>/dev/null)
        if [[ $kind == runbooks && ${#COMPREPLY[@]} -eq 0 ]]; then
            compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        fi
        ;;
    esac
}

_opsconsole() {
    local cur=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]} node= place=0 want=- option= stack= word i REPLY
    COMPREPLY=()
    [[ $cur == = ]] && cur=
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word == = ]] && continue # bash makes a word of its own of it
        if [[ $want != - ]]; then
            [[ $option == --stack ]] && stack=$word
            want=-
        elif [[ $word == -* ]]; then
            option=$word
            _opsconsole_value "$node" "$word"
            want=$REPLY
        else
            _opsconsole_below "$node"
            if [[ $place -eq 0 && " $REPLY " == *" $word "* ]]; then
                node="${node:+$node }$word"
            else
                place=$((place + 1))
            fi
        fi
    done
    if [[ $want != - ]]; then
        _opsconsole_offer "$want" "$stack"
    elif [[ $cur == -* ]]; then
        _opsconsole_options "$node"
        mapfile -t COMPREPLY < <(compgen -W "$REPLY" -- "$cur")
    else
        _opsconsole_below "$node"
        if [[ -n $REPLY && $place -eq 0 ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$REPLY" -- "$cur")
        else
            _opsconsole_place "$node" "$place"
            _opsconsole_offer "$REPLY" "$stack"
        fi
    fi
}

complete -F _opsconsole opsconsole
"""


def script(root: Node) -> str:
    """The whole script."""
    nodes = list(root.every())
    parts = {
        "VALUES": _cases(_values(nodes)),
        "PLACES": _cases(_places(nodes)),
        "OPTIONS": _cases((_key(node), " ".join(name for one in node.options for name in one.names)) for node in nodes),
        "BELOW": _cases((_key(node), " ".join(one.name for one in node.below)) for node in nodes if node.below),
    }
    text = _FRAME
    for name, lines in parts.items():
        text = text.replace(f"@{name}@", lines)
    return text


def _key(node: Node) -> str:
    return " ".join(node.path)


def _values(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        for option in node.options:
            if option.value is not None:
                for name in option.names:
                    yield f"{_key(node)} {name}", _told(option.value)


def _places(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        for number, value in enumerate(node.places):
            yield f"{_key(node)} {number}", _told(value)
        if node.more:
            yield f"{_key(node)} *", _told(node.places[-1])


def _told(value: Value) -> str:
    return " ".join((value.kind, *value.words))


def _cases(pairs: Iterator[tuple[str, str]]) -> str:
    """Patterns in quotes but for a star at their end, which stands for any number."""
    lines = []
    for key, reply in pairs:
        pattern = f"{shlex.quote(key[:-1])}*" if key.endswith("*") else shlex.quote(key)
        lines.append(f"    {pattern}) REPLY={shlex.quote(reply)} ;;")
    return "\n".join(lines)
