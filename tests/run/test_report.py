"""The report: what a post-mortem starts from."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from opsconsole.model.questions import Edit, Retry, Skip, Value, Yes
from opsconsole.model.run import Entry
from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from opsconsole.run.report import outputs_of, report
from tests.run.books import begun
from tests.run.shop import Shop
from tests.support.operator import Line
from tests.support.parts import OUTER

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
        *["h2"] * 4,
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


FULL = """---
inputs:
  pw: { ask: Password?, secret: true }
  tag: { ask: Tag? }
---

# Web is *down*

```bash {name=look}
echo "$pw" | wc -c; seq 1 50
```

```bash {name=mend}
touch mended
```

```bash {name=hostile}
{ printf '<script>x</script> **bold** \\033[31mred\\033[0m\\n````\\n# No heading\\n| a | b |\\n'; (exit 3); }
```

```bash {name=tag}
echo $tag > deployed
```

- [ ] Tell the others

```bash {name=never}
touch never
```
"""

CHANGING = (
    (re.compile(r"/\S*/home\b"), "HOME"),
    (re.compile(r"\d{8}-\d{6}-[\w-]+"), "RUN"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
    (re.compile(r"\d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"after \d[\w. ]*(?=$|[|;])", re.MULTILINE), "after A WHILE "),
)
APPROVED = Path(__file__).with_name("approved") / "report.md"


def steadied(written: str, *names: str) -> str:
    """A report without what differs from one run to the next."""
    for pattern, word in CHANGING:
        written = pattern.sub(word, written)
    for name, word in zip(names, ("BOX", "SOMEBODY"), strict=True):
        written = re.sub(rf"\b{re.escape(name)}\b", word, written)
    return re.sub(r" +$", "", written, flags=re.MULTILINE).replace("  |", " |")


async def test_the_report_of_a_full_run_is_as_approved(tmp_path: Path) -> None:
    """A run in which everything happens that can. After a change on purpose: OPSCONSOLE_APPROVE=1 writes it anew."""
    shop = Shop(tmp_path)
    (shop.home / "web.health.red").touch()
    typed: Line = lambda state, asked: Yes(typed=asked.target)  # type: ignore[union-attr]  # noqa: E731
    answers: list[Line] = [
        Value("hunter2-hunter2"),
        Yes(),
        Edit("rm web.health.red"),
        typed,
        Yes(),
        Retry(),
        Yes(),
        Skip("the page *is* up"),
        Value("v7|8"),
        Yes(),
        Yes(note="told <them>"),
        Skip("not | today"),
        Yes(note="all well"),
    ]
    session, _ = await shop.begin(FULL, answers, reason="paged <at> night")
    state = await session.play()
    assert state.ended == "done"
    reading = journal.read(session.folder / journal.FILE)
    written = report(reading.entries, outputs_of(session.folder, reading.entries), reading.head)
    steady = steadied(written, state.host, state.user)
    if os.environ.get("OPSCONSOLE_APPROVE") or OUTER.get("OPSCONSOLE_APPROVE"):
        APPROVED.write_text(steady)
    assert steady == APPROVED.read_text()


def test_what_is_approved_is_markdown_in_which_hostile_output_stays_output() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(APPROVED.read_text())
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert [words for words in headings if "," not in words] == [
        "Web is down",
        "Before and after",
        "To look at",
        "Timeline (UTC)",
        "Commands",
        "OPS-checks",
        "To be written",
        "Record",
    ]
    assert not [token for token in tokens if token.type == "html_block"]
    hostile = [
        token.content for token in tokens if token.type == "fence" and token.info == "text" and "````" in token.content
    ]
    assert hostile == ["<script>x</script> **bold** red\n````\n# No heading\n| a | b |\n"] * 2


def test_a_run_over_midnight_names_its_days() -> None:
    first = begun()
    closed = Entry(2, first.at + 86_400, Kind.CLOSED, {"how": "done", "reason": ""})
    said = {**first.data, "title": "T", "runbook": "b", "digest": "0"}
    written = report([Entry(1, first.at, Kind.BEGUN, said), closed], {}, "0")
    assert "- **2026-01-07**\n- 14:02:11 · the run began" in written
    assert "- **2026-01-08**\n- 14:02:11 · the run ended" in written


def test_a_folder_whose_name_is_markup_is_no_markup_in_the_timeline() -> None:
    first = begun()
    data = {
        "step": 0,
        "part": 0,
        "attempt": 1,
        "name": "x",
        "text": "ls",
        "risk": "read",
        "where": "in /<b>*x*",
        "output": "o",
    }
    said = {**first.data, "title": "T", "runbook": "b", "digest": "0"}
    written = report([Entry(1, first.at, Kind.BEGUN, said), Entry(2, first.at, Kind.STARTED, data)], {}, "0")
    assert "in /\\<b\\>\\*x\\*" in written
    assert "/<b>" not in written


@pytest.mark.parametrize(
    ("rto", "told"),
    [
        ("10m", r"- \*\*In time:\*\* yes: [\d.]+ m?s, and 10 m are given"),
        ("1ms", r"- \*\*In time:\*\* \*\*no\*\*, .* too long: "),
    ],
)
async def test_whether_the_time_was_kept_that_the_runbook_gives(tmp_path: Path, rto: str, told: str) -> None:
    shop = Shop(tmp_path)
    session, _ = await shop.begin(f"---\nrto: {rto}\n---\n# Back\n\n```bash {{name=look}}\ntrue\n```\n", [Yes(), Yes()])
    assert (await session.play()).ended == "done"
    reading = journal.read(session.folder / journal.FILE)
    assert re.search(told, report(reading.entries, {}, reading.head))
