"""When a part that has ended is a success."""

from __future__ import annotations

import pytest

from opsconsole.model.run import PartState, Progress
from opsconsole.model.runbook import Risk
from opsconsole.run.judging import judge
from tests.run.books import command, step


def ended(text: str = "uptime", risk: Risk = Risk.READ, code: int = 0, endless: bool = False, **how: bool) -> PartState:
    return PartState(command(text, risk, endless=endless), Progress.DONE, 1, exit=code, text=text, seconds=2.0, **how)


@pytest.mark.parametrize(
    ("part", "options", "output", "reason"),
    [
        (ended(), {}, "", ""),
        (ended(code=3), {}, "", "exit code 3"),
        (ended(code=3), {"exit": (0, 3)}, "", ""),
        (ended(code=0), {"exit": (3,)}, "", "exit code 0"),
        (ended(code=127), {}, "", "exit code 127: a command in it was not found"),
        (ended(code=137), {}, "", "exit code 137: something in it was ended by SIGKILL"),
        (ended(code=-9), {}, "", "it was ended by SIGKILL"),
        (ended(code=-15, timed_out=True), {}, "", "it was ended after 2 s, which was the time it had"),
        (ended(), {"expect": "PONG"}, "PONG\r\n", ""),
        (ended(), {"expect": "PONG"}, "NOAUTH\r\n", "it did not print PONG"),
        (ended(), {"expect": "/^0$/"}, "12\r\n0\r\n", ""),
        (ended(), {"expect": "/^0$/"}, "10\r\n", "it did not print /^0$/"),
        (ended(), {"expect": "0 left"}, "\x1b[32m0\x1b[0m left", ""),
        (ended("grep -c x f", code=1), {}, "", ""),
        (ended("grep x f", code=1), {}, "", ""),
        (ended("grep x f", code=2), {}, "", "exit code 2"),
        (ended("grep -q x f && rm f", Risk.DESTROY, code=1), {}, "", "exit code 1"),
        (ended("test -e f", code=1), {}, "", "exit code 1"),
        (ended("grep a f; grep x f", code=1), {}, "a\r\n", ""),
        (ended("uptime && grep x f", code=1), {}, "up\r\n", "exit code 1"),
        (ended("grep x f", code=1), {"until": 9.0}, "", "it found nothing yet"),
        (ended("grep x f", code=1), {"expect": "x"}, "", "it did not print x"),
        (ended("journalctl -f", code=-2, interrupted=True, endless=True), {}, "", ""),
        (ended("kubectl port-forward x 1", Risk.UNKNOWN, code=130, interrupted=True, endless=True), {}, "", ""),
        (ended("journalctl -f", code=-2, interrupted=True, endless=True), {"expect": "x"}, "", "it did not print x"),
        (ended("journalctl -f", code=1, endless=True), {}, "", "exit code 1"),
        (ended("vmstat 1 9", code=-2, interrupted=True), {}, "", ""),
        (ended("redis-cli PING", code=-2, interrupted=True), {"capture": "pong"}, "", "the operator ended it"),
        (ended("systemctl restart web", Risk.CHANGE, code=-2, interrupted=True), {}, "", "the operator ended it"),
        (ended("redis-cli PING", code=-2, interrupted=True), {"until": 9.0}, "", "the operator ended it"),
    ],
)
def test_its_exit_and_what_it_printed_decide(
    part: PartState, options: dict[str, object], output: str, reason: str
) -> None:
    found = judge(step("step", part.command, **options), part, output)
    assert (found.ok, found.reason) == (not reason, reason)


def test_a_search_without_a_hit_says_that_it_found_nothing() -> None:
    assert judge(step("s", command("grep x f")), ended("grep x f", code=1), "").note == "found nothing"


def test_an_expectation_that_is_no_regular_expression_is_said_to_be_none() -> None:
    found = judge(step("s", command("uptime"), expect="/(/"), ended(), "x")
    assert not found.ok
    assert "/(/ is no regular expression" in found.reason


def test_what_the_step_is_to_print_is_asked_of_its_last_part_only() -> None:
    one = step("s", command("a"), expect="done")
    assert judge(one, ended(), "", whole=False).ok
