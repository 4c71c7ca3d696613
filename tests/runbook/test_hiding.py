"""Somebody hides a dangerous command. A real shell says whether it runs: then it must not pass for a look."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.model.runbook import Risk
from opsconsole.runbook.risk import assess, overall

REAL = ("bash", "sh", "env", "xargs", "timeout", "nice", "setsid", "find", "cat", "sort", "head", "stdbuf")
"""Programs that the shell of these tests can find; all others are missing to it."""

PROGRAM = st.sampled_from(
    ["rm", "'rm'", '"rm"', "r\\m", "'r'm", 'r"m"', "r''m", "$'rm'", "$'\\x72m'", "\\rm", "r\\\nm"]
)


def quoted(text: str) -> str:
    return shlex.quote(text)


def doubly(text: str) -> str:
    return '"' + "".join("\\" + c if c in '"\\$`' else c for c in text) + '"'


WRAPPED: dict[str, Callable[[str], str]] = {
    "a shell": lambda c: f"sh -c {quoted(c)}",
    "a shell with options": lambda c: f"bash -ec {doubly(c)}",
    "eval": lambda c: f"eval {quoted(c)}",
    "builtin eval": lambda c: f"builtin eval {doubly(c)}",
    "env": lambda c: f"env A=b sh -c {quoted(c)}",
    "split by env": lambda c: "env -S " + quoted(f"sh -c {quoted(c)}") if "\\" not in c else f"env sh -c {quoted(c)}",
    "timeout": lambda c: f"timeout -k 1 5 sh -c {quoted(c)}",
    "nice": lambda c: f"nice -n 5 bash -c {quoted(c)}",
    "stdbuf": lambda c: f"stdbuf -o0 bash -c {quoted(c)}",
    "xargs": lambda c: f"echo x | xargs -n 1 sh -c {quoted(c)}",
    "find": lambda c: f"find . -maxdepth 0 -exec sh -c {quoted(c)} \\;",
    "exec in a group": lambda c: f"(exec sh -c {quoted(c)})",
    "command": lambda c: f"command sh -c {quoted(c)}",
    "a substitution": lambda c: f"echo $({c}\n)",
    "a substitution in quotes": lambda c: f'echo "now: $({c}\n)"',
    "an assignment": lambda c: f"a=$({c}\n)",
    "an export": lambda c: f"export a=$({c}\n)",
    "a default value": lambda c: f"echo ${{nothing:-$({c}\n)}}",
    "arithmetic": lambda c: f"echo $(( 1 + $({c}\n) + 1 ))",
    "a test": lambda c: f'[ -n "$({c}\n)" ]',
    "a better test": lambda c: f"[[ -n $({c}\n) ]]",
    "a process substitution": lambda c: f"cat <({c}\n)",
    "a pipe": lambda c: f"{{ {c}\n}} | cat",
    "behind a pipe": lambda c: f"echo x | {{ {c}\n}}",
    "and": lambda c: f"true && {{ {c}\n}}",
    "or": lambda c: f"false || {{ {c}\n}}",
    "a list": lambda c: f"true; {c}\n",
    "a comment before": lambda c: f"# only a look\n{c}",
    "if": lambda c: f"if true; then {c}\nfi",
    "the condition of if": lambda c: f"if {c}\nthen true; fi",
    "else": lambda c: f"if false; then true; else {c}\nfi",
    "for": lambda c: f"for i in 1; do {c}\ndone",
    "the words of for": lambda c: f"for i in $({c}\n); do true; done",
    "while": lambda c: f"while {c}\ndo break; done",
    "until": lambda c: f"until {c}\ndo break; done",
    "case": lambda c: f"case x in x) {c}\n;; esac",
    "the word of case": lambda c: f"case $({c}\n) in x) ;; esac",
    "a function": lambda c: f"f() {{ {c}\n}}\nf",
    "a function of a familiar name": lambda c: f"ls() {{ {c}\n}}; ls",
    "a group": lambda c: f"({c}\n)",
    "not": lambda c: f"! {{ {c}\n}}",
    "output thrown away": lambda c: f"{{ {c}\n}} > /dev/null 2>&1",
    "a here-document": lambda c: f"bash <<'END'\n{c}\nEND",
    "a here-document of cat": lambda c: f"cat <<END\n$({c}\n)\nEND" if "\\" not in c else f"bash <<'END'\n{c}\nEND",
    "a here-string": lambda c: f"bash <<< {quoted(c)}",
    "said to a shell": lambda c: f"printf '%s\\n' {quoted(c)} | bash",
    "a trap": lambda c: f"trap {quoted(c)} EXIT",
    "a variable": lambda c: f'S={quoted(c)}\nbash -c "$S"',
}
HARMLESS = st.sampled_from(["", "uptime_of=1\n", "# look\n", "echo looking\n", "ls_of=x; ", "true && true\n"])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which only harmless programs can be found, and `rm` writes its name into a ledger."""
    folder = tmp_path_factory.mktemp("ground")
    programs = folder / "bin"
    programs.mkdir()
    for name in REAL:
        found = next(path for path in (Path("/usr/bin") / name, Path("/bin") / name) if path.exists())
        (programs / name).symlink_to(found)
    rm = programs / "rm"
    rm.write_text('#!/bin/sh\necho ran >> "$LEDGER"\n')
    rm.chmod(0o755)
    return folder


def runs(script: str, ground: Path) -> bool:
    """Whether a real shell comes to `rm` in `script`."""
    ledger = ground / "ledger"
    ledger.unlink(missing_ok=True)
    subprocess.run(
        ["/bin/bash", "-c", script],
        env={"PATH": str(ground / "bin"), "LEDGER": str(ledger)},
        cwd=ground,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=10,
    )
    return ledger.exists()


@pytest.mark.parametrize("way", WRAPPED)
def test_one_layer_hides_nothing(way: str, ground: Path) -> None:
    script = WRAPPED[way]("rm x")
    assert runs(script, ground), script
    assert overall(assess(script)).changes, script


@given(PROGRAM, st.lists(st.sampled_from(sorted(WRAPPED)), min_size=1, max_size=3), HARMLESS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_layers_upon_layers_hide_nothing(ground: Path, program: str, ways: list[str], before: str) -> None:
    script = f"{program} x"
    for way in ways:
        script = WRAPPED[way](script)
    script = before + script
    if overall(assess(script)) is Risk.READ:
        assert not runs(script, ground), script


FRAGMENTS = [
    *(
        "rm x",
        "\n\\",
        "rm",
        "ls",
        "echo ",
        "cat f",
        "'",
        '"',
        "`",
        "$(",
        ")",
        "(",
        "{ ",
        "; }",
        "}",
        ";",
        "\n",
        "|",
        "||",
        "&&",
    ),
    *("&", "#", "\\", "\\\n", "<<EOF\n", "\nEOF\n", "<<'EOF'\n", "<<<", " >/dev/null ", "<", "2>&1", "if true; then "),
    *(" fi", " else ", "for i in 1; do ", " done", "while ", "case x in x) ", ";; esac", "f() ", " f ", "$x", "${x:-"),
    *(
        "x=rm",
        " $x ",
        '"$x"',
        "$'",
        "\\x72m",
        "r",
        "m",
        "''",
        "*",
        "{rm,",
        "time ",
        "coproc ",
        "env ",
        "eval ",
        "exec ",
    ),
    *(
        "trap ",
        " EXIT",
        "sh -c ",
        "bash -c ",
        "xargs ",
        "timeout 5 ",
        "<(",
        "x[",
        "((",
        "))",
        "[[ ",
        " ]]",
        "! ",
        " ",
        "\t",
    ),
    *(
        "alias ls=",
        "'rm x'",
        '"rm x"',
        "set -- rm x\n",
        '"$@"',
        "read x <<< rm\n",
        "printf -v x rm\n",
        ". ",
        "builtin ",
    ),
]


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8))
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_heap_of_fragments_that_looks_like_a_look_runs_nothing(ground: Path, fragments: list[str]) -> None:
    script = "".join(fragments)
    if overall(assess(script)) is Risk.READ and "r" in script:
        assert not runs(script, ground), script


@pytest.mark.parametrize(
    "script",
    [
        "tr\\\nuncate -s 0 f",
        "find . -\\\ndelete",
        "ls >/dev/null\\\nx",
        '"tr"\\\nuncate f',
        'echo "$(tr\\\nuncate f)"',
        "cat f |tr\\\n\\\nuncate f",
    ],
)
def test_a_word_that_goes_on_in_the_next_line_is_not_taken_for_two(script: str) -> None:
    assert overall(assess(script)).changes


@pytest.mark.parametrize(
    "script", ["ls \\\n  -l", "ls -l\\\n  f", "ls |\\\ngrep x", "echo 'a\\\nb'", "cat <<E\na\\\nb\nE"]
)
def test_a_command_over_several_lines_stays_a_look(script: str) -> None:
    assert not overall(assess(script)).changes
