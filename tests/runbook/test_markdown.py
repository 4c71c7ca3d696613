"""Any Markdown is a runbook: what becomes a step, what is only shown, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from opsconsole.model.runbook import Risk, Runbook, Step
from opsconsole.runbook.markdown import parse


def book(text: str) -> Runbook:
    return parse(text, "book")


def only(text: str) -> Step:
    (step,) = book(text).steps
    return step


def kinds(text: str) -> list[tuple[str, str]]:
    return [(step.kind, step.text) for step in book(text).steps]


RECOVERY = """\
# The worker is stuck

## Meaning

Nobody takes jobs off the queue.

## Diagnosis

What runs there:

```bash {name=what-runs}
docker compose ps
```

## Recovery

Recreate it. A restart is not enough.

```bash {name=recreate undo=put-back timeout=60s check=worker.process,jobs.depth until=20s}
docker compose up -d worker
```

- [ ] Told the team

## Rollback

```bash {"name":"put-back","excludeFromRunAll":true}
git checkout v1
```
"""


def test_a_document_becomes_sections_and_steps_with_their_lines() -> None:
    runbook = book(RECOVERY)
    assert runbook.title == "The worker is stuck"
    assert [(s.title, s.level, s.line) for s in runbook.sections] == [
        ("The worker is stuck", 1, 1),
        ("Meaning", 2, 3),
        ("Diagnosis", 2, 7),
        ("Recovery", 2, 15),
        ("Rollback", 2, 25),
    ]
    assert [(s.index, s.name, s.kind, s.line, s.risk.word) for s in runbook.steps] == [
        (1, "what-runs", "command", 11, "read"),
        (2, "recreate", "command", 19, "change"),
        (3, "recovery", "tick", 23, "read"),
        (4, "put-back", "command", 27, "change"),
    ]
    assert not runbook.faults


def test_the_prose_is_kept_as_markdown_beside_its_step() -> None:
    runbook = book(RECOVERY)
    assert runbook.sections[1].prose == "Nobody takes jobs off the queue."
    assert [step.prose for step in runbook.steps] == [
        "What runs there:",
        "Recreate it. A restart is not enough.",
        "",
        "",
    ]


def test_attributes_are_read_in_both_spellings() -> None:
    _, recreate, _, put_back = book(RECOVERY).steps
    assert (recreate.options.undo, recreate.options.timeout, recreate.options.until) == ("put-back", 60.0, 20.0)
    assert recreate.options.check == ("worker.process", "jobs.depth")
    assert put_back.options.on_demand


@pytest.mark.parametrize("lang", ["bash", "sh", "shell", "zsh", "console", "shell-session", "terminal"])
def test_a_block_tagged_as_shell_is_a_command(lang: str) -> None:
    assert kinds(f"```{lang}\n$ frobnicate\n```") == [("command", "frobnicate")]


@pytest.mark.parametrize("lang", ["text", "json", "yaml", "ini", "nginx", "log", "sql", "promql", "python", "whatever"])
def test_a_block_tagged_otherwise_is_shown(lang: str) -> None:
    assert kinds(f"```{lang}\nuptime\n```") == [("shown", "uptime")]


def test_another_language_runs_where_an_interpreter_is_named() -> None:
    sql = only("```sql { interpreter=psql }\nDELETE FROM t\n```")
    assert (sql.kind, sql.risk) == ("command", Risk.DESTROY)
    python = only("---\ninterpreter: python3\n---\n```python\nprint(1)\n```")
    assert (python.kind, python.risk, python.options.interpreter) == ("command", Risk.UNKNOWN, "python3")


def test_an_interpreter_in_the_front_matter_runs_its_own_language_and_no_other() -> None:
    blocks = "".join(f"```{lang}\nx\n```\n\n" for lang in ("py", "sql", "yaml", "text", "ruby", "bash"))

    def runs(front: str) -> list[tuple[str, str | None]]:
        return [(step.lang, step.options.interpreter) for step in book(f"---\n{front}\n---\n{blocks}").todo]

    assert runs("interpreter: /usr/bin/python3.11") == [("py", "/usr/bin/python3.11"), ("bash", None)]
    several = runs("interpreter: { sql: psql -d shop, ruby: ruby }")
    assert several == [("sql", "psql -d shop"), ("ruby", "ruby"), ("bash", None)]


@pytest.mark.parametrize(
    "text",
    [
        "docker compose ps",
        "systemctl status nginx",
        "kubectl get pods -n <namespace>",
        "$ whatever",
        "cd /opt && git pull",
        "sudo journalctl -u app -n 50",
        "NAME=x docker logs $NAME",
        "export NAME=x",
        "export NAME='a b' OTHER",
        "curl -s localhost/health | jq .",
    ],
)
def test_an_untagged_block_that_is_plainly_a_command_is_one(text: str) -> None:
    assert only(f"```\n{text}\n```").kind == "command"
    assert only(f"Do this:\n\n    {text}\n").kind == "command"


@pytest.mark.parametrize(
    "text",
    [
        "app/\n├── main.py\n└── db.py",
        "CONTAINER ID   IMAGE   STATUS\nabc   web   Up",
        "host    all    all    127.0.0.1/32    md5",
        "time is money",
        "who knows what",
        "server {\n  listen 80;\n}",
        "ERROR: cannot connect",
        "docker: command not found",
        "level=error msg=failed",
        "PONG",
        "{ 'a': 1 }",
        "",
    ],
)
def test_an_untagged_block_that_is_something_else_is_shown(text: str) -> None:
    assert only(f"```\n{text}\n```").kind == "shown"


def test_fences_are_found_in_lists_quotes_alerts_and_admonitions() -> None:
    text = (
        "1. First:\n\n   ```bash\n   uptime\n   ```\n\n"
        "> [!WARNING]\n> ```bash\n> date\n> ```\n\n"
        "!!! note\n    ```bash\n    df -h\n    ```\n\n"
        "- a\n  - b\n\n    ```bash\n    free\n    ```\n"
    )
    steps = list(book(text).steps)
    assert [(step.text, step.line) for step in steps] == [("uptime", 3), ("date", 8), ("df -h", 13), ("free", 20)]


def test_tabs_are_alternatives_and_their_indented_fences_are_real() -> None:
    text = (
        'Stop it:\n\n=== "Plugin"\n\n    ```bash\n    docker compose stop web\n    ```\n\n'
        '=== "By hand"\n\n    Or so:\n\n    ```bash\n    systemctl stop web\n    ```\n\nThen:\n\n'
        '=== "A"\n\n    ```bash\n    date\n    ```\n'
    )
    plugin, hand, later = book(text).steps
    assert (plugin.text, plugin.tab, plugin.line) == ("docker compose stop web", "Plugin", 5)
    assert (hand.text, hand.tab, hand.line) == ("systemctl stop web", "By hand", 13)
    assert plugin.tab_group == hand.tab_group != 0
    assert later.tab_group not in (0, plugin.tab_group)


def test_a_session_gives_its_commands_and_keeps_the_output_as_an_example() -> None:
    step = only("```console\n$ docker ps\nCONTAINER  STATUS\nweb        Up\n$ echo $HOME/x\n/root/x\n```")
    assert step.text == "docker ps\necho $HOME/x"
    assert step.example == "CONTAINER  STATUS\nweb        Up\n/root/x"


def test_a_command_in_a_session_goes_on_behind_a_backslash_an_open_quote_or_a_here_document() -> None:
    text = "```bash\n$ kubectl get pods \\\n    -n x\nNAME\n$ cat <<EOF | sh\nls\nEOF\nout\n$ echo 'a\nb'\na\n```"
    assert only(text).text == "kubectl get pods \\\n    -n x\ncat <<EOF | sh\nls\nEOF\necho 'a\nb'"


def test_a_hash_is_a_prompt_only_in_a_console_without_dollars() -> None:
    assert only("```console\n# systemctl restart nginx\n```").text == "systemctl restart nginx"
    assert only("```console\n$ ls\n# rm -rf /\n```").risk is Risk.READ
    assert only("```bash\n# rm -rf /\nls\n```").risk is Risk.READ
    assert only("```bash\n# systemctl restart nginx\n```").kind == "shown"


def test_comments_that_announce_a_result_become_what_is_expected() -> None:
    text = (
        "```bash\nredis-cli ping\n# Expected: PONG\nredis-cli llen q\n# Ожидается: 0\ndate\n# should be UTC\n"
        "docker ps\n# Expect:\n#   web Up\n#   db Up\n```"
    )
    assert only(text).expected == ("PONG", "0", "should be UTC", "web Up", "db Up")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("# Expected output: PONG", "PONG"),
        ("# Expected Result - PONG", "PONG"),
        ("# Expected response: PONG", "PONG"),
        ("# Ожидаемый результат: PONG", "PONG"),
        ("# Ожидаемый вывод: PONG", "PONG"),
        ("# Ожидаемый ответ — PONG", "PONG"),
        ("# Should return: PONG", "PONG"),
        ("# should say PONG", "should say PONG"),
        ("# должно быть PONG", "должно быть PONG"),
    ],
)
def test_a_result_is_announced_in_several_ways_over_the_command_under_it_or_behind_it(line: str, said: str) -> None:
    for text in (f"{line}\nredis-cli ping", f"redis-cli ping\n{line}", f"redis-cli ping  {line}"):
        assert only(f"```bash\n{text}\n```").expected == (said,)
    assert only("```bash\necho a#should b; echo 'x'#expected\n```").expected == ()


def test_a_result_block_says_what_the_command_before_it_should_print() -> None:
    sentences = ("Expected output:", "**Expected result**", "Ожидаемый результат:", "**Expected:**", "Ожидается:")
    others = ("You should see output like this:", "The result should be:", "Вы увидите:", "### Expected output")
    for sentence in (*sentences, *others):
        command, shown = book(f"```bash\nredis-cli ping\n```\n\n{sentence}\n\n```text\nPONG\n```\n").steps
        if sentence.startswith("#"):
            continue  # a section of its own
        assert (command.expected, shown.kind) == (("PONG",), "shown")
    for sentence in ("An example:", "If you do not get the expected output, look here:", "Output:"):
        command, _ = book(f"```bash\nls\n```\n\n{sentence}\n\n```text\na\n```\n").steps
        assert command.expected == ()


def test_a_result_block_under_a_heading_of_its_own_belongs_to_the_command_before_it() -> None:
    command, _ = book("# A\n\n```bash\nredis-cli ping\n```\n\n## Expected output\n\n```text\nPONG\n```\n").steps
    assert command.expected == ("PONG",)


def test_boxes_are_ticks_and_nested_ones_belong_to_their_parent() -> None:
    text = "- [ ] Tell the team\n- [x] Done before\n- plain\n- [ ] Release\n  - [ ] tag\n  - [ ] notes\n"
    assert kinds(text) == [("tick", "Tell the team"), ("tick", "Release\n- tag\n- notes")]


def test_a_command_inside_a_box_comes_before_its_tick() -> None:
    text = "- [ ] Restart it:\n\n  ```bash\n  docker restart web\n  ```\n"
    assert kinds(text) == [("command", "docker restart web"), ("tick", "Restart it:")]


DECISION = """\
## Is the image there?

- [Yes, go on](#start-it)
- [No, load it](#load-the-image) first

## Start it

## Load the image
"""


def test_a_question_whose_answers_are_links_is_a_decision() -> None:
    runbook = book(DECISION)
    (step,) = runbook.steps
    assert step.kind == "decision"
    assert step.choices == (("Yes, go on", "#start-it"), ("No, load it first", "#load-the-image"))
    assert [section.anchor for section in runbook.sections] == ["is-the-image-there", "start-it", "load-the-image"]
    assert not runbook.faults


def test_a_decision_may_be_marked_and_a_list_of_links_alone_is_none() -> None:
    assert only(DECISION.replace("there?", "there {decision}")).kind == "decision"
    assert list(book(DECISION.replace("there?", "there")).steps) == []


def test_a_decision_that_leads_nowhere_is_a_fault() -> None:
    (fault,) = book(DECISION.replace("#start-it", "#stop-it")).faults
    assert (fault.line, fault.rule, fault.message) == (
        3,
        "broken-link",
        "no section is called #stop-it; did you mean start-it?",
    )


def test_russian_headings_have_links_too() -> None:
    text = "## Что дальше?\n\n- [Откат](#откат-базы)\n\n## Откат базы\n"
    assert only(text).choices == (("Откат", "#откат-базы"),)
    assert not book(text).faults


def test_an_author_may_raise_the_risk_and_vouch_for_the_unknown_but_not_belittle_a_change() -> None:
    assert only("```bash {risk=destroy}\nls\n```").risk is Risk.DESTROY
    vouched = only("```bash {risk=read}\n./look.sh\n```")
    assert (vouched.risk, vouched.commands[0].why) == (Risk.READ, "its author says so")
    runbook = book("```bash {risk=read}\nrm x\n```")
    assert next(runbook.steps).risk is Risk.DESTROY
    assert [fault.rule for fault in runbook.faults] == ["risk-lowered"]


def test_json_attributes_may_be_numbers_lists_and_nothing() -> None:
    said = '{"name": null, "timeout": 60, "exit": [0, 3], "check": ["a.b", "c.d"], "interactive": true}'
    step = only(f"```bash {said}\nls\n```")
    assert (step.name, step.options.timeout, step.options.exit) == ("step", 60.0, (0, 3))
    assert (step.options.check, step.options.interactive) == (("a.b", "c.d"), True)


def test_a_misspelt_attribute_is_a_fault_with_its_line_and_a_hint() -> None:
    runbook = book("# A\n\n```bash {timeot=5s}\nls\n```")
    (fault,) = runbook.faults
    assert (fault.line, fault.rule) == (3, "unknown-key")
    assert fault.message == "the attribute timeot is not known here; did you mean timeout?"
    assert next(runbook.steps).options.unknown == ("timeot",)


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ("{timeout=soon}", "timeout: 'soon' is not a duration like 30s, 5m or 1h30m"),
        ("{confirm=perhaps}", "confirm: 'perhaps' is none of no, yes, type"),
        ('{"name": ', "the attributes are not JSON"),
        ("{risk=tiny}", "risk: 'tiny' is not read, change or destroy"),
    ],
)
def test_an_attribute_that_makes_no_sense_is_a_fault_and_the_step_is_still_there(info: str, message: str) -> None:
    runbook = book(f"```bash {info}\nls\n```")
    assert [fault.message for fault in runbook.faults] == [message]
    assert next(runbook.steps).kind == "command"


def test_two_steps_of_one_name_are_told_apart_and_the_second_is_a_fault() -> None:
    runbook = book("```bash {name=a}\nls\n```\n\n```bash {name=a}\ndate\n```")
    assert [step.name for step in runbook.steps] == ["a", "a-2"]
    assert [(fault.line, fault.rule) for fault in runbook.faults] == [(5, "same-name")]


def test_an_undo_that_nobody_wrote_is_a_fault() -> None:
    (fault,) = book("```bash {undo=back}\ndocker restart web\n```").faults
    assert fault.message == "no step is called back"


FRONT = """\
---
title: Wrong process
treats: [worker.process, jobs.depth]
stack: shop
rto: 5m
inputs:
  service: { ask: Which service?, choices: services, default: worker }
  tag: { ask: Which tag?, pattern: 'v\\d+', from: 'git tag | tail -1' }
  size: { choices: [1, 2] }
  password: { ask: New password, secret: true }
  note: { allow_empty: true }
cwd: /opt/shop
stay_green: 2m
escalate: lead
---

# Ignored as a title
"""


def test_the_front_matter_is_understood() -> None:
    runbook = book(FRONT)
    assert (runbook.title, runbook.treats, runbook.stack) == ("Wrong process", ("worker.process", "jobs.depth"), "shop")
    assert (runbook.rto, runbook.stay_green, runbook.cwd, runbook.escalate) == (300.0, 120.0, "/opt/shop", "lead")
    service, tag, size, password, note = runbook.inputs
    assert (service.choices_from, service.default) == ("services", "worker")
    assert (tag.pattern, tag.source) == ("v\\d+", "git tag | tail -1")
    assert size.choices == ("1", "2")
    assert password.secret and note.allow_empty
    assert (runbook.shell, runbook.ops_check) == ("bash", "around-changes")
    assert not runbook.faults


@pytest.mark.parametrize(
    ("front", "line", "rule", "words"),
    [
        ("titel: x", 2, "unknown-key", "the key titel is not known here; did you mean title?"),
        ("title: x\nrto: soon", 3, "front-matter", "rto: 'soon' is not a duration"),
        ("title: [", 3, "front-matter", "the front matter is not YAML"),
        ("- a\n- b", 2, "front-matter", "the front matter is not a table of keys"),
        ("inputs:\n  a: { asked: x }", 3, "unknown-key", "inputs.a.asked is not known here; did you mean ask?"),
        ("ops_check: off", 2, "ops-check-off", "must say why"),
        ("treats: { a: b }", 2, "front-matter", "treats must be a list of texts"),
    ],
)
def test_what_is_wrong_in_the_front_matter_is_said_with_its_line(front: str, line: int, rule: str, words: str) -> None:
    runbook = book(f"---\n{front}\n---\n\n```bash\nls\n```\n")
    (fault,) = runbook.faults
    assert (fault.line, fault.rule) == (line, rule)
    assert words in fault.message
    assert len(list(runbook.steps)) == 1


def test_lines_stay_right_with_other_line_ends_and_a_byte_order_mark() -> None:
    for text in ("# A\r\n\r\n```bash\r\nls\r\n```\r\n", "\ufeff# A\n\n```bash\nls\n```\n"):
        step = only(text)
        assert (step.text, step.line, step.risk) == ("ls", 3, Risk.READ)


def test_the_digest_is_that_of_the_text_as_it_is() -> None:
    assert book("# A\n").digest != book("# A\r\n").digest
    assert len(book("").digest) == 64


LINES = st.sampled_from(
    [
        *("# A", "## B?", "```", "```bash", "```console {name=x}", "~~~", "$ ls", "rm x", "- [ ] a", "  - [ ] b"),
        *("> ```sh", '=== "T"', "    ```bash", "    ls", "    ```", "!!! note", "- [x](#a)", "1. a", "   ```", "---"),
        *("title: x", "", " ", "| a | b |", "|---|---|", "<details>", "\tx", "> > q", "[!NOTE]", "Expected output:"),
        *("***", "<!--", "-->"),
    ]
)


@given(st.lists(LINES, max_size=25))
def test_whatever_is_written_every_fence_is_one_block_and_nothing_crashes(lines: list[str]) -> None:
    text = "\n".join(lines)
    steps = list(book(text).steps)
    assert [step.index for step in steps] == list(range(1, len(steps) + 1))
    assert len({step.name for step in steps}) == len(steps)
    if not text.startswith("---") and not any(line.startswith(("===", "!!!")) for line in lines):
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        fences = sorted(token.map[0] + 1 for token in tokens if token.type == "fence" and token.map)
        blocks = [step.line for step in steps if step.kind in ("command", "shown")]
        assert sorted(line for line in blocks if line in fences) == fences


@given(st.text(max_size=200))
def test_no_text_at_all_makes_it_fall(text: str) -> None:
    book(text)
    book(f"---\n{text}\n---\n```bash {text}\n{text}\n```")


@pytest.mark.parametrize(
    "part",
    [
        "\n",
        "# a\n",
        "<a ",
        "a='b' ",
        "[a ",
        "NAME ",
        "{{ a ",
        "- [ ] ",
        "> ",
        "$ ",
        "<<A\n",
        "`",
        "'",
        "([",
        "A=$(",
        '<a id="x">',
    ],
)
@pytest.mark.parametrize("fence", ["```bash\n{}\n```", "```\n{}\n```", "```console\n{}\n```", "{}"])
def test_a_text_that_repeats_itself_a_thousand_times_is_read_all_the_same(part: str, fence: str) -> None:
    assert list(book(fence.format(part * 1000)).steps) is not None
