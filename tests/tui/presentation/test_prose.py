"""Markdown beside a step, as lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.spans import Span, text, width

SOURCE = """# Title

A **bold** word, `code` and a [link](http://x) that
goes on.

- one
- two
  1. deep
  2. deeper

> quoted

| a | b |
|---|---|
| 1 | 2 |

```bash
ls -l
```
"""


def test_each_kind_of_block_has_its_shape() -> None:
    assert [text(each) for each in prose(SOURCE, 60)] == [
        "Title",
        "",
        "A bold word, code and a link that goes on.",
        "",
        "• one",
        "• two",
        "  1. deep",
        "  2. deeper",
        "",
        "┃ quoted",
        "",
        "a  b",
        "─  ─",
        "1  2",
        "",
        "  ls -l",
    ]


def test_emphasis_and_code_have_styles() -> None:
    [only] = prose("a **b** `c`", 40)
    assert Span("b", "strong") in only
    assert Span("c", "code") in only


def test_a_folded_list_item_stays_under_its_bullet() -> None:
    assert [text(each) for each in prose("- one two three four", 10)] == ["• one two", "  three", "  four"]


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(20, 80))
def test_any_text_becomes_lines_that_fit(source: str, size: int) -> None:
    for each in prose(source, size):
        assert width(tuple(span for span in each if span.style != "code")) <= size


def shown(source: str, size: int = 60) -> list[str]:
    return [text(each) for each in prose(source, size)]


def test_an_alert_begins_with_its_word_and_a_loud_one_has_its_colour() -> None:
    lines = prose("> [!CAUTION]\n> Do **not** restart.\n", 60)
    assert [text(each) for each in lines] == ["┃ CAUTION", "┃ Do not restart."]
    assert lines[0][0] == Span("┃ ", "down")
    assert prose("> [!NOTE]\n> x", 60)[0][0].style == "key"


def test_an_admonition_reads_like_an_alert_and_its_body_is_no_code() -> None:
    assert shown('!!! warning "Data goes"\n    This deletes `all` of it.\n\n    - even that\n\nAfter it.') == [
        "┃ WARNING  Data goes",
        "┃ This deletes all of it.",
        "┃ ",
        "┃ • even that",
        "",
        "After it.",
    ]


def test_a_table_stands_in_columns_folds_in_them_and_at_last_row_by_row() -> None:
    source = "| signal | what to do |\n|---|---|\n| memory | restart the [worker](#w) and look again |\n"
    assert shown(source) == [
        "signal  what to do",
        "──────  ─────────────────────────────────",
        "memory  restart the worker and look again",
    ]
    assert shown(source, 24) == [
        "signal  what to do",
        "──────  ────────────────",
        "memory  restart the",
        "        worker and look",
        "        again",
    ]
    assert shown(source, 15) == ["signal  memory", "what to do", "  restart the", "  worker and", "  look again"]


def test_lists_in_lists_keep_their_place_and_boxes_their_mark() -> None:
    assert shown("1. one\n   > nested\n2. two\n   - [x] done\n   - [ ] open\n\n     more of it") == [
        "1. one",
        "   ┃ nested",
        "2. two",
        "   ☑ done",
        "   ☐ open",
        "     more of it",
    ]


def test_a_link_knows_where_it_leads_however_it_is_folded() -> None:
    lines = prose("See [the other runbook for all of it](other.md#there) now.", 16)
    leads = {span.to for each in lines for span in each if span.style == "link"}
    assert leads == {"other.md#there"}
    assert all(not span.to for each in lines for span in each if span.style != "link")


def test_what_an_author_hid_in_a_comment_stays_hidden() -> None:
    assert shown("<!-- for us -->\nText <!-- more --> here.") == ["Text  here."]
