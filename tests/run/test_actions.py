"""What an action on services comes to: which commands, for which of them, and why not for the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.model.action import ActionName, Compose, Offer, Subject, Tools
from opsconsole.model.check import Check
from opsconsole.model.readings import ContainerReading, Process, ProcessReading, UnitReading
from opsconsole.model.runbook import Risk
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef, UnitRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import EngineRef, Service, Stack
from opsconsole.run.actions.book import runbook_for, text_for
from opsconsole.run.actions.menu import offer, offers
from opsconsole.run.actions.subjects import checks_of, subject
from opsconsole.run.parting import on_demand
from opsconsole.runbook.risk import assess, overall

TOOLS = Tools("deploy", False, ("docker",), ("docker", "compose"))
ROOT = replace(TOOLS, user="root", root=True)
MADE = Compose("shop", "web", "/opt/shop", ("/opt/shop/compose.yml",))

WEB = Subject("web", "container", "shop-web-1", "running", True, ("web.state",), compose=MADE)
WORKER = replace(
    WEB, name="worker", thing="shop-worker-1", compose=replace(MADE, service="worker"), checks=("w.state",)
)
BARE = Subject("cache", "container", "cache", "running", True, ("cache.state",))
API = Subject("api", "unit", "api.service", "active/running", True, ("api.state",), user="api", folder="/srv/api")
BOT = Subject("bot", "processes", "python", "1 process", True, ("bot.process",), pids=(41,), argv="bot.py", user="me")


def down(one: Subject, state: str = "exited (137)", **more: object) -> Subject:
    return replace(one, runs=False, state=state, **more)  # type: ignore[arg-type]


COMMANDS: list[tuple[ActionName, list[Subject], Tools, list[str]]] = [
    ("restart", [WEB, WORKER], TOOLS, ["docker compose -p shop -f compose.yml restart web worker"]),
    ("stop", [WEB], TOOLS, ["docker compose -p shop -f compose.yml stop web"]),
    ("start", [down(WEB)], TOOLS, ["docker compose -p shop -f compose.yml start web"]),
    ("recreate", [WEB], TOOLS, ["docker compose -p shop -f compose.yml up -d --force-recreate --no-deps web"]),
    (
        "recreate",
        [replace(WEB, compose=replace(MADE, files=("/etc/shop/a.yml",), env_files=("/opt/shop/prod.env",)))],
        replace(TOOLS, compose=("docker-compose",)),
        ["docker-compose -p shop -f /etc/shop/a.yml --env-file prod.env --project-directory /opt/shop"
         " up -d --force-recreate --no-deps web"],
    ),
    ("restart", [replace(WEB, one_of_many=True)], TOOLS, ["docker restart shop-web-1"]),
    ("restart", [replace(WEB, compose=replace(MADE, absent="gone"))], TOOLS, ["docker restart shop-web-1"]),
    ("restart", [WEB], replace(TOOLS, compose=()), ["docker restart shop-web-1"]),
    ("stop", [BARE], replace(TOOLS, docker=("docker", "--host", "ssh://b")), ["docker --host ssh://b stop cache"]),
    ("start", [down(BARE)], TOOLS, ["docker start cache"]),
    ("shell", [WEB], TOOLS, ["docker exec -it shop-web-1 sh -c 'command -v bash >/dev/null && exec bash || exec sh'"]),
    ("restart", [API], TOOLS, ["sudo systemctl restart api.service"]),
    ("stop", [API, replace(API, name="b", thing="b.service")], ROOT, ["systemctl stop api.service b.service"]),
    ("start", [down(API, "failed/failed")], ROOT, ["systemctl start api.service"]),
    ("shell", [API], TOOLS, ["sudo -u api -- bash"]),
    ("shell", [API], ROOT, ["runuser -u api -- bash"]),
    ("shell", [replace(API, user="deploy")], TOOLS, ["bash"]),
    (
        "stop",
        [BOT],
        TOOLS,
        ["ps -ww -o args= -p 41 | grep -F -- 'bot.py' && sudo kill -TERM 41"],
    ),
    (
        "restart",
        [API, WEB, BARE, WORKER],
        ROOT,
        ["systemctl restart api.service", "docker compose -p shop -f compose.yml restart web worker",
         "docker restart cache"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("action", "subjects", "tools", "commands"), COMMANDS)
def test_the_commands_of_an_action(
    action: ActionName, subjects: list[Subject], tools: Tools, commands: list[str]
) -> None:
    found = offer(action, subjects, tools)
    assert [job.text for job in found.jobs] == commands
    assert found.left_out == ()


@pytest.mark.parametrize(("action", "subjects", "tools", "commands"), COMMANDS)
def test_every_action_counts_as_a_change_by_the_table_of_risks_and_its_looks_only_look(
    action: ActionName, subjects: list[Subject], tools: Tools, commands: list[str]
) -> None:
    found = offer(action, subjects, tools)
    book = runbook_for(found)
    assert book.faults == ()
    risks = {step.name.partition("-")[0]: step.risk for step in book.steps}
    assert risks.pop("look") is Risk.READ
    assert risks.pop("stopped", Risk.READ) is Risk.READ
    assert set(risks.values()) == {Risk.UNKNOWN if action == "shell" else Risk.CHANGE}
    assert not [one for step in book.steps for one in step.placeholders]
    for job in found.jobs:
        assert overall(assess(job.look.text)) is Risk.READ


WHY_NOT: list[tuple[ActionName, Subject, Tools, str]] = [
    ("start", WEB, TOOLS, "it runs already"),
    ("start", replace(BARE, paused=True), TOOLS, "it is paused: docker unpause cache"),
    ("start", down(API, "inactive/dead", masked=True), TOOLS, "its unit is masked: systemctl unmask api.service comes"),
    ("start", down(BOT, "gone"), TOOLS, "nothing here says how it is started"),
    ("restart", BOT, TOOLS, "nothing here says how it is started"),
    ("restart", down(WEB), TOOLS, "it does not run (exited (137)): start it"),
    ("stop", down(WEB), TOOLS, "it does not run (exited (137))"),
    ("recreate", API, TOOLS, "only a container is recreated"),
    ("recreate", BARE, TOOLS, "compose did not make it"),
    ("recreate", replace(WEB, compose=replace(MADE, absent="/x is not on this box")), TOOLS, "/x is not on this box"),
    ("recreate", replace(WEB, one_of_many=True), TOOLS, "compose would recreate all containers of web"),
    ("recreate", WEB, replace(TOOLS, compose=()), "docker compose is not installed here"),
    ("shell", down(WEB), TOOLS, "it does not run"),
    ("shell", replace(API, user=""), TOOLS, "its user is not known"),
    ("stop", WEB, replace(TOOLS, docker=()), "the command docker is not installed here"),
    ("stop", replace(WEB, hindered="no permission"), TOOLS, "no permission"),
]


@pytest.mark.parametrize(("action", "one", "tools", "why"), WHY_NOT)
def test_what_is_not_possible_says_why(action: ActionName, one: Subject, tools: Tools, why: str) -> None:
    found = offer(action, [one], tools)
    assert not found.possible
    assert found.left_out[0][1].startswith(why)


def test_what_is_possible_for_some_is_done_to_them_and_names_the_others() -> None:
    found = offer("restart", [WEB, down(API, "inactive/dead", masked=True), BARE], TOOLS)
    assert found.names == ("web", "cache")
    assert [name for name, _ in found.left_out] == ["api"]
    assert "- not api: its unit is masked" in text_for(found)


def test_a_shell_is_for_one_service_only() -> None:
    assert not offer("shell", [WEB, API], TOOLS).possible


def test_stopping_many_wants_a_name_typed_and_stopping_one_does_not() -> None:
    def confirm(found: Offer) -> str:
        return next(step.confirm for step in runbook_for(found).steps if step.name == "stop")

    assert confirm(offer("stop", [WEB, WORKER], TOOLS)) == "type"
    assert confirm(offer("stop", [WEB], TOOLS)) == "yes"


def test_read_only_offers_the_commands_and_refuses_them_all() -> None:
    for found in offers([WEB], TOOLS, read_only=True):
        if found.possible:
            assert found.jobs[0].text
            assert found.refused.startswith("read-only")


def test_a_change_is_proven_by_the_checks_and_a_stop_by_a_look() -> None:
    steps = {step.name: step for step in runbook_for(offer("restart", [WEB, WORKER], TOOLS)).steps}
    assert list(steps) == ["look", "restart"]
    assert steps["restart"].options.check == ("web.state", "w.state")
    assert steps["restart"].options.until == 90
    book = runbook_for(offer("stop", [WEB], TOOLS))
    steps = {step.name: step for step in book.steps}
    assert list(steps) == ["look", "stop", "stopped", "take-back"]
    assert steps["stop"].options.undo == "take-back"
    assert on_demand(book, steps["take-back"])
    assert steps["take-back"].text == "docker compose -p shop -f compose.yml start web"
    assert steps["stop"].options.check == ()
    assert steps["stop"].options.cwd == "/opt/shop"


def test_names_from_outside_mean_nothing_to_markdown_or_to_the_run() -> None:
    odd = replace(BOT, name='a`_*[x](y) "q" <b>', argv="x <tag> [y] ``` $HOME", checks=('odd "&amp;` check',))
    book = runbook_for(offer("stop", [odd], TOOLS))
    assert book.faults == ()
    assert book.title == 'Stop a`_*[x](y) "q" <b>'
    assert [step.kind for step in book.steps] == ["command"] * 3
    assert not [one for step in book.steps for one in step.placeholders]
    odd = replace(WEB, checks=('odd "&amp;` check',))
    restart = list(runbook_for(offer("restart", [odd], TOOLS)).steps)[1]
    assert restart.options.check == ('odd "&amp;` check',)


# --- from what was seen to a subject ------------------------------------------------------------------------------


def seen(ref: ServiceRef, kind: str, value: object = None, problem: Problem | None = None, **stack: object) -> Subject:
    service = Service("web", ref)
    target = Target(kind, "web", ref)
    checks = (
        Check("web.state", kind, target, None),
        Check("web.health", "health", Target("health", "web"), None),
        Check("web.restarts", "restarts", target, None),
        Check("db.state", kind, Target(kind, "db"), None),
    )
    made = Stack("shop", Path("/opt/shop"), services=(service,), watched=(target,), checks=checks, **stack)  # type: ignore[arg-type]
    snapshot = Snapshot(made, 0.0, latest={target: Sample(target, 0.0, value, problem)})
    assert checks_of(service, snapshot) == ("web.state", "web.health")
    return subject(service, snapshot, lambda path: path.startswith("/opt/shop"))


def labels(**more: str) -> dict[str, str]:
    known = {"project": "shop", "service": "web", "project.working_dir": "/opt/shop"}
    known |= {"project.config_files": "/opt/shop/compose.yml,extra.yml"}
    return {f"com.docker.compose.{name}": value for name, value in {**known, **more}.items()}


def test_labels_say_how_compose_made_a_container() -> None:
    reading = ContainerReading("1", "shop-web-1", "exited", "web", exit_code=137, labels=labels())
    found = seen(ContainerRef("shop/web"), "container", reading)
    assert found.compose == Compose("shop", "web", "/opt/shop", ("/opt/shop/compose.yml", "/opt/shop/extra.yml"))
    assert (found.runs, found.state) == (False, "exited (137)")


def test_a_container_whose_files_are_elsewhere_or_that_is_of_another_project() -> None:
    reading = ContainerReading(
        "1", "shop-web-1", "running", "web", labels=labels(**{"project.config_files": "/ci/c.yml"})
    )
    found = seen(ContainerRef("shop/web"), "container", reading)
    assert found.compose is not None
    assert found.compose.absent == "/ci/c.yml is not on this box"
    found = seen(ContainerRef("shop/web"), "container", reading, engine=EngineRef(project="other"))
    assert found.hindered == "it belongs to the project shop; this stack is other"


def test_what_is_not_known_hinders_everything() -> None:
    denied = Problem(ProblemKind.DENIED, "no permission to use /var/run/docker.sock")
    found = seen(ContainerRef("web"), "container", problem=denied)
    assert all(not one.possible for one in offers([found], TOOLS))
    assert found.hindered == "no permission to use /var/run/docker.sock"


def test_units_that_are_masked_or_not_there() -> None:
    masked = UnitReading("web.service", "masked", "inactive", "dead")
    assert seen(UnitRef("web.service"), "unit", masked).masked
    missing = replace(masked, load_state="not-found")
    assert seen(UnitRef("web.service"), "unit", missing).hindered == "there is no unit web.service"


def test_of_plain_processes_those_are_told_to_end_that_started_the_others() -> None:
    def process(pid: int, ppid: int, supporting: bool = False) -> Process:
        return Process(pid, ppid, ("x",), "x", 0.0, "me", supporting)

    tree = (process(2, 1, supporting=True), process(3, 2), process(4, 3), process(9, 1))
    found = seen(ProcessesRef("x"), "process", ProcessReading(tree[1], tree))
    assert found.pids == (3, 9)
    gone = seen(ProcessesRef("x"), "process", problem=Problem(ProblemKind.GONE, "no process of that kind"))
    assert (gone.runs, gone.hindered, gone.state) == (False, "", "gone")
