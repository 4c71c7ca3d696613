"""The words on the command line, in whatever order people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.cli import COMMANDS
from opsconsole.cli.arguments import parsed


def leaves_with(words: list[str]) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        parsed(words)
    return caught.value.code


@pytest.mark.parametrize(
    "words",
    [
        ["--stack", "a.toml", "--read-only", "--no-color", "status", "--format", "json", "web"],
        ["status", "web", "--stack", "a.toml", "--format", "json", "--read-only", "--no-color"],
        ["--read-only", "status", "--no-color", "--format=json", "--stack=a.toml", "web"],
    ],
)
def test_the_shared_options_stand_before_or_after_the_command(words):
    args = parsed(words)
    assert (args.command, args.stack, args.read_only, args.no_color) == ("status", Path("a.toml"), True, True)
    assert (args.format, args.checks) == ("json", ["web"])


def test_no_command_is_the_console():
    args = parsed(["--stack", "a.toml"])
    assert (args.command, args.stack, args.read_only) == ("", Path("a.toml"), False)


def test_after_two_dashes_words_are_only_words():
    assert parsed(["status", "--", "--read-only"]).checks == ["--read-only"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["statsu"], "did you mean status?"),
        (["zzz"], "there are: status, check, lately, watch, run"),
        (["--wrong"], "unknown option --wrong"),
        (["status", "--wrong"], "unrecognized arguments: --wrong"),
        (["status", "--form", "json"], "--form"),
        (["status", "--format", "xml"], "invalid choice: 'xml'"),
        (["check"], "NAME"),
        (["--stack"], "--stack needs the name of a file"),
        (["--stack="], "--stack needs the name of a file"),
        (["status", "--stack"], "--stack needs the name of a file"),
    ],
)
def test_bad_usage_is_two_lines_on_stderr_and_never_the_code_for_down(words, says, capsys):
    assert leaves_with(words) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 2 and err.splitlines()[1].startswith("try: opsconsole")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["--read-only", "--help"]])
def test_help_names_every_command_and_the_exit_codes(words, capsys):
    assert leaves_with(words) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in ("status", "check", "run", "runs", "demo"))
    assert "2 DOWN" in out
    assert all(len(line) <= 120 for line in out.splitlines())


@pytest.mark.parametrize("words", [["status", "--help"], ["help", "status"], ["status", "-h"]])
def test_help_of_a_command_tells_the_shared_options_too(words, capsys):
    assert leaves_with(words) == 0
    out = capsys.readouterr().out
    assert "--format" in out and "--stack FILE" in out and "--no-color" in out


def test_the_version_is_that_of_the_package(capsys):
    from opsconsole import __version__

    assert leaves_with(["--version"]) == 0
    assert capsys.readouterr().out == f"opsconsole {__version__}\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_of_the_registry_is_there_and_has_its_help(command, capsys):
    assert leaves_with([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: opsconsole {command}")
