"""Habits of documents that other teams wrote for the web: prompts, outputs under commands, tags that are not so."""

from __future__ import annotations

import pytest

from opsconsole.model.runbook import Risk, Step
from opsconsole.runbook.markdown import parse


def only(text: str) -> Step:
    (step,) = parse(text, "book").steps
    return step


def block(lang: str, *lines: str) -> Step:
    return only("\n".join((f"```{lang}", *lines, "```")))


@pytest.mark.parametrize(
    "prompt",
    [
        "$ ",
        "$> ",
        "me@web-01:~$ ",
        "root@db:/var/log# ",
        "[root@box ~]# ",
        "[me@box app]$ ",
        "console-01.example.org:~$ ",
        "sh-5.1# ",
        "bash-4.2$ ",
        "web-01 $ ",
        "laptop     $ ",
    ],
)
@pytest.mark.parametrize("lang", ["bash", "console", ""])
def test_a_prompt_that_says_where_it_is_is_no_part_of_the_command(prompt: str, lang: str) -> None:
    step = block(lang, f"{prompt}frobnicate --now", "done 3 of 3", f"{prompt}docker ps", "nothing")
    assert (step.kind, step.text) == ("command", "frobnicate --now\ndocker ps")
    assert step.example == "done 3 of 3\nnothing"


@pytest.mark.parametrize(
    "line",
    [
        "shop=# DROP TABLE orders;",
        "shop=> select 1;",
        "mysql> show tables;",
        "127.0.0.1:6379> FLUSHALL",
        "redis:6379> KEYS *",
        "MariaDB [(none)]> show databases;",
        "> CONFIG SET maxmemory 100",
        "template1# select 1;",
        ">>> import os",
        "irb(main):001:0> exit",
    ],
)
@pytest.mark.parametrize("lang", ["bash", "console", ""])
def test_a_talk_with_a_database_is_no_shell(line: str, lang: str) -> None:
    assert block(lang, line, "(1 row)").kind == "shown"


@pytest.mark.parametrize("lang", ["bash", "console", ""])
def test_a_table_under_a_command_is_what_it_prints(lang: str) -> None:
    step = block(lang, "kubectl get pods", "NAME    READY   STATUS", "web-1   1/1     Running", "", "# then", "date")
    assert step.text == "kubectl get pods\n# then\ndate"
    assert step.example == "NAME    READY   STATUS\nweb-1   1/1     Running"
    assert block(lang, "curl -s localhost/health", '{"status": "UP"}').text == "curl -s localhost/health"


@pytest.mark.parametrize("lang", ["console", ""])
def test_without_a_prompt_what_does_not_begin_as_a_command_is_output(lang: str) -> None:
    step = block(lang, "ceph status", "", "cluster:", "  id: 4711", "  health: HEALTH_OK")
    assert (step.text, step.example) == ("ceph status", "cluster:\n  id: 4711\n  health: HEALTH_OK")


def test_in_a_block_of_shell_unknown_programs_stay_commands() -> None:
    step = block("bash", "kubectl get pods", "deploy-it now", "other_tool --all")
    assert [command.text for command in step.commands] == ["kubectl get pods", "deploy-it now", "other_tool --all"]


@pytest.mark.parametrize(
    "lines",
    [
        ["I0428 02:23:13.498282   11418 daemon.go:1250] Enabling the monitor"],
        ["histogram_quantile(0.99, sum by (le) (rate(seconds_bucket[5m])))"],
        ["apiVersion: v1", "kind: Pod"],
        ["interval = 30 * time.Second"],
        ["- alertname = Something"],
        ["error: transaction in progress"],
    ],
)
def test_a_console_that_shows_a_log_a_query_or_a_file_is_shown(lines: list[str]) -> None:
    assert block("console", *lines).kind == "shown"


def test_an_angle_before_a_program_and_its_words_is_a_prompt_and_else_a_redirect() -> None:
    for lang in ("bash", "console", ""):
        step = block(lang, "> kops get clusters", "NAME  CLOUD", "a     gce", "> kubectl get nodes")
        assert (step.text, step.risk >= Risk.UNKNOWN) == ("kops get clusters\nkubectl get nodes", True)
    assert block("bash", "> /var/log/app.log").risk is Risk.CHANGE
    assert block("bash", "> out.log echo hi").text == "> out.log echo hi"


def test_a_file_in_yaml_is_no_shell_whatever_its_tag_says() -> None:
    assert block("bash", "# the class", "apiVersion: v1", "kind: Pod").kind == "shown"
    assert block("sh", "feat: add a feature").kind == "shown"
    assert block("bash", ": > x", "ls").kind == "command"


def test_a_comment_over_a_command_in_a_console_is_no_prompt_of_root() -> None:
    step = block("console", "# kill the old ones", "kubectl get pods")
    assert [(c.text, c.risk, c.caption) for c in step.commands] == [
        ("kubectl get pods", Risk.READ, "kill the old ones")
    ]
    assert block("console", "# systemctl restart web", "Restarting …").text == "systemctl restart web"


@pytest.mark.parametrize(
    "line",
    ["brew install gettext", "knife role show web", "./bin/edit-vault web", "RAILS_ENV=x bundle exec rake", "rados df"],
)
def test_an_untagged_command_need_not_be_in_the_table_of_risks(line: str) -> None:
    step = block("", line)
    assert step.kind == "command"
    assert step.risk >= Risk.UNKNOWN


@pytest.mark.parametrize(
    "lines",
    [
        ["argocd namespace", "  ├── server", "  └── web"],
        ["git commit", " ↓", "the hook runs"],
        ["env/ # variables of each service", " web.env # the web"],
        ['gem "redis", "~> 5"'],
        ["/oidc/token"],
        ["UUID=98a22450   /mnt/data   ext4   defaults 0 0"],
        ["/docs/** @docs-team"],
        ["make sure that it runs."],
    ],
)
def test_an_untagged_tree_table_or_file_is_shown(lines: list[str]) -> None:
    assert block("", *lines).kind == "shown"


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        ("{ .bash .annotate }", "command"),
        ("{.console}", "command"),
        ('bash title="on the box" linenums="1"', "command"),
        ("{ .bash .no-copy }", "shown"),
        ("{ .no-copy .bash }", "shown"),
        ("sh {ignore=true}", "shown"),
        (" bash", "command"),
        ("Bash", "command"),
    ],
)
def test_tags_as_mkdocs_and_runme_write_them(info: str, kind: str) -> None:
    step = block(info, "docker ps")
    assert step.kind == kind
    assert not parse(f"```{info}\ndocker ps\n```", "book").faults


def test_an_indented_block_may_name_its_language_in_its_first_line() -> None:
    step = only('=== "pip"\n\n        :::bash\n        frobnicate\n')
    assert (step.kind, step.text, step.lang, step.tab) == ("command", "frobnicate", "bash", "pip")
    assert only("    :::yaml\n    date: x\n").kind == "shown"


def test_a_name_that_an_author_gave_is_not_taken_by_a_heading_before_it() -> None:
    text = "# Setup\n\n```bash\nls\n```\n\n## Then\n\n```bash {name=setup undo=setup}\ndate\n```\n"
    runbook = parse(text, "book")
    assert [step.name for step in runbook.steps] == ["setup-2", "setup"]
    assert not runbook.faults


def test_what_programs_print_in_brackets_is_not_to_be_filled_in() -> None:
    for script in ("docker images | grep '<none>'", "kubectl get hpa | grep '<unknown>'"):
        assert block("bash", script).placeholders == ()
    unit = block("bash", "cat > web.service <<'EOF'", "[Unit]", "After=<name>", "EOF", "docker logs [app]")
    assert [placeholder.text for placeholder in unit.placeholders] == ["<name>", "[app]"]
    assert [p.name for p in block("bash", "x <id of it (not its name)>").placeholders] == ["id of it (not its name)"]


def test_keys_of_runme_mean_what_they_mean_there() -> None:
    keys = '{"id":"01HF","tag":"a,b","promptEnv":"never","interactive":"false","closeTerminalOnSuccess":"no"}'
    step = block(f"sh {keys}", "ls")
    assert (step.options.tags, step.options.prompt_env, step.interactive) == (("a", "b"), False, False)
    front = "---\ninputs: { region: Which region? }\n---\n"
    asked = {}
    for said in ("yes", "no", "auto", "false"):
        step = only(f"{front}```sh {{promptEnv={said}}}\naws ec2 describe-hosts --region $REGION <id>\n```\n")
        asked[said] = [placeholder.text for placeholder in step.placeholders]
    assert asked == {"yes": ["$REGION", "<id>"], "no": ["<id>"], "auto": ["$REGION", "<id>"], "false": ["<id>"]}
