"""What a command can do: never less than it really does."""

from __future__ import annotations

import pytest

from opsconsole.model.runbook import Risk
from opsconsole.runbook.risk import assess, overall
from tests.runbook.labels import Label, labels


def risk_of(script: str) -> Risk:
    return overall(assess(script))


def test_there_are_at_least_300_labelled_commands_of_every_kind_each_with_its_reason() -> None:
    assert len({label.command for label in labels()}) >= 300
    for risk in Risk:
        assert sum(label.risk is risk for label in labels()) >= 50
    assert all(label.reason.strip() for label in labels())


def test_no_command_is_labelled_twice_with_different_risks() -> None:
    seen: dict[str, Label] = {}
    for label in labels():
        assert seen.setdefault(label.command, label).risk is label.risk, label.command


def test_nothing_that_changes_or_destroys_is_ever_taken_for_a_look() -> None:
    """The safety property. What cannot be told counts as a change, so it must not be taken for a look either."""
    missed = [label.command for label in labels() if label.risk.changes and risk_of(label.command) is Risk.READ]
    assert not missed, "\n".join(missed)


def test_at_least_95_per_cent_of_the_labels_are_met_exactly() -> None:
    wrong = [f"{label.risk.word}: {label.command}" for label in labels() if risk_of(label.command) is not label.risk]
    assert len(wrong) <= 0.05 * len(labels()), "\n".join(wrong)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("docker compose up -d web", "recreates containers"),
        ("sudo systemctl restart nginx", "restarts a unit"),
        ("docker exec cache redis-cli LLEN jobs", "reads a length"),
        ("ls > list.txt", "writes into a file"),
        ("frobnicate", "frobnicate is not known here"),
        ("$CMD now", "the program is hidden"),
        ("ls 'unclosed", "it does not parse as shell"),
    ],
)
def test_the_reason_is_that_of_the_worst_part(script: str, why: str) -> None:
    (command,) = assess(script)
    assert command.why == why


def test_each_command_of_a_block_has_its_own_risk() -> None:
    commands = assess("docker ps\ndocker compose restart web\ndocker volume rm data")
    assert [(c.text, c.risk) for c in commands] == [
        ("docker ps", Risk.READ),
        ("docker compose restart web", Risk.CHANGE),
        ("docker volume rm data", Risk.DESTROY),
    ]


def test_what_belongs_together_is_one_command() -> None:
    script = (
        "docker ps \\\n  | grep web && \\\n  docker logs web\nfor i in 1 2; do\n  uptime\ndone\ncat <<EOF\na\nb\nEOF"
    )
    assert [c.text.split()[0] for c in assess(script)] == ["docker", "for", "cat"]
    assert assess(script)[2].text == "cat <<EOF\na\nb\nEOF"


def test_a_block_that_defines_functions_or_sets_options_is_offered_as_a_whole() -> None:
    assert len(assess("look() { docker ps; }\nlook\ndate")) == 1
    assert len(assess("set -eu\nuptime\ndate")) == 1
    assert len(assess("uptime\ndate")) == 2


def test_a_comment_over_a_command_is_its_caption() -> None:
    first, second, third = assess(
        "# How deep is it?\nuptime\n\n# unrelated, a blank line ends it\n\ndate\ndf -h # disk"
    )
    assert (first.caption, second.caption, third.caption) == ("How deep is it?", "", "disk")


@pytest.mark.parametrize(
    ("comment", "conditional"),
    [
        ("# If the worker is stuck:", True),
        ("# only when the disk is full", True),
        ("# Restart it if needed", True),
        ("# Если воркер завис", True),
        ("# При необходимости", True),
        ("# 2. If it still fails", True),
        ("# Restart the worker", False),
        ("# Verify", False),
    ],
)
def test_a_condition_in_the_comment_is_noticed(comment: str, conditional: bool) -> None:
    (command,) = assess(f"{comment}\ndocker restart web")
    assert command.conditional is conditional


def test_a_condition_holds_for_all_commands_below_it_up_to_the_next_comment_or_blank_line() -> None:
    script = "# If it is stuck:\ndocker restart a\ndocker restart b\n\ndocker restart c\n# Look\ndocker ps"
    assert [c.conditional for c in assess(script)] == [True, True, False, False]


def test_a_variable_that_was_set_plainly_in_the_block_is_known() -> None:
    assert [c.risk for c in assess("ACTION=restart\nsystemctl $ACTION nginx")] == [Risk.READ, Risk.CHANGE]
    assert [c.risk for c in assess("ACTION=status\nsystemctl $ACTION nginx")] == [Risk.READ, Risk.READ]


@pytest.mark.parametrize(
    "setting",
    [
        "ACTION=status\nACTION=stop\n",
        "ACTION=status\nread ACTION\n",
        "ACTION=status\nfor ACTION in stop; do :; done\n",
        "false && ACTION=status\n",
        "ACTION=status true\n",
        "ACTION=status\neval 'ACTION=stop'\n",
        "ACTION=status\nprintf -v ACTION stop\n",
        "ACTION=status\n: ${ACTION:=stop}\n",
        "ACTION=$(cat f)\n",
    ],
)
def test_a_variable_that_may_hold_something_else_is_not(setting: str) -> None:
    assert assess(f"{setting}systemctl $ACTION nginx")[-1].risk.changes


def test_a_placeholder_is_data_but_never_the_choice_of_what_is_done() -> None:
    assert risk_of("kubectl get pods -n <namespace>") is Risk.READ
    assert risk_of("kubectl <verb> pods") is Risk.UNKNOWN
    assert risk_of("docker logs {{ name }}") is Risk.READ


def test_comments_alone_are_no_command() -> None:
    assert assess("# nothing\n# to do") == ()
    assert assess("") == ()


def test_deep_nesting_ends_in_a_change_not_in_a_crash() -> None:
    script = "uptime"
    for _ in range(12):
        script = f"bash -c {script!r}"
    assert risk_of(script).changes


def test_commands_for_another_machine_are_told_apart() -> None:
    there, here = assess("# On your own machine:\nscp box:/x .\n\n# On the server\nuptime")
    assert (there.elsewhere, here.elsewhere) == (True, False)
    assert assess("# На своей машине\nscp box:/x .")[0].elsewhere


def test_lines_after_a_shell_was_opened_are_meant_for_inside() -> None:
    commands = assess("ssh box\njournalctl -u web\nexit\nuptime")
    assert [(c.opens, c.inside) for c in commands] == [(True, False), (False, True), (False, True), (False, False)]
    assert not any(c.inside for c in assess("ssh box uptime\ndate"))
    assert assess("crontab -e")[0].opens is False  # the table has it among what replaces the table
    assert assess("sudo vim /etc/hosts")[0].opens


@pytest.mark.parametrize(
    ("script", "takes"),
    [
        ("top", True),
        ("sudo htop -u web", True),
        ("nice -n 5 /usr/bin/top -c", True),
        ("top -bn1 | head -20", False),
        ("sudo iotop --batch", False),
        ("docker top web", False),
        ("man htop", False),
        ("slabtop -o", False),
    ],
)
def test_what_draws_on_the_whole_terminal_is_given_it(script: str, takes: bool) -> None:
    assert assess(script)[0].opens is takes


@pytest.mark.parametrize(
    ("script", "endless"),
    [
        ("vmstat 1", True),
        ("vmstat 1 5", False),
        ("vmstat", False),
        ("sudo iostat -x 2", True),
        ("pidstat -p 12", False),
        ("pidstat -p 12 1", True),
        ("dstat -cdnm", True),
        ("dstat 1 5", False),
        ("free -s 2", True),
        ("redis-cli -p 6380 MONITOR", True),
        ("redis-cli info stats", False),
        ("docker compose logs -f web", True),
        ("docker-compose logs -f web", True),
        ("docker logs --tail 5 web", False),
        ("sudo journalctl -u web -f", True),
        ("journalctl -fu web", True),
        ("journalctl -u web", False),
        ("tail -n 5 -F app.log | grep error", True),
        ("tail -n 5 app.log", False),
        ("watch docker ps", True),
        ("top", True),
        ("top -b -n 1", False),
        ("docker stats", True),
        ("docker stats --no-stream", False),
        ("ping box", True),
        ("ping -c 3 box", False),
        ("kubectl logs -f web", True),
        ("kubectl get pods", False),
        ("ssh box 'tail -f x'", True),
        ("docker exec web tail -f x", True),
        ("grep -f patterns x", False),
    ],
)
def test_what_has_no_end_of_its_own_is_known(script: str, endless: bool) -> None:
    (command,) = assess(script)
    assert command.endless is endless


@pytest.mark.parametrize(
    "script", ["{ { {", "((((", "`", "$(", "(((((ls", ")", "&&", "<", "| rm x", "{" * 3000, "$(" * 3000]
)
def test_what_is_no_shell_at_all_is_a_change(script: str) -> None:
    assert risk_of(script).changes


def test_signs_of_all_the_world_do_no_harm() -> None:
    """On some of them the grammar's own scanner would bring the process down."""
    assert risk_of("{\U00031860").changes
    assert risk_of("echo {\U0001f600}") is Risk.READ
    assert assess("# Если завис: 🔥\ndocker restart web")[0].caption == "Если завис: 🔥"
    assert risk_of("ls\u2003&& rm x") is Risk.DESTROY


def test_a_reason_is_never_long() -> None:
    (command,) = assess("x" * 5000)
    assert len(command.why) <= 80


def test_a_fault_of_the_syntax_counts_for_every_command_of_the_block() -> None:
    commands = assess("! { ls() { sh -c 'rm x'\n}; ls\n}")
    assert commands and all(command.risk.changes for command in commands)
