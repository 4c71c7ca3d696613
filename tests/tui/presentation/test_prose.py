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
        "a   b",
        "1   2",
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
