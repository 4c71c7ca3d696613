"""Text of logs cannot escape: not to the screen, not to a file, not to the clipboard."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.logs.cleaning import CUT, LONGEST, Cleaner
from opsconsole.probes.hush import HIDDEN, hush_text

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b[]31m;HJ\x07\x9b\x9d\\\r\n\t\x00\x7f\u202e\u2066\u200f\u061c\u2028[/red]=:@'\""),
        st.characters(),
    )
)


@given(HOSTILE)
def test_nothing_that_moves_colours_or_turns_text_is_left_of_a_line(text: str) -> None:
    clean = Cleaner()(text)
    assert clean.isprintable()
    assert clean == Cleaner()(clean) or len(clean) > LONGEST


def test_what_a_line_means_stays() -> None:
    assert Cleaner()("\x1b[31mERROR\x1b[0m [/red] [0] \u202eevil\u202c") == "ERROR [/red] [0] evil"
    assert Cleaner()("a\tb\r\n") == "a       b"
    assert Cleaner()("10%\r20%") == "10% 20%"


def test_secrets_by_name_and_by_value_are_hidden() -> None:
    clean = Cleaner(["s3cr3t-value", "s3cr3t"])
    assert clean("token=abc123 and s3cr3t-value") == f"token={HIDDEN} and {HIDDEN}"
    assert clean("redis://:pass@host/0") == f"redis://:{HIDDEN}@host/0"


@given(st.text("pas wordtken=-_.&'\"x", max_size=60))
def test_secrets_are_hidden_as_before_where_names_are_looked_for_at_their_beginning(text: str) -> None:
    hidden = hush_text(text)
    assert hush_text(hidden) == hidden
    assert "password=x" not in hidden


def test_a_secret_in_a_line_without_end_costs_no_time_and_is_hidden() -> None:
    blob = base64.b64encode(b"\xff" * 3 * LONGEST).decode()
    assert Cleaner()(f"{blob}=x token=abc") == blob[:LONGEST] + CUT
    assert Cleaner()(f"token=abc {blob}").startswith(f"token={HIDDEN}")
    assert hush_text("a" * 200_000 + "token=x") == "a" * 200_000 + f"token={HIDDEN}"
