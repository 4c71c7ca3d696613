"""Console sessions: which lines are commands and which are an example of output; and what announces a result. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from opsconsole.runbook.shell import parse_tree

CONSOLE: Final = frozenset({"console", "shell-session", "shellsession", "terminal", "sh-session"})
_PROMPT: Final = re.compile(r"^\s*\$ (?P<command>.*)$")
_ROOT: Final = re.compile(r"^\s*# (?P<command>.*)$")
_EXPECT: Final = re.compile(
    r"^\s*#+\s*(?:(?:expected|expect|ожидается|ожидаем|ожидаемый результат|ожидаемый вывод)(?:\s+(?:output|result))?"
    r"\s*[:\-—]\s*(?P<said>.*)|(?P<should>should\b.*|должн\w+ .*))$",
    re.IGNORECASE,
)
_ANNOUNCED: Final = re.compile(
    r"(?:expected|example of the expected|ожидаем\w+)\s+(?:output|results?|response|результат|вывод|ответ)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Session:
    """`text` is what is run; `example` what the document shows as output."""

    text: str
    example: str = ""


def read_session(text: str, lang: str) -> Session | None:
    """The session in a block, or None where no line carries a prompt."""
    lines = text.split("\n")
    prompt = _PROMPT
    if not any(_PROMPT.match(line) for line in lines):
        if lang not in CONSOLE or not any(_ROOT.match(line) for line in lines):
            return None
        prompt = _ROOT
    commands: list[str] = []
    example: list[str] = []
    at = 0
    while at < len(lines):
        match = prompt.match(lines[at])
        if not match:
            comment = lines[at].lstrip().startswith("#") and prompt is _PROMPT
            (commands if comment else example).append(lines[at])
            at += 1
            continue
        command, used = _continued(match["command"], lines[at + 1 :], prompt)
        commands.append(command)
        at += 1 + used
    return Session("\n".join(commands).strip("\n"), "\n".join(example).strip("\n"))


def _continued(command: str, following: list[str], prompt: re.Pattern[str]) -> tuple[str, int]:
    """A command with the lines that belong to it: behind a backslash, a pipe, an open quote or here-document."""
    used = 0
    while used < len(following) and not prompt.match(following[used]) and _goes_on(command, following[used:]):
        command += "\n" + following[used].removeprefix("> ")
        used += 1
    return command, used


def _goes_on(command: str, following: list[str]) -> bool:
    last = command.rstrip()
    if (last.endswith("\\") and not last.endswith("\\\\")) or re.search(r"(?:\|\|?|&&)$", last):
        return True
    if following[0].startswith("> "):
        return True
    heredoc = re.search(r"<<-?\s*(['\"]?)(\w+)\1", command)
    if heredoc:
        ends = any(line.strip() == heredoc[2] for line in command.split("\n")[1:])
        return not ends and any(line.strip() == heredoc[2] for line in following)
    open_quote = re.sub(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"", "", command, flags=re.DOTALL)
    closes = re.search(r"['\"]", open_quote)
    if closes and any(closes[0] in line for line in following):
        return True
    return bool(re.match(r"\s*(?:while|for|until|if|case)\b", command)) and parse_tree(command).root_node.has_error


def expectations(text: str) -> tuple[str, ...]:
    """What comment lines announce as the result, in order."""
    found: list[str] = []
    listing = False
    for line in text.split("\n") if "#" in text else ():
        match = _EXPECT.match(line)
        if match:
            said = (match["said"] if match["said"] is not None else match["should"]).strip()
            found += [said] if said else []
            listing = not said
        elif listing and re.match(r"^\s*#+\s*\S", line):
            found.append(re.sub(r"^\s*#+\s*", "", line).strip())
        else:
            listing = False
    return tuple(found)


def announces_result(sentence: str) -> bool:
    """Whether a heading or a sentence says that the expected output follows."""
    return bool(_ANNOUNCED.search(sentence.strip().split("\n")[-1].strip("*_`# ")))
