"""Scripts of bare words are read without the grammar, and come out as the grammar would read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.runbook.plain_lines import plain_lines
from opsconsole.runbook.shell import read_by_grammar, read_script, top_by_grammar, top_level

SAID = (
    "ls rm -rf / /tmp/x a=b --x=y -n . .. ./run @x %5 x:y 2 10 2.5 +x -- - : _ , a,b set eval source alias test let if "
    "for in do done time exec sudo [ ] { } ! a=b;c $x 'q' \\ # | & > < ~ * ? = ( ) é"
)
WORDS = st.sampled_from(SAID.split())
LINES = st.one_of(
    st.lists(WORDS, max_size=5).map(" ".join),
    st.text(alphabet="ab #-=./\\\t`'é", max_size=12),
    st.sampled_from(["", "  ", "# a", "  # если б ", "#", "# a\\", "ls  -l "]),
)


@given(st.lists(LINES, max_size=5).map("\n".join))
def test_it_is_what_the_grammar_says_or_is_left_to_the_grammar(script: str) -> None:
    assert read_script(script) == read_by_grammar(script)
    assert top_level(script) == top_by_grammar(script)


@pytest.mark.parametrize("script", ["ls -l", "# why\n  docker compose restart web --timeout=5\n\ndate", "# если\nls"])
def test_bare_words_are_read_here(script: str) -> None:
    assert plain_lines(script) is not None


@pytest.mark.parametrize(
    "script", ["ls | x", "a=b", "a=b ls", "if x", "export A", "ls \\\nx", "ls é", "ls *", "ls 'a'"]
)
def test_anything_else_is_not(script: str) -> None:
    assert plain_lines(script) is None
