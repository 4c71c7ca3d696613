"""Links of a runbook: which there are, and where each leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.runbook import Link, Runbook
from opsconsole.model.trouble import Trouble
from opsconsole.runbook.library import Library
from opsconsole.runbook.links import Goal, Outside, follow
from opsconsole.runbook.markdown import parse

BOOK = """\
# The worker is stuck

First read [what *it* means](#meaning),
then [the other `book`](other.md#start).

| sign | see |
|---|---|
| many | [here][far] or <https://example.org/a?b=c> |

- [ ] Told [the lead](lead.md)

## Meaning of [it](#top) {#meaning}

![no link](picture.png)

<a id="Last-Words"></a>

### Nothing

[far]: https://example.org/far
"""


def test_every_link_is_kept_with_its_section_words_target_and_line() -> None:
    stuck, meaning, _ = parse(BOOK, "book").sections
    assert stuck.links == (
        Link("what it means", "#meaning", 3),
        Link("the other book", "other.md#start", 4),
        Link("here", "https://example.org/far", 8),
        Link("https://example.org/a?b=c", "https://example.org/a?b=c", 8),
        Link("the lead", "lead.md", 10),
    )
    assert (meaning.title, meaning.links) == ("Meaning of it", (Link("it", "#top", 12),))


def test_links_in_quotes_lists_and_tabs_have_their_line_too() -> None:
    text = '> a\n> [b](#c)\n\n- x\n    - [d](#e)\n\n=== "T"\n\n    y\n    [f][g]\n\n[g]: #h\n'
    (section,) = parse(text, "book").sections
    assert section.links == (Link("b", "#c", 2), Link("d", "#e", 5), Link("f", "#h", 10))


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("#meaning", "Meaning of it"),
        ("#meaning-of-it", "Meaning of it"),
        ("#Meaning", "Meaning of it"),
        ("#last-words", "Nothing"),
        ("#top", "The worker is stuck"),
    ],
)
def test_a_section_is_reached_by_its_heading_and_by_names_written_into_it(target: str, title: str) -> None:
    goal = follow(target, parse(BOOK, "book"), Library())
    assert isinstance(goal, Goal) and goal.section is not None
    assert goal.section.title == title


def test_sites_make_the_same_name_in_several_ways() -> None:
    book = parse("## A & B\n\n## Logs\n\n## Logs\n", "book")
    ampersand, _, second = book.sections
    for target in ("#a--b", "#a-b"):
        assert follow(target, book, Library()) == Goal(book, ampersand)
    for target in ("#logs-1", "#logs_1"):
        assert follow(target, book, Library()) == Goal(book, second)


@pytest.fixture
def here(tmp_path: Path) -> Runbook:
    (tmp_path / "deep").mkdir()
    (tmp_path / "other.md").write_text("# Other\n\n## Start here\n")
    (tmp_path / "deep" / "README.md").write_text("# Deep\n")
    (tmp_path / "backups.html.md").write_text("# Backups\n")
    (tmp_path / "values.yaml").write_text("a: 1\n")
    return parse(BOOK, "book", tmp_path / "book.md")


def followed(target: str, here: Runbook) -> tuple[str, str]:
    assert here.path is not None
    goal = follow(target, here, Library((here.path.parent,)))
    assert isinstance(goal, Goal), goal
    return goal.runbook.name, goal.section.title if goal.section else ""


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("other.md", ("other", "")),
        ("./other.md#start-here", ("other", "Start here")),
        ("other#start-here", ("other", "Start here")),
        ("/runbooks/Other/", ("other", "")),
        ("../somewhere/other.html", ("other", "")),
        ("/manual/backups.html", ("backups.html", "")),
        ("deep/", ("README", "")),
        ("deep/README.md", ("README", "")),
    ],
)
def test_another_runbook_is_found_beside_this_one_or_by_its_name(
    target: str, place: tuple[str, str], here: Runbook
) -> None:
    assert followed(target, here) == place


def test_what_is_no_runbook_is_only_an_address(here: Runbook) -> None:
    assert here.path is not None
    for target in ("https://example.org/x.md", "mailto:a@example.org", "//example.org"):
        assert follow(target, here, Library()) == Outside(target)
    assert follow("values.yaml", here, Library()) == Outside(str(here.path.parent / "values.yaml"))


def test_a_link_that_leads_nowhere_says_so_and_what_is_near(here: Runbook) -> None:
    assert here.path is not None
    library = Library((here.path.parent,))
    said = {
        target: str(follow(target, here, library))
        for target in ("othr.md", "other.md#strat-here", "#meanin", "x" * 300)
    }
    assert all(isinstance(follow(target, here, library), Trouble) for target in said)
    assert "the link to othr.md: leads nowhere; did you mean other?" in said["othr.md"]
    assert "no section is called #strat-here; did you mean start-here?" in said["other.md#strat-here"]
    assert "did you mean meaning" in said["#meanin"]
