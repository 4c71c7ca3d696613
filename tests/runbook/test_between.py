"""What stands between two steps is read before the second one; nothing that an author wrote is lost."""

from __future__ import annotations

import pytest

from opsconsole.runbook.between import after, before, in_the_header
from opsconsole.runbook.markdown import parse

BOOK = """# Title

Words before everything.

## Impact

Nobody gets mail.

## Diagnosis

Look:

```bash
ls
```

It prints

```text
total ``` 12
```

and more.

## Background

Only words.

## Recovery

Then:

```bash
touch a
```

Last words.

## See also

[That](other.md).
"""


def test_what_leads_up_to_a_step_is_all_that_stands_since_the_one_before() -> None:
    book = parse(BOOK, "book")
    first, second = book.todo
    assert before(book, first) == "# Title\n\nWords before everything.\n\n## Diagnosis\n\nLook:"
    assert before(book, second) == (
        "It prints\n\n````\ntotal ``` 12\n````\n\nand more.\n\n## Background\n\nOnly words.\n\n## Recovery\n\nThen:"
    )
    assert after(book) == "Last words.\n\n## See also\n\n[That](other.md)."
    assert [section.title for section in in_the_header(book)] == ["Impact"]


@pytest.mark.parametrize("source", [BOOK, BOOK.replace("## ", "### "), BOOK.replace("```bash", "```text")])
def test_every_word_is_read_somewhere(source: str) -> None:
    book = parse(source, "book")
    read = [before(book, step) for step in book.todo] + [after(book)]
    read += [section.prose for section in in_the_header(book)]
    whole = "\n".join(read)
    if book.todo:
        for words in (
            "Words before everything.",
            "Nobody gets mail.",
            "and more.",
            "Only words.",
            "Last words.",
            "That",
        ):
            assert whole.count(words) == 1, words
