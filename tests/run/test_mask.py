"""Secrets do not get through, however the stream is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.run.mask import HIDDEN, Mask, hide, secrets_in

SECRET = st.text(alphabet="abx•", min_size=1, max_size=5)


@given(st.lists(SECRET, min_size=1, max_size=3), st.text(alphabet="abxyz ", max_size=40), st.data())
def test_the_cuts_between_reads_make_no_difference(secrets: list[str], text: str, data: st.DataObject) -> None:
    stream = text.encode()
    mask = Mask(secrets)
    out = b""
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        out += mask.feed(stream[:size])
        stream = stream[size:]
    assert (out + mask.flush()).decode() == hide(text, secrets)


@given(st.text(alphabet="01234 ", max_size=20), st.text(alphabet="01234 ", max_size=20), st.integers(1, 11))
def test_a_secret_split_over_two_reads_is_hidden_and_nothing_else(before: str, after: str, cut: int) -> None:
    secret = "hunter2-pass"
    stream = f"{before}{secret}{after}".encode()
    at = len(before) + cut
    mask = Mask([secret])
    assert (mask.feed(stream[:at]) + mask.feed(stream[at:]) + mask.flush()).decode() == f"{before}{HIDDEN}{after}"


def test_a_longer_secret_that_begins_like_a_shorter_one_is_hidden_whole() -> None:
    mask = Mask(["abc", "abcdef"])
    assert (mask.feed(b"xabc") + mask.feed(b"def.") + mask.flush()).decode() == f"x{HIDDEN}."


def test_what_is_no_secret_is_not_held_back() -> None:
    assert Mask(["hunter2"]).feed(b"Password: ") == b"Password: "


def test_variables_that_say_that_they_are_secret_are_taken_for_it() -> None:
    environment = {
        "DATABASE_PASSWORD": "s3cret-one",
        "TELEGRAM_BOT_TOKEN": "12345:abc",
        "API_KEY": "k-123456",
        "TOKENIZERS_PARALLELISM": "false-value",
        "USE_TOKEN": "true",
        "PATH": "/usr/bin:/bin",
    }
    assert secrets_in(environment) == {"s3cret-one", "12345:abc", "k-123456"}
