"""Commands, compiling and work trees: what their readings amount to."""

import msgspec
import pytest

from opsconsole.checks import command, compiles, git_clean
from opsconsole.checks.patterns import Pattern
from opsconsole.checks.quantities import read
from opsconsole.model.programs import CommandReading, CompilesReading, GitReading
from opsconsole.model.verdict import Level
from tests.checks.looks import judged

SMOKE = "GUARDS OK\nDB CHECK OK\nSMOKE OK\n"


def patterns(*written):
    return tuple(Pattern.read(one) for one in written)


def command_of(**written):
    return msgspec.convert(written, command.Expect, dec_hook=read)


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({}, CommandReading(0, ""), Level.OK, "exit 0"),
        ({}, CommandReading(0, "a\n\nall fine\n \n"), Level.OK, "exit 0: all fine"),
        ({}, CommandReading(1, "reading…\nno such table\n"), Level.DOWN, "exit 1: no such table"),
        ({}, CommandReading(3, ""), Level.DOWN, "exit 3, and prints nothing"),
        ({"exit": 3}, CommandReading(3, ""), Level.OK, "exit 3"),
        ({"exit": [0, 3]}, CommandReading(3, ""), Level.OK, "exit 3"),
        ({"exit": [0, 3]}, CommandReading(1, "x"), Level.DOWN, "exit 1: x"),
        ({"expect": ["GUARDS OK", "SMOKE OK"]}, CommandReading(0, SMOKE), Level.OK, "exit 0: SMOKE OK"),
        ({"expect": ["GUARDS OK", "MAIL OK"]}, CommandReading(0, SMOKE), Level.DOWN,
         "prints no MAIL OK; it ends with: SMOKE OK"),
        ({"expect": ["OK"]}, CommandReading(0, ""), Level.DOWN, "prints no OK; it prints nothing"),
        ({"expect": ["MAIL"]}, CommandReading(0, "x", cut=True), Level.DOWN,
         "prints no MAIL in what was kept of its output; it ends with: x"),
        ({"expect": ["/^SMOKE \\w+$/"]}, CommandReading(0, SMOKE), Level.OK, "exit 0: SMOKE OK"),
        ({"expect": ["SMOKE .K"]}, CommandReading(0, SMOKE), Level.DOWN,
         "prints no SMOKE .K; it ends with: SMOKE OK"),
        ({"never": ["Traceback"]}, CommandReading(0, "x\n Traceback (most\nend"), Level.DOWN,
         "prints Traceback: Traceback (most"),
        ({"never": ["/ERROR/"]}, CommandReading(1, "ERROR\x1b[2J one\nlast"), Level.DOWN, "prints /ERROR/: ERROR one"),
    ],
)  # fmt: skip
def test_a_command_is_judged_by_its_code_and_by_what_it_prints(expect, reading, level, reason):
    verdict = judged("command", command_of(**expect), reading)
    assert (verdict.level, verdict.reason) == (level, reason)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"expect": ["/(/"]}, "no regular expression"),
        ({"expect": [""]}, "a text is wanted here"),
        ({"exit": 256}, "<= 255"),
        ({"exit": -1}, ">= 0"),
    ],
)
def test_expectations_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        command_of(**written)


@pytest.mark.parametrize(
    ("reading", "level", "reason"),
    [
        (CompilesReading(120, "3.10.12"), Level.OK, "120 files compile with Python 3.10.12"),
        (CompilesReading(1, "3.10.12"), Level.OK, "1 file compiles with Python 3.10.12"),
        (CompilesReading(9, "3.10.12", (("app/a.py", 3, "invalid syntax"),)), Level.DOWN,
         "app/a.py:3 invalid syntax (Python 3.10.12)"),
        (CompilesReading(9, "3.1", tuple((f"{n}.py", n, "bad") for n in range(5))), Level.DOWN,
         "0.py:0 bad, 1.py:1 bad, 2.py:2 bad and 2 more (Python 3.1)"),
    ],
)  # fmt: skip
def test_what_does_not_compile_is_named_with_the_python_that_says_so(reading, level, reason):
    verdict = judged("compiles", compiles.Expect(), reading)
    assert (verdict.level, verdict.reason) == (level, reason)


def tree(branch="main", tags=(), changed=(), untracked=()):
    commit = "0123456789abcdef0123456789abcdef01234567"
    return GitReading(commit, branch, tags, changed, untracked, len(changed), len(untracked))


@pytest.mark.parametrize(
    ("expect", "reading", "level", "reason"),
    [
        ({}, tree(), Level.OK, "clean at 01234567 (main)"),
        ({}, tree(None, ("v1.2.3",)), Level.OK, "clean at 01234567 (v1.2.3)"),
        ({}, tree(None), Level.OK, "clean at 01234567 (no branch)"),
        ({}, GitReading("", "main"), Level.OK, "clean at no commit yet (main)"),
        ({}, tree(changed=("app/a.py",)), Level.DOWN, "changed: app/a.py (at 01234567 (main))"),
        ({}, tree(untracked=("n", "m")), Level.DOWN, "not in git: n, m (at 01234567 (main))"),
        ({"untracked": True}, tree(untracked=("n",)), Level.OK, "clean at 01234567 (main)"),
        ({}, tree(changed=tuple("abcdef"), untracked=("n",)), Level.DOWN,
         "changed: a, b, c, d and 2 more; not in git: n (at 01234567 (main))"),
        ({"branch": "main"}, tree(), Level.OK, "clean at 01234567 (main)"),
        ({"branch": "main"}, tree("fix"), Level.DOWN, "is at 01234567 (fix), expected branch main"),
        ({"branch": "main"}, tree(None), Level.DOWN, "is at 01234567 (no branch), expected branch main"),
        ({"tag": "v1.2"}, tree(None, ("v1.2.3",)), Level.DOWN, "is at 01234567 (v1.2.3), expected tag v1.2"),
        ({"tag": "/v\\d+\\.\\d+\\.\\d+/"}, tree(None, ("x", "v1.2.3")), Level.OK, "clean at 01234567 (x, v1.2.3)"),
        ({"tag": "/v.*/"}, tree("main"), Level.DOWN, "is at 01234567 (main), expected tag /v.*/"),
    ],
)  # fmt: skip
def test_a_work_tree_that_somebody_edited_is_down_and_says_what(expect, reading, level, reason):
    verdict = judged("git-clean", msgspec.convert(expect, git_clean.Expect, dec_hook=read), reading)
    assert (verdict.level, verdict.reason) == (level, reason)
