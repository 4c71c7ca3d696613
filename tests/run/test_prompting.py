"""Which lines ask for something, which of them for a password, and what was typed there."""

from __future__ import annotations

import pytest

from opsconsole.model.run import Prompt
from opsconsole.run.prompting import Asking, Typed


def asked(printed: str, *, echo: bool = True, by_line: bool = True) -> Prompt | None:
    asking = Asking()
    for piece in printed.encode():
        asking.feed(bytes([piece]))
    return asking.prompt(echo=echo, by_line=by_line)


@pytest.mark.parametrize(
    "line",
    [
        "[sudo] password for deploy: ",
        "Password: ",
        "Password for user shop: ",
        "deploy@box's password: ",
        "Enter passphrase for key '/home/deploy/.ssh/id_ed25519': ",
        "\x1b[1mPassword:\x1b[0m ",
        "warning: it is late\r\nПароль: ",
        "",
    ],
)
def test_where_what_is_typed_is_not_shown_a_password_is_asked_for(line: str) -> None:
    prompt = asked(line, echo=False)
    assert prompt is not None
    assert prompt.secret


@pytest.mark.parametrize("line", ["Password: ", "Verification code: ", "Enter the secret: ", "Пароль пользователя: "])
def test_words_that_ask_for_one_count_also_where_the_terminal_tells_nothing(line: str) -> None:
    """As through `docker exec -it`, where the prompt is on another terminal, and in programs that show stars."""
    assert asked(line, echo=False, by_line=False) == Prompt(line.strip(), secret=True)
    assert asked(line) == Prompt(line.strip(), secret=True)


@pytest.mark.parametrize(
    "line", ["Proceed? [y/N] ", "Are you sure you want to continue connecting (yes/no)? ", "Name: "]
)
def test_an_unfinished_line_that_looks_like_a_question_is_one(line: str) -> None:
    assert asked("first\n" + line) == Prompt(line.strip())


@pytest.mark.parametrize("printed", ["", "done\n", "42 %", "the password was changed: ok\n", "Downloading...\rhalf"])
def test_other_output_asks_for_nothing(printed: str) -> None:
    assert asked(printed) is None


def test_a_shell_or_an_editor_that_reads_key_by_key_asks_for_nothing() -> None:
    assert asked("shop=> ", echo=False, by_line=False) is None


def test_a_huge_line_is_looked_at_only_at_its_end() -> None:
    prompt = asked("x" * 5000 + " Password: ")
    assert prompt is not None
    assert prompt.secret
    assert prompt.text.endswith("x Password:")


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        (b"hunter2\r", ["hunter2"]),
        (b"hunx\x7fter2\n", ["hunter2"]),
        ("пароля\x7fь\r".encode(), ["пароль"]),
        (b"wrong\x15right\r", ["right"]),
        (b"\x1b[200~pasted\x1b[201~\r", ["pasted"]),
        (b"first\rsecond\r", ["first", "second"]),
        (b"not yet", []),
        (b"y\r", []),
    ],
)
def test_what_was_typed_is_known_when_its_line_is_complete(keys: bytes, answers: list[str]) -> None:
    assert Typed().feed(keys) == answers
    typed = Typed()
    if b"\x1b" not in keys:
        assert [answer for key in keys for answer in typed.feed(bytes([key]))] == answers
