"""One session over all steps of a run: what a step leaves to the next, as for somebody pasting."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.questions import (
    Answer,
    AskConfirm,
    AskFailed,
    AskInput,
    Leave,
    Question,
    Skip,
    Value,
    Yes,
)
from opsconsole.model.run import Progress, RunState
from opsconsole.run.kinds import Kind
from opsconsole.run.report import outputs_of, report
from tests.run.lab import all_bytes, journalled, kill_holder
from tests.run.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def yes(state: RunState, question: Question) -> Answer:
    return Yes(typed=question.target) if isinstance(question, AskConfirm) else Yes()


def book(*blocks: str) -> str:
    return "\n\n".join(f"```bash\n{block}\n```" for block in blocks)


async def seen(shop: Shop, *blocks: str) -> list[str]:
    """All that blocks run one after the other print, line by line."""
    session, operator = await shop.begin(book(*blocks), [yes] * 30)
    state = await session.play()
    assert state.ended == "done", operator.asked[-1]
    return operator.seen.splitlines()


async def test_a_folder_an_export_and_an_assignment_hold_in_the_next_step(shop: Shop) -> None:
    (shop.home / "app").mkdir()
    lines = await seen(
        shop,
        "cd app",
        "export IMAGE=shop:7\nCOUNT=3\nNOTE='it'\"'\"'s $(not) run'",
        "pwd; echo $IMAGE $COUNT \"$NOTE\"; bash -c 'echo child $IMAGE [$COUNT]'",
    )
    assert lines == [str(shop.home / "app"), "shop:7 3 it's $(not) run", "child shop:7 []"]


async def test_it_holds_between_the_commands_of_one_block_too(shop: Shop) -> None:
    (shop.home / "app").mkdir()
    await seen(shop, 'cd app\nNAME=one\ntouch "$NAME"')
    assert (shop.home / "app" / "one").exists()


@pytest.mark.parametrize(
    "block",
    ["(cd app; X=1)", "X=1 true", "X=1 | cat", "f() { X=1; }", "PATH=/nowhere", "export LD_PRELOAD=x", "X=(1 2)"],
)
async def test_what_does_not_outlive_its_shell_does_not_hold(shop: Shop, block: str) -> None:
    (shop.home / "app").mkdir()
    lines = await seen(shop, block, 'echo "$PWD [$X] [$LD_PRELOAD]"; ls -d /')
    assert lines == [f"{shop.home} [] []", "/"]


async def test_functions_and_options_are_not_carried(shop: Shop) -> None:
    lines = await seen(shop, "greet() { echo hello; }; set -u; A=1", 'type greet 2>/dev/null || echo "none [$B]"')
    assert lines == ["none []"]


async def test_what_a_sourced_file_sets_holds_and_what_is_unset_is_gone(shop: Shop) -> None:
    (shop.home / ".env").write_text("set -a\nSHOP_PORT=8000\nSHOP_NAME='a b'\ncd /\n")
    lines = await seen(shop, "source .env", "unset SHOP_PORT", 'echo "$PWD [$SHOP_PORT] $SHOP_NAME"')
    assert lines == ["/ [] a b"]


async def test_the_question_shows_the_environment_in_which_a_command_runs(shop: Shop) -> None:
    (shop.home / "app").mkdir()
    session, operator = await shop.begin(book("cd app", "TAG=v2", "ls"), [yes, yes, Leave()])
    await session.play()
    asked = [one for one in operator.asked_of(AskConfirm) if isinstance(one, AskConfirm)]
    assert asked[0].session == ()
    assert asked[2].session == (f"cd {shop.home / 'app'}", "TAG=v2")
    assert str(shop.home / "app") in asked[2].where
    assert asked[1].text == "TAG=v2"


async def test_the_text_that_was_shown_is_what_bash_is_given(shop: Shop) -> None:
    lines = await seen(shop, "A=1", "tr '\\0' '\\n' < /proc/$$/cmdline | tail -n +3; A=2; echo [$BASH_ENV]")
    assert lines == ["tr '\\0' '\\n' < /proc/$$/cmdline | tail -n +3; A=2; echo [$BASH_ENV]", "[]"]


async def test_what_a_failed_step_set_holds_only_when_the_operator_says_so(shop: Shop) -> None:
    blocks = book("TAG=v2; false", "echo [$TAG]")
    session, operator = await shop.begin(blocks, [yes, Skip("known"), yes, yes])
    await session.play()
    [failed] = [one for one in operator.asked_of(AskFailed) if isinstance(one, AskFailed)]
    assert failed.leaves == ("TAG=v2",)
    assert operator.seen == "[]\r\n"
    session, operator = await shop.begin(blocks, [yes, Skip("known", keep=True), yes, yes], book_name="kept")
    await session.play()
    assert operator.seen == "[v2]\r\n"


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("export TAG=$(true)", "TAG came out empty"),
        ("TAG=`printf ''`", "TAG came out empty"),
        ("export TAG=$(echo v1; false)", "failed (exit code 1)"),
        ("export TAG=$(echo v1; sh -c 'exit 3'); echo on", "failed (exit code 3)"),
    ],
)
async def test_a_value_that_its_command_did_not_give_stops(shop: Shop, block: str, why: str) -> None:
    session, operator = await shop.begin(book(block, "echo next"), [yes, Leave()])
    state = await session.play()
    assert state.steps[0].progress is Progress.FAILED
    assert why in state.steps[0].parts[0].reason
    assert "next" not in operator.seen


@pytest.mark.parametrize("block", ["TAG=$(false; echo v1)", "TAG=$(false || echo v1)", "TAG=v$(true)"])
async def test_a_value_that_came_all_the_same_does_not(shop: Shop, block: str) -> None:
    assert (await seen(shop, block, "echo $TAG"))[0].startswith("v")


async def test_it_survives_a_resume_after_console_and_holder_are_gone(shop: Shop) -> None:
    (shop.home / "app").mkdir()
    text = book("cd app", "export TAG=v2\nCOUNT=3", "echo $PWD $TAG $COUNT")
    session, _ = await shop.begin(text, [yes, yes, Leave()])
    await session.play()
    await session.close()
    kill_holder(session.folder)
    session, operator = await shop.resume([yes, yes])
    await session.play()
    assert operator.seen == f"{shop.home / 'app'} v2 3\r\n"


async def test_what_looks_secret_stays_in_memory_and_is_asked_for_once_more(shop: Shop) -> None:
    (shop.home / "pw").write_text("hunter2hunter2\n")
    text = book("export DB_PASSWORD=$(cat pw)", "echo it is $DB_PASSWORD; echo $DB_PASSWORD | cut -c 2-8")
    session, operator = await shop.begin(text, [yes, yes, yes, Leave()])
    await session.play()
    assert operator.asked_of(AskInput) == []
    assert "it is ••••••" in operator.seen
    assert operator.seen.splitlines()[1] == "unter2h"
    assert b"hunter2hunter2" not in all_bytes(session.folder)
    asked = operator.asked_of(AskConfirm)[1]
    assert isinstance(asked, AskConfirm)
    assert asked.session == ("DB_PASSWORD=••••••",)
    await session.close()
    kill_holder(session.folder)
    session, operator = await shop.begin(text, [yes, Leave()], book_name="again")
    await session.play()
    await session.close()
    kill_holder(session.folder)
    session, operator = await shop.resume([Value("hunter2hunter2"), yes, yes, yes], session.state.id)
    await session.play()
    [question] = [one for one in operator.asked_of(AskInput) if isinstance(one, AskInput)]
    assert question.secret
    assert "DB_PASSWORD" in question.text
    assert operator.seen.splitlines()[1] == "unter2h"
    assert b"hunter2hunter2" not in all_bytes(session.folder)


async def test_what_is_read_in_is_not_written_down_and_holds_all_the_same(shop: Shop) -> None:
    text = book("read -r ANSWER <<< blue-sky; COPY=$ANSWER", "echo $ANSWER | cut -c 2-; echo ${#COPY}")
    session, operator = await shop.begin(text, [yes] * 5)
    await session.play()
    assert operator.seen.splitlines() == ["lue-sky", "8"]
    entries = [entry.data["session"] for entry in journalled(session.folder) if entry.data.get("session")]
    assert "blue" not in str(entries)


PYTHON = """

```python {interpreter=python3}
import os
print(os.getcwd(), os.environ["A"], os.environ.get("B"))
os.chdir("/tmp")
```

"""


async def test_another_interpreter_has_what_is_exported_and_leaves_nothing(shop: Shop) -> None:
    session, operator = await shop.begin(book("export A=1\nB=2\ncd /") + PYTHON + book("pwd"), [yes] * 10)
    await session.play()
    assert operator.seen.splitlines() == ["/ 1 None", "/"]


async def test_a_shell_that_says_nothing_at_its_end_leaves_nothing_and_the_record_says_so(shop: Shop) -> None:
    session, operator = await shop.begin(book("A=1; exec true", "echo [$A]"), [yes] * 5)
    state = await session.play()
    assert operator.seen == "[]\r\n"
    assert "not known" in state.steps[0].parts[0].leaves.dropped[0]
    assert any(entry.data.get("session") for entry in journalled(session.folder) if entry.kind == Kind.ENDED)


async def test_the_report_says_what_a_step_set_and_what_of_it_is_not_carried(shop: Shop) -> None:
    text = book("export TAG=v2 API_TOKEN=abcdefgh && cd /usr && PATH=/usr/bin:/bin")
    session, _ = await shop.begin(text, [yes] * 3)
    await session.play()
    entries = tuple(journalled(session.folder))
    said = report(entries, outputs_of(session.folder, entries), entries[-1].previous)
    assert "set `cd /usr`, `TAG=v2`, `API_TOKEN`" in said
    assert "PATH is not carried on: it belongs to the shell itself" in said
