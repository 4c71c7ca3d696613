"""`opsconsole runbook`: the real command on real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BOOK = """\
---
title: Wrong process
treats: [worker.process]
---

## Diagnosis

```bash
docker compose ps
# Expected: worker
```

## Recovery

```bash
docker compose up -d <service>
```

- [ ] Told the team
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wrong-process.md").write_text(BOOK)
    (tmp_path / "stack.toml").write_text('name = "shop"\n')
    return tmp_path


def opsconsole(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "opsconsole", "runbook", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30)


def test_list_names_each_with_its_title_and_what_it_treats(folder: Path) -> None:
    done = opsconsole(folder, "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "wrong-process  Wrong process  treats worker.process\n"


def test_show_json_prints_what_was_understood(folder: Path) -> None:
    done = opsconsole(folder, "show", "wrong-process.md", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert shown["title"] == "Wrong process"
    assert [section["title"] for section in shown["sections"]] == ["Diagnosis", "Recovery"]
    look, recreate, told = shown["steps"]
    assert look == {
        "index": 1,
        "name": "diagnosis",
        "section": "Diagnosis",
        "kind": "command",
        "lang": "bash",
        "text": "docker compose ps\n# Expected: worker",
        "risk": "read",
        "commands": [
            {
                "text": "docker compose ps",
                "risk": "read",
                "why": "lists containers",
                "caption": "",
                "conditional": False,
            }
        ],
        "placeholders": [],
        "expected": ["worker"],
        "line": 8,
    }
    assert (recreate["risk"], recreate["placeholders"][0]["name"]) == ("change", "service")
    assert (told["kind"], told["text"], told["line"]) == ("tick", "Told the team", 19)


def test_show_json_says_what_the_author_said_and_where_links_lead(folder: Path) -> None:
    (folder / "other.md").write_text(
        "# A\n\nSee [b](#b).\n\n## B?\n\n- [Yes](#a)\n\n"
        "```console {name=look timeout=5s check=a.b}\n$ uptime\nup 3 days\n```\n\n"
        '=== "T"\n\n    ```bash\n    ls\n    ```\n'
    )
    shown = json.loads(opsconsole(folder, "show", "other", "--json").stdout)
    assert [section["links"] for section in shown["sections"]] == [
        [{"text": "b", "target": "#b", "line": 3}],
        [{"text": "Yes", "target": "#a", "line": 7}],
    ]
    decision, look, tab = shown["steps"]
    assert (decision["kind"], decision["choices"]) == ("decision", [{"text": "Yes", "target": "#a"}])
    assert (look["text"], look["example"]) == ("uptime", "up 3 days")
    assert look["options"] == {"timeout": 5.0, "check": ["a.b"]}
    assert (tab["tab"], tab["line"], "options" in tab) == ("T", 16, False)


def test_show_says_the_same_to_people(folder: Path) -> None:
    done = opsconsole(folder, "show", "wrong-process")
    assert "$ docker compose up -d <service>\n           change: recreates containers" in done.stdout
    assert "asks for <service>" in done.stdout


def test_lint_leaves_with_1_only_where_there_is_a_problem(folder: Path) -> None:
    done = opsconsole(folder, "lint", "wrong-process")
    assert done.returncode == 1  # the stack has no such check
    assert "wrong-process.md:1: problem: treats: the stack has no check worker.process (unknown-check)" in done.stdout
    (folder / "wrong-process.md").write_text("---\nweight: 3\n---\n# A\n")
    done = opsconsole(folder, "lint", "wrong-process", "--format", "json")
    assert done.returncode == 0
    assert [(r["line"], r["rule"], r["severity"]) for r in json.loads(done.stdout)] == [(2, "unknown-key", "warning")]


def test_a_runbook_that_is_not_there_is_one_clear_line(folder: Path) -> None:
    done = opsconsole(folder, "show", "wrong-proces")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no runbook is called wrong-proces; did you mean wrong-process?" in done.stderr
    assert "Traceback" not in done.stderr
