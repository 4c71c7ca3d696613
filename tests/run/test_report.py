"""The report: what a post-mortem starts from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from opsconsole.model.run import Edit, Entry, Skip, Value, Yes
from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from opsconsole.run.report import outputs_of, report
from tests.run.books import begun
from tests.run.shop import Shop

BOOK = """---
inputs:
  pw: { ask: Password?, secret: true }
---

# Web is \\*down\\*

```bash {name=look}
echo "$pw" | wc -c; seq 1 50
```

```bash {name=mend}
touch mended
```

- [ ] Tell the others
"""


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(markdown)


async def reported(shop: Shop) -> str:
    (shop.home / "web.health.red").touch()
    answers = [
        Value("hunter2-hunter2"),
        Yes(),
        Edit("rm web.health.red"),
        lambda s, a: Yes(typed=a.target),
        Skip("alone"),
    ]
    session, _ = await shop.begin(BOOK, [*answers, Yes()], reason="paged <at> night")
    await session.play()
    reading = journal.read(session.folder / journal.FILE)
    return report(reading.entries, outputs_of(session.folder, reading.entries), reading.head)


async def test_it_says_who_why_what_when_and_with_which_result(tmp_path: Path) -> None:
    text = await reported(Shop(tmp_path))
    for line in (
        "# Web is \\*down\\*",
        "- **Reason:** paged \\<at\\> night",
        "*mend*: edited from `touch mended` to `rm web.health.red`",
        "DESTROY in ",
        "skipped: alone",
        "pw = (secret)",
        "changed: web.health DOWN → OK",
        "… 31 lines before",
    ):
        assert line in text
    assert "hunter2" not in text


async def test_its_commands_stand_in_it_in_full_and_as_written(tmp_path: Path) -> None:
    text = await reported(Shop(tmp_path))
    fences = [
        token.content
        for token in MarkdownIt("commonmark").parse(text)
        if token.type == "fence" and token.info == "bash"
    ]
    assert fences == ['echo "$pw" | wc -c; seq 1 50\n', "rm web.health.red\n"]


async def test_it_carries_the_hash_of_the_journal(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    text = await reported(shop)
    [run] = (shop.state_folder / "runs").iterdir()
    assert journal.read(run / journal.FILE).head in text


@given(st.text(max_size=60))
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    entry = begun()
    said = {**entry.data, "title": text, "reason": text, "runbook": "book", "digest": "0"}
    written = report([type(entry)(1, entry.at, entry.kind, said)], {}, "0")
    tokens = MarkdownIt("commonmark").parse(written)
    assert [token.tag for token in tokens if token.type == "heading_open"] == [
        "h1",
        "h2",
        "h2",
        "h2",
    ] or not text.split()
    assert not [token for token in tokens if token.type in ("html_block", "fence")]
    inline = [child.type for token in tokens if token.children for child in token.children]
    assert "link_open" not in inline
    assert "html_inline" not in inline


@pytest.mark.parametrize("text", ["```\nrm x\n```", "echo '````'"])
def test_a_command_that_holds_a_fence_stays_inside_its_own(text: str) -> None:

    data = {
        "step": 0,
        "part": 0,
        "attempt": 1,
        "name": "x",
        "text": text,
        "risk": "read",
        "where": "here",
        "output": "o",
    }
    first = begun()
    said = {**first.data, "title": "T", "runbook": "b", "digest": "0"}
    written = report([Entry(1, first.at, Kind.BEGUN, said), Entry(2, first.at, Kind.STARTED, data)], {}, "0")
    fences = [token.content for token in parsed(written) if token.type == "fence"]
    assert fences == [text + "\n"]
    assert "no result in the journal" in written
