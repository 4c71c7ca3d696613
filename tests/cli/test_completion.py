"""What a Tab completes, in real shells: commands, options, their values, and the names of the stack at hand."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from opsconsole.cli import COMMANDS
from opsconsole.cli.arguments import parsed
from opsconsole.cli.completion_tree import shared, tree
from tests.cli.program import loading, opsconsole
from tests.cli.site import stack_file
from tests.support.parts import OUTER, lack

HEALTH = '[[health]]\nname = "{}"\nurl = "http://127.0.0.1:9/"\n'


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A stack with checks, runbooks and runs, and the program on PATH; its folder."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "opsconsole"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m opsconsole "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{OUTER['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    shop, other = tmp_path / "shop", tmp_path / "other"
    shop.mkdir()
    other.mkdir()
    stack_file(other, '[[health]]\nname = "far.away"\nurl = "http://127.0.0.1:9/"\n')
    odd = HEALTH.format("$(touch${IFS}" + str(tmp_path / "evil") + ")")
    stack_file(shop, f'state = "{shop}/state"', HEALTH.format("web"), HEALTH.format("worker"), odd)
    for name in ("web-down", "web-slow", "README"):
        (shop / f"{name}.md").write_text(f"# {name}\n")
    for name in ("20260107-140211-web-down", "20260108-140211-web-slow"):
        (shop / "state" / "runs" / name).mkdir(parents=True)
    yield shop
    assert not (tmp_path / "evil").exists(), "a name is never run"


CASES = [
    ("opsconsole sta", {"status"}),
    ("opsconsole act re", {"restart", "recreate"}),
    ("opsconsole runs ", {"list", "show", "resume", "report", "verify"}),
    ("opsconsole status --fo", {"--format"}),
    ("opsconsole status --format ", {"text", "json", "nagios", "prometheus", "markdown"}),
    ("opsconsole --no-color status --all --format n", {"nagios"}),
    ("opsconsole --sta", {"--stack"}),
    ("opsconsole status web", {"web", "web.health"}),
    ("opsconsole status --watch web", {"web", "web.health"}),
    ("opsconsole check web.health wor", {"worker", "worker.health"}),
    ("opsconsole run web-", {"web-down", "web-slow"}),
    ("opsconsole runbook show web-d", {"web-down"}),
    ("opsconsole runs show ", {"last", "20260108-140211-web-slow", "20260107-140211-web-down"}),
    ("opsconsole run web-down --yes-to ", {"read"}),
    ("opsconsole completion ", {"bash", "zsh", "fish"}),
    ("opsconsole --stack ../sh", {"../shop", "../shop/"}),
]


def bash(folder: Path, *lines: str) -> list[set[str]]:
    """What bash offers at the end of each line."""
    ask = [
        'mapfile -t COMP_WORDS < <(printf "%s\\n" {}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _opsconsole; '
        'printf "%s\\n" "${{COMPREPLY[@]}}"; echo =='.format(" ".join(shlex.quote(word) for word in _words(line)))
        for line in lines
    ]
    program = "\n".join(['eval "$(opsconsole completion bash)"', *ask])
    told = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", program], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert told.stderr == ""
    return [set(part.split()) for part in told.stdout.split("==\n")[:-1]]


def _words(line: str) -> list[str]:
    """As bash splits it: an equal sign is a word."""
    return [*line.replace("=", " = ").split(), *([""] if line.endswith(" ") else [])]


def test_bash_offers_what_can_come_next(box):
    asked = [*CASES, ("opsconsole status --format=pro", {"prometheus"}), ("opsconsole run --set ", set())]
    for (line, expected), offered in zip(asked, bash(box, *(line for line, _ in asked)), strict=True):
        assert offered and offered <= expected if "../" in line else offered == expected, line


def test_a_stack_that_is_named_on_the_line_is_the_one_whose_names_are_offered(box, tmp_path):
    lines = [f"opsconsole --stack{sign}{box}/stack.toml status wor" for sign in " ="]
    assert bash(tmp_path, *lines) == [{"worker", "worker.health"}] * 2
    assert bash(tmp_path, "opsconsole status wor") == [set()]


def test_fish_offers_the_same(box):
    fish = shutil.which("fish", path=OUTER["PATH"])
    if fish is None:
        lack("fish", "there is none on PATH")
    asks = "\n".join(f"complete -C {shlex.quote(line)}; echo ==" for line, _ in CASES)
    program = f"opsconsole completion fish | source\n{asks}"
    told = subprocess.run([fish, "--no-config", "-c", program], cwd=box, capture_output=True, text=True, timeout=60)
    assert told.stderr == ""
    answers = told.stdout.split("==\n")[:-1]
    for (line, expected), answer in zip(CASES, answers, strict=True):
        offered = {each.partition("\t")[0] for each in answer.splitlines()}
        assert offered and offered <= expected if "../" in line else offered == expected, line


ON = {
    "bash": 'eval "$(opsconsole completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u -D; eval "$(opsconsole completion zsh)"',
    "zsh by a file": (
        "opsconsole completion zsh >./_opsconsole; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D"
    ),
}


@pytest.mark.pty
@pytest.mark.parametrize("way", ON)
def test_a_real_tab_completes_the_word(box, way):
    shell = way.partition(" ")[0]
    program = shutil.which(shell, path=OUTER["PATH"])
    if program is None:
        lack(shell, "there is none on PATH")
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    child = pexpect.spawn(
        program, options, cwd=str(box), env={**os.environ, "TERM": "dumb"}, encoding="utf-8", timeout=30,
        dimensions=(40, 120),
    )  # fmt: skip
    try:
        child.sendline(f"{ON[way]}; PS1='rea''dy> '")
        child.expect("ready> ")
        for typed, completed in (
            ("opsconsole stat", "us "),
            ("opsconsole status --form", "at"),
            ("opsconsole status worker.h", "ealth "),
            ("opsconsole --stack ../other status far.a", "way.health "),
            ("opsconsole runbook show web-d", "own "),
            ("opsconsole runs rep", "ort "),
        ):
            child.send(f"{typed}\t")
            child.expect_exact(typed + completed)
            child.sendcontrol("u")
    finally:
        child.close(force=True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_sound(box, shell):
    program = shutil.which(shell, path=OUTER["PATH"])
    if program is None:
        lack(shell, "there is none on PATH")
    script = opsconsole("completion", shell)
    assert script.code == 0 and script.err == ""
    done = subprocess.run([program, "-n"], input=script.out, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_option_of_every_command_is_in_the_tree(capsys):
    nodes = {node.path: node for node in tree().every()}
    assert {path[0] for path in nodes if path} == set(COMMANDS)
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            parsed([command, "--help"])
        help = capsys.readouterr().out.partition("options that every command takes")[0]
        options = {name for option in nodes[(command,)].options for name in option.names}
        for word in help.replace(",", " ").replace("]", " ").replace("[", " ").split():
            if word.startswith("--") and word.strip("-").replace("-", "").isalpha():
                assert word in options, (command, word)


def test_the_options_of_all_commands_are_those_that_are_really_taken():
    assert {option.names[0] for option in shared()} >= {"--stack", "--read-only", "--no-color"}
    for option in shared():
        words = [option.names[0], *(["x"] if option.value is not None else [])]
        assert parsed([*words, "status"]).command == "status", "it takes just so many words"


@pytest.mark.parametrize("kind", ["checks", "services", "logs", "runbooks", "runs"])
def test_names_that_cannot_be_had_are_none_and_no_word_is_said(tmp_path, kind):
    assert opsconsole("completion", "--names", kind, cwd=tmp_path).code == 0
    (tmp_path / "stack.toml").write_text("name = ")
    outcome = opsconsole("completion", "--names", kind, cwd=tmp_path)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_names_cost_neither_a_look_at_the_box_nor_more_than_their_part_of_the_program(box):
    outcome = loading("completion", "--names", "checks", cwd=box)
    assert outcome.out.split() == ["web", "worker", "web.health", "worker.health", "box"]
    assert not outcome.loaded & {"httpx", "opsconsole.probes.engine", "opsconsole.watch.collector", "markdown_it"}


def test_actions_are_offered_the_services_of_the_stack(tmp_path):
    stack_file(tmp_path, '[[service]]\nname = "web"\nunit = "web"\n', HEALTH.format("worker"))
    assert opsconsole("completion", "--names", "services", cwd=tmp_path).out.split() == ["web"]


def test_without_a_shell_it_asks_for_one():
    outcome = opsconsole("completion")
    assert (outcome.code, outcome.out) == (3, "") and "name one of bash, zsh, fish" in outcome.err
