"""Console sessions: which lines are commands and which are an example of output; and what announces a result. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from opsconsole.runbook.plausible import begins_plausibly, could_begin
from opsconsole.runbook.shell import parse_tree

CONSOLE: Final = frozenset({"console", "shell-session", "shellsession", "terminal", "sh-session"})
_PROMPT: Final = re.compile(r"^\s*\$>? (?P<command>.*)$")
_HOST: Final = re.compile(
    r"^\s*(?:\[[^\]\s]+@[^\]]+\]|[\w.-]+@[\w.-]+(?::[^\s$#]*)?|[\w.-]+:[~/][^\s$#]*|(?:ba)?sh-\d[\d.]*|"
    r"[a-z][\w.]*-[\w.-]+(?= \$)|[a-z][\w.-]*  +(?=\$)) ?[$#] (?P<command>.*)$"
)
"""The prompts of a shell that says where it is: `me@box:~$ `, `[root@box ~]# `, `sh-5.1# `, `web-01 $ `."""
_ANGLE: Final = re.compile(r"^\s*> (?P<command>\S+ .*)$")
"""What would be a redirect, were it not a program with its words."""
_MAY_PROMPT: Final = re.compile(r"[$#]>? |^\s*> ")
_ROOT: Final = re.compile(r"^\s*# (?P<command>.*)$")
_REPL: Final = re.compile(
    r"^\s*(?:[\w.]+[=-][>#]|(?:mysql|redis|mongo|sqlite|ftp|gpg|gremlin|cqlsh|ksql|influx)\S*>|"
    r">(?= [A-Z]{3,}\b)|[\w.]+[>#](?= (?:select|show|insert|update|delete|create|alter|drop|set|\\\w)\b)|"
    r"MariaDB \[[^\]]*\]>|(?:\d+(?:\.\d+){3}|localhost):\d+(?:\[\d+\])?>|>>>|irb\S*>|\[\d+\] pry\S*>)(?: |$)"
)
"""The prompts of programs that are no shell: databases and interpreters."""
_TABLE: Final = re.compile(r"^\s*[A-Z][A-Z0-9()%_/.-]*(?: [A-Z0-9()%_/.-]+)*(?: {2,}|\t+)[A-Z]")
"""The first line of a table, as kubectl, docker and systemctl print it."""
_MAY_PRINT: Final = re.compile(r"\n\s*(?:[A-Z][^\n]*(?:  |\t)|[{\[])")
"""What a block has in which a table or JSON stands under a command; most have not."""
_EXPECT: Final = re.compile(
    r"(?:^|\s)#+\s*(?:(?:expected|expect|ожидается|ожидаем|ожидаем\w+ (?:результат|вывод|ответ))"
    r"(?:\s+(?:output|results?|response))?\s*[:\-—]\s*(?P<said>.*)|"
    r"should (?:return|show|be|print|say|list|respond|output|see)s?:\s*(?P<shown>.+)|"
    r"(?P<should>(?:should\b|должн\w+ ).*))$",
    re.IGNORECASE,
)
_ANNOUNCED: Final = re.compile(
    r"(?:expected|example of the expected|ожидаем\w+)\s+(?:output|results?|response|результат|вывод|ответ)\W*$|"
    r"^(?:expected|ожидается)\W*$|"
    r"\byou (?:should|will|must) (?:see|get|receive)\b.*(?:output|result|response|like|similar|following)\b.*:$|"
    r"\b(?:output|result|response) (?:should|will|must) (?:be|look)\b.*:$|вы (?:должны )?увид\w+.*:$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Session:
    """`text` is what is run; `example` what the document shows as output."""

    text: str
    example: str = ""


def prompted(text: str, *, console: bool = False) -> Session | None:
    """The session in a block whose commands carry a prompt, or None. In a `console`, root's may be one too."""
    if not _MAY_PROMPT.search(text):
        return None
    lines = text.split("\n")
    prompt = _prompt_of(lines, console)
    return _with_prompts(lines, prompt) if prompt is not None else None


def without_tables(text: str) -> Session:
    """A block without a prompt, less what cannot be a command: the tables and the JSON that commands print."""
    if _MAY_PRINT.search(text) is None:
        return Session(text)
    return _less(text, lambda line: bool(_TABLE.match(line)) or _is_json(line))


def without_output(text: str) -> Session | None:
    """A block without a prompt, less all that does not begin as a command does; None where it begins otherwise."""
    first = next((line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    if not begins_plausibly(first):
        return None
    return _less(text, lambda line: not line.lstrip().startswith("#") and not begins_plausibly(line))


def talks_to_another(text: str) -> bool:
    """Whether a block is a talk with a database or an interpreter, which no shell would understand."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return _REPL.match(first) is not None


def _prompt_of(lines: list[str], console: bool) -> re.Pattern[str] | None:
    for prompt in (_PROMPT, _HOST):
        if any(prompt.match(line) for line in lines):
            return prompt
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if (match := _ANGLE.match(first)) and begins_plausibly(match["command"]):
        return _ANGLE
    roots = [match["command"] for line in lines if (match := _ROOT.match(line))] if console else []
    if not roots or not could_begin(roots[0].split(" ")[0]):
        return None
    others = (line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return None if any(begins_plausibly(line) for line in others) else _ROOT  # else these are comments over commands


def _with_prompts(lines: list[str], prompt: re.Pattern[str]) -> Session:
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


def _less(text: str, is_output: Callable[[str], bool]) -> Session:
    """What is printed goes on to a blank line that a comment or a command follows."""
    lines = text.split("\n")
    commands: list[str] = []
    example: list[str] = []
    printing = gap = False
    at = 0
    while at < len(lines):
        line, used = (lines[at], 0) if printing else _continued(lines[at], lines[at + 1 :], _PROMPT)
        at += 1 + used
        if printing and gap and (line.lstrip().startswith("#") or begins_plausibly(line)):
            printing = False
        elif not printing and commands and line.strip() and is_output(line):
            printing = True
        gap = not line.strip()
        (example if printing else commands).append(line)
    return Session("\n".join(commands).strip("\n") if example else text, "\n".join(example).strip("\n"))


def _is_json(line: str) -> bool:
    if not re.fullmatch(r'\s*(?:\{\s*".*\}|\[\s*[{"].*\])\s*', line):
        return False
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


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
        match = _EXPECT.search(line)
        if match:
            said = next(text for text in match.group("said", "shown", "should") if text is not None).strip()
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
