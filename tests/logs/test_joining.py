"""What belongs to the line before it."""

from __future__ import annotations

from opsconsole.logs.joining import Joiner
from opsconsole.logs.lines import Raw


def joined(*lines: str, times: bool = True) -> list[bool]:
    """Which of these lines go with the one before; all of one moment, or without times."""
    return [line.joined for line in Joiner().join(Raw(text, 100.0 if times else None) for text in lines)]


def test_a_traceback_goes_with_the_message_before_it_and_ends_with_what_was_raised() -> None:
    lines = (
        "ERROR Task failed",
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "    raise ValueError()",
        "shop.errors.PaymentRefused: card",
        "INFO: the next message",
        "WARNING: and another",
    )
    assert joined(*lines) == [False, True, True, True, True, False, False]


def test_what_was_raised_while_another_was_handled_is_one_with_it() -> None:
    lines = (
        "ERROR no",
        "Traceback (most recent call last):",
        "  File a",
        "KeyError: 'x'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        "  File b",
        "SystemExit: 1",
        "INFO next",
    )
    assert joined(*lines) == [False] + [True] * 9 + [False]


def test_java_and_statements_go_on_indented() -> None:
    lines = ("ERROR o.s.Web", "\tat a.b(C.java:1)", "Caused by: java.io.IOException", "\t... 12 more", "INFO x")
    assert joined(*lines) == [False, True, True, True, False]


def test_a_line_without_a_time_goes_with_the_one_before_where_others_have_one() -> None:
    lines = [Raw("first, from before we looked"), Raw("a", 10.0), Raw("rest of a"), Raw("b", 11.0), Raw("rest of b")]
    out = list(Joiner().join(lines))
    assert [line.joined for line in out] == [False, False, True, False, True]
    assert [line.time for line in out] == [None, 10.0, 10.0, 11.0, 11.0]


def test_where_no_line_has_a_time_each_stands_for_itself() -> None:
    assert joined("one", "two", "three", times=False) == [False, False, False]


def test_a_traceback_long_after_is_no_part_of_what_came_before() -> None:
    out = list(Joiner().join([Raw("INFO ready", 1.0), Raw("Traceback (most recent call last):", 60.0)]))
    assert not out[1].joined
