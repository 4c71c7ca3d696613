"""What a page for people shows is so: stack files load, runbooks have no fault, commands exist, risks are right."""

from __future__ import annotations

import argparse
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from opsconsole.cli import COMMANDS
from opsconsole.cli.arguments import Parser, overview
from opsconsole.runbook.lint import lint
from opsconsole.runbook.markdown import parse
from opsconsole.runbook.risk import assess, overall
from opsconsole.stack.load import load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


class Example(NamedTuple):
    """A block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def examples(*languages: str) -> list[Example]:
    """All blocks of these languages."""
    found = []
    for page in PAGES:
        for step in parse(page.read_text(), page.stem).steps:
            if step.kind in ("command", "shown") and step.lang in languages:
                found.append(Example(page.name, step.line, step.lang, step.text))
    return found


def is_stack(example: Example) -> bool:
    """Whether it is of a stack file; a theme and the settings of the program are TOML as well."""
    return not {"styles", "colors", "base", "theme"} & set(tomllib.loads(example.text))


def is_toml(text: str) -> bool:
    """Whether it can be read at all: a table that two examples show is there twice."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def stack_files() -> list[tuple[str, str]]:
    """Pages with the stack files that their examples make: one of all of them, as far as none says the same again."""
    files: list[tuple[str, str]] = []
    for example in filter(is_stack, examples("toml")):
        if files and files[-1][0] == example.page and is_toml(f"{files[-1][1]}\n{example.text}"):
            files[-1] = (example.page, f"{files[-1][1]}\n{example.text}")
        else:
            files.append((example.page, example.text))
    return files


@pytest.mark.parametrize(("page", "text"), stack_files(), ids=lambda value: value if value.endswith(".md") else "")
def test_what_a_page_shows_of_a_stack_file_loads_as_one(page: str, text: str, tmp_path: Path) -> None:
    raw = tomllib.loads(text)
    for entry in [one for tables in raw.values() if isinstance(tables, list) for one in tables]:
        named = entry.get("runbooks", ())
        for name in named.values() if isinstance(named, dict) else named:
            (tmp_path / f"{name}.md").write_text(f"# {name}\n")
    head = [] if "name" in raw else ['name = "shop"']
    there = {one["name"] for one in raw.get("service", ())}
    lacking = {one["service"] for one in raw.get("check", ()) if "service" in one} - there
    lacking |= {name for one in raw.get("alerts", {}).get("maintenance", ()) for name in one.get("checks", ())} - there
    others = [f'[[service]]\nname = "{name}"\ncontainer = "{name}"' for name in lacking]
    (tmp_path / "stack.toml").write_text("\n".join([*head, text, *others]))
    load(tmp_path / "stack.toml")


@pytest.mark.parametrize("example", examples("markdown", "md"), ids=str)
def test_a_runbook_that_is_shown_has_no_fault(example: Example) -> None:
    runbook = parse(example.text, "shown")
    assert list(runbook.todo)
    assert [fault for fault in lint(runbook) if fault.rule not in ("unknown-check", "undeclared-input")] == []


def named() -> list[tuple[str, str]]:
    """Pages, and the commands of ours that they name, without what only stands for something."""
    found = set()
    for page in PAGES:
        for words in re.findall(r"(?:`|^|\$ )opsconsole((?: [\w./:=-]+)+)", page.read_text(), re.MULTILINE):
            if words.split()[0] in COMMANDS:
                found.add((page.name, words.strip()))
    return sorted(found)


def helps(parser: argparse.ArgumentParser) -> str:
    """What `--help` says of it, and of the commands within it."""
    within = [
        each
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for each in action.choices.values()
    ]
    return parser.format_help() + "".join(map(helps, within))


@pytest.mark.parametrize(("page", "words"), named())
def test_a_command_that_a_page_names_exists_with_its_options(page: str, words: str) -> None:
    command, *rest = words.split()
    parser = Parser()
    import_module(COMMANDS[command][0]).add_arguments(parser)
    said = helps(parser) + overview()
    for option in (word.partition("=")[0] for word in rest if word.startswith("--")):
        assert option in said, f"{page}: opsconsole {words}"


ROW = re.compile(r"^\| `(.+)` \| (read|change|destroy|unknown) \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize(("command", "risk", "why"), ROW.findall((ROOT / "docs/safety.md").read_text()))
def test_a_command_has_the_risk_that_the_page_on_safety_says(command: str, risk: str, why: str) -> None:
    judged = assess(command.replace("\\|", "|"))
    worst = overall(judged)
    assert (worst.word, next(one.why for one in judged if one.risk is worst)) == (risk, why)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
