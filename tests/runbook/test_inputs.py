"""What has to be filled in, and that no value can do more than be a value."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.runbook import Input, Placeholder
from opsconsole.model.trouble import Trouble
from opsconsole.runbook.inputs import Filled, fill, placeholders, wanted
from opsconsole.runbook.markdown import parse


def found(script: str, *declared: str) -> list[str]:
    return [placeholder.text for placeholder in placeholders(script, declared)]


def filled(script: str, *declared: str, **values: str) -> Filled:
    result = fill(script, placeholders(script, declared), values)
    assert isinstance(result, Filled), result
    return result


def refused(script: str, *declared: str, **values: str) -> str:
    result = fill(script, placeholders(script, declared), values)
    assert isinstance(result, Trouble), result
    return str(result)


@pytest.mark.parametrize(
    ("script", "texts"),
    [
        ("kubectl logs <pod-name> -n <namespace>", ["<pod-name>", "<namespace>"]),
        ("docker pull ghcr.io/<org>/<repo>/web:<tag>", ["<org>", "<repo>", "<tag>"]),
        ("docker login --username=<user name>", ["<user name>"]),
        ("X='<value of instance label from alert>'", ["<value of instance label from alert>"]),
        ("docker logs [app_name]", ["[app_name]"]),
        ("echo <a> <a>", ["<a>"]),
    ],
)
def test_words_in_brackets_have_to_be_filled_in(script: str, texts: list[str]) -> None:
    assert found(script) == texts


@pytest.mark.parametrize(
    "script",
    [
        "docker ps --format '{{.Names}}'",
        "docker ps --format '{{ .Names }}'",
        "cat <<EOF\nx\nEOF",
        "cat <<-EOF > f\nx\nEOF",
        "sort < list > sorted",
        "sort <list.txt >sorted.txt",
        "ls 2>&1",
        "grep [c]elery",
        "grep '[0-9]*' f",
        "grep '[[:space:]]' f",
        "[ -f x ]",
        "[[ $a < $b ]]",
        "echo ${list[index]}",
        "list[index]=1",
        "jq '.items[name].x'",
        "jq '.items[].status'",
        "echo 'Map<String, Integer>'",
        "echo '<title>x</title>'",
        "diff <(ls a) <(ls b)",
        "grep -P '(?<name>x)' f",
        "echo $HOME ${USER}",
        "awk '{ if ($1 < 3 && $2 > 4) print }' f",
        "ls [a-z]*",
    ],
)
def test_what_only_looks_like_it_is_left_alone(script: str) -> None:
    assert found(script) == []


def test_double_braces_and_variables_count_only_where_they_are_declared() -> None:
    script = "docker pull app:{{ prev_tag }} && echo $SERVICE ${region} \\$kept"
    assert found(script) == []
    assert found(script, "prev_tag", "service", "region", "kept") == ["{{ prev_tag }}", "$SERVICE", "${region}"]


def test_names_are_the_declared_ones_whatever_dashes_and_case_the_text_has() -> None:
    names = [p.name for p in placeholders("x <prev-tag> $PREV_TAG <Prev Tag>", ("prev_tag",))]
    assert names == ["prev_tag", "prev_tag", "prev_tag"]


def test_a_word_in_square_brackets_may_be_kept_as_it_is_written() -> None:
    (placeholder,) = placeholders("docker logs [app_name]", ())
    assert placeholder.optional
    assert filled("docker logs [app_name]").text == "docker logs [app_name]"
    assert filled("docker logs [app_name]", app_name="[app_name]").text == "docker logs [app_name]"
    assert filled("docker logs [app_name]", app_name="web").text == "docker logs web"


def test_nothing_runs_with_a_placeholder_that_is_not_filled() -> None:
    assert refused("rm -rf /data/<name>") == "<name>: is not filled in; give it a value"


def test_an_empty_value_is_refused_unless_the_input_allows_it() -> None:
    script = "rm -rf /data/$name/"
    asked = placeholders(script, ("name",))
    assert isinstance(fill(script, asked, {"name": ""}), Trouble)
    assert fill(script, asked, {"name": ""}, may_be_empty={"name"}) == Filled(script, {"name": ""})


def test_a_variable_goes_in_through_the_environment() -> None:
    result = filled('echo "$service"', "service", service="a b; rm -rf *")
    assert result == Filled('echo "$service"', {"service": "a b; rm -rf *"})


def test_a_bare_placeholder_is_quoted_for_the_shell() -> None:
    assert filled("echo <word>", word="a b; rm *").text == "echo 'a b; rm *'"


@pytest.mark.parametrize(
    "script",
    [
        'echo "<x>"',
        "echo '<x>'",
        "sh -c 'echo <x>'",
        "ssh box ls <x>",
        'ssh box "ls <x>"',
        "psql -c \"SELECT * FROM t WHERE a = '<x>'\"",
        "docker exec db psql -c <x>",
        "eval echo <x>",
        'echo "$(ls <x>)"',
        "bash <<EOF\nls <x>\nEOF",
        "watch ls <x>",
        "ls 'unclosed <x>",
    ],
)
@pytest.mark.parametrize("value", ["a b", "x;y", "$(rm x)", "`rm x`", "'", '"', "*", "a\\b", "x|y", "(", "~"])
def test_where_it_would_be_read_again_only_plain_characters_are_let_in(script: str, value: str) -> None:
    assert "only letters, digits" in refused(script, x=value)
    assert "v1.2.3:a/b@c_d-e+f" in filled(script, x="v1.2.3:a/b@c_d-e+f").text


def test_a_bare_variable_takes_no_value_that_the_shell_would_take_apart() -> None:
    for value in ("a b", "*", "x?", "[ab]", "~"):
        assert "taken apart" in refused("rm -rf $name", "name", name=value)
    assert filled("rm -rf $name", "name", name="web").env == {"name": "web"}


def test_a_value_is_never_taken_for_an_option() -> None:
    assert "option" in refused("rm <name>", name="-rf")
    assert "option" in refused('rm "$name"', "name", name="--no-preserve-root")
    assert filled("rm x<name>", name="-rf").text == "rm x-rf"


def test_a_line_break_or_an_escape_never_gets_in() -> None:
    for value in ("a\nrm x", "a\x1b[2J", "a\0b"):
        assert "one line of plain text" in refused("echo <x>", x=value)


def test_a_variable_that_only_another_machine_would_see_is_put_in_as_text() -> None:
    result = filled("ssh box 'systemctl status $service'", "service", service="web")
    assert result == Filled("ssh box 'systemctl status web'", {})


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_what_a_real_shell_makes_of_it_is_the_value_itself(value: str) -> None:
    for script, declared in (("printf %s <word>", ()), ('printf %s "$word"', ("word",)), ("printf %s x<word>", ())):
        result = fill(script, placeholders(script, declared), {"word": value})
        if isinstance(result, Trouble):
            assert value.startswith("-")
            continue
        said = subprocess.run(
            ["/bin/bash", "-c", result.text], env={"PATH": "", **result.env}, capture_output=True, check=True
        ).stdout.decode()
        assert said.removeprefix("x" if "x<" in script else "") == value


def test_a_step_asks_for_its_declared_inputs_and_for_others_by_their_name(tmp_path: Path) -> None:
    text = (
        "---\ninputs:\n  service: { ask: Which service?, choices: services, default: worker }\n"
        "  password: { ask: New password, secret: true }\n---\n# R\n"
        "```bash\ndocker logs $service --since <time> [name]\n```\n"
    )
    runbook = parse(text, "r", tmp_path / "r.md")
    (step,) = runbook.steps
    service, time, name = wanted(runbook, step)
    assert service == Input("service", "Which service?", default="worker", choices_from="services")
    assert (time.name, time.ask, time.default) == ("time", "time?", None)
    assert (name.name, name.default) == ("name", "[name]")


def test_a_placeholder_of_the_same_text_is_asked_for_once() -> None:
    assert placeholders("<a> <b> <a>", ()) == (Placeholder("<a>", "a"), Placeholder("<b>", "b"))
