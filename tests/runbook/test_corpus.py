"""Documents that other teams wrote for other tools, read as they are."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from opsconsole.model.runbook import Runbook
from opsconsole.runbook.markdown import parse
from tests.support.parts import lack

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
BY_HAND: dict[str, Any] = tomllib.loads((Path(__file__).parent / "corpus_by_hand.toml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def corpus() -> None:
    if not CORPUS.is_dir():
        lack("corpus", "../shared/corpus is not there")


@lru_cache(maxsize=1)
def documents() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*/*/**/*.md"))}


@lru_cache(maxsize=1)
def runbooks() -> dict[Path, Runbook]:
    return {path: parse(text, path.stem, path) for path, text in documents().items()}


def test_all_documents_are_read() -> None:
    assert len(runbooks()) == 193
    assert len(BY_HAND) == 20
    assert all(runbook.title for runbook in runbooks().values())
    empty = [runbook.name for runbook in runbooks().values() if not runbook.sections]
    assert set(empty) <= {"_index"}  # front matter and nothing else


def test_every_fence_is_one_step_or_one_shown_block_with_its_line() -> None:
    parser = MarkdownIt("commonmark")
    for path, text in documents().items():
        front = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
        body = re.sub(r"[^\n]", " ", front[0]) + text[front.end() :] if front else text
        fences = [token.map[0] + 1 for token in parser.parse(body) if token.type == "fence" and token.map]
        steps = [step.line for step in runbooks()[path].steps if step.kind in ("command", "shown")]
        assert [line for line in steps if line in fences] == fences, path


def opening_lines(text: str) -> set[int]:
    """The lines where a fence opens, found line by line, as somebody would with a pencil.

    One that nobody closes goes as far as the item of a list that it stands in.
    """
    found, open_mark, column = set(), "", 0
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip(" >"))
        match = re.match(r"[ >]*(`{3,}|~{3,})(.*)", line)
        if open_mark and match and match[1].startswith(open_mark) and not match[2].strip():
            open_mark = ""
            continue
        if open_mark and line.strip() and indent < column - 2:
            open_mark = ""
        if match and not open_mark:
            open_mark, column = match[1], indent
            found.add(number)
    return found


def test_a_second_count_of_fences_agrees() -> None:
    counted = 0
    for path, text in documents().items():
        lines = text.split("\n")
        steps = [step.line for step in runbooks()[path].steps if step.kind in ("command", "shown")]
        fenced = [line for line in steps if lines[line - 1].lstrip(" >").startswith(("```", "~~~"))]
        assert fenced == sorted(opening_lines(text)), path
        counted += len(fenced)
    assert counted == 439


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_what_was_listed_by_hand_is_what_is_understood(name: str) -> None:
    runbook = next(runbook for path, runbook in runbooks().items() if path.stem == name)
    listed = BY_HAND[name]
    steps = list(runbook.steps)
    assert [step.line for step in steps if step.kind == "command"] == listed["steps"]
    assert [step.line for step in steps if step.kind == "shown"] == listed["shown"]
    asked = dict.fromkeys(placeholder.name for step in steps for placeholder in step.placeholders)
    assert list(asked) == listed["placeholders"]


def test_no_prompt_and_no_line_of_output_is_left_in_a_command() -> None:
    for runbook in runbooks().values():
        for step in runbook.todo:
            assert not re.search(r"^\s*\$ ", step.text, re.MULTILINE), (runbook.name, step.line)


def test_what_is_understood_stays_the_same() -> None:
    steps = [step for runbook in runbooks().values() for step in runbook.steps]
    counted = {kind: sum(step.kind == kind for step in steps) for kind in ("command", "shown", "tick", "decision")}
    placeholders = sum(len(step.placeholders) for step in steps)
    assert (counted, placeholders) == ({"command": 366, "shown": 73, "tick": 0, "decision": 0}, 188)
