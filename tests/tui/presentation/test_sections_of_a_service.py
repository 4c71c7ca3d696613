"""What the sections of a close look say: of trees, of lives and deaths, of environments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from opsconsole.model.detail import About, Happening, HealthLook, Port, Story, Variable
from opsconsole.model.readings import ContainerReading, Process, ProcessReading, UnitReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation import about, environment, kin, lives, sections, story, treatment
from opsconsole.tui.presentation.environment import Wanted
from opsconsole.tui.presentation.spans import text, width
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row
from tests.support.snapshots import NOW, M, Maker

REF = ContainerRef("shop-web")


def told(rows: Sequence[Row]) -> list[str]:
    return [text(line).rstrip() for row in rows for line in row.lines]


def tree(*processes: tuple[int, int, str, str, bool], **expect: Any) -> Subject:
    made = tuple(
        Process(pid, ppid, tuple(argv.split()), program, NOW - 60, "shop", supporting)
        for pid, ppid, program, argv, supporting in processes
    )
    main = next((one for one in made if not one.supporting), made[0])
    make = Maker()
    target = make.read(Target("process", "web", REF), ProcessReading(main, made))
    if expect:
        level = expect.pop("level", Level.OK)
        make.check("web.process", target, level, expect.pop("reason", "as expected"), **expect)
    return Subject.of(make.snapshot(), "web")


def test_a_tree_shows_wrappers_apart_and_what_was_expected() -> None:
    subject = tree(
        (10, 1, "gunicorn", "tini -- gunicorn app", True),
        (11, 10, "gunicorn", "gunicorn app", False),
        (12, 11, "gunicorn", "gunicorn app", False),
        (13, 11, "gunicorn", "gunicorn app", False),
        level=Level.DOWN, reason="runs gunicorn, expected celery", is_="celery", has=("worker",), never=("gunicorn",),
    )  # fmt: skip
    assert told(kin.rows(subject, {11: 300 * M}, 90)) == [
        "✗ expected: is celery; has worker; never gunicorn · runs gunicorn, expected celery",
        "gunicorn  pid 10 · up 1 m · shop starts or serves others",
        "  tini -- gunicorn app",
        "└ gunicorn  pid 11 · up 1 m · 300 M · shop",
        "    gunicorn app",
        "  ├ gunicorn  pid 12 · up 1 m · shop",
        "  │   gunicorn app",
        "  └ gunicorn  pid 13 · up 1 m · shop",
        "      gunicorn app",
    ]


def test_processes_that_are_gone_say_why_and_what_was_there() -> None:
    subject = tree((10, 1, "web.py", "python web.py", False))
    target = subject.targets[0]
    gone = Sample(target, NOW, problem=Problem(ProblemKind.GONE, "container shop-web is exited"))
    after = replace(subject.snapshot, latest={target: gone}, at=NOW + 30)
    assert told(kin.rows(Subject.of(after, "web"), {}, 60)) == [
        "nothing is expected of what it runs",
        "container shop-web is exited",
        "as it was 30 s ago:",
        "web.py  pid 10 · up 1 m · shop",
        "  python web.py",
    ]


# --- lives and deaths ---------------------------------------------------------------------------------------

RUNS = ContainerReading("c0ffee", "shop-web", "running", "web:1", pid=7, started_at=NOW - 600)
UNIT = UnitReading("web.service", "loaded", "active", "running", started_at=NOW - 600, main_pid=7)

FAILED = replace(UNIT, active_state="failed", sub_state="failed", exit_code=137)


def lived(kind: str, ref: Any, *values: Any) -> Subject:
    """Turns of a life, ten seconds apart, the last one now."""
    make = Maker()
    target = Target(kind, "web", ref)
    samples = []
    for number, value in enumerate(values):
        at = NOW - 10 * (len(values) - 1 - number)
        given = {"problem": value} if isinstance(value, Problem) else {"value": value}
        samples.append(Sample(target, at, **given))
    make.read(target, next(value for value in values if not isinstance(value, Problem)))
    return Subject.of(replace(make.snapshot(), lives={target: samples}), "web")


def process(pid: int, ago: float) -> ProcessReading:
    main = Process(pid, 1, ("web.py",), "web.py", NOW - ago)
    return ProcessReading(main, (main,))


GONE = Problem(ProblemKind.GONE, "no process has it")


@pytest.mark.parametrize(
    ("kind", "ref", "values", "said"),
    [
        ("container", REF, (RUNS, replace(RUNS, state="exited", exit_code=3, finished_at=NOW)),
         [("ended", "exit code 3: an error of its own")]),
        ("container", REF, (RUNS, replace(RUNS, state="exited", exit_code=137, finished_at=NOW, oom_killed=True)),
         [("ended", "out of memory")]),
        ("container", REF, (RUNS, replace(RUNS, oom_at=NOW - 3)),
         [("out of memory", "the kernel killed a process of it")]),
        ("container", REF, (RUNS, replace(RUNS, started_at=NOW - 2, restarts=1)), [("started", "")]),
        ("container", REF, (RUNS, replace(RUNS, id="beef", started_at=NOW - 2)), [("made anew and started", "")]),
        ("container", REF, (RUNS, replace(RUNS, health="unhealthy")), [("unhealthy", "by its own health check")]),
        ("container", REF, (RUNS, GONE), [("gone", "no process has it")]),
        ("unit", UnitRef("web.service"), (UNIT, FAILED),
         [("failed (failed)", "exit code 137: killed (KILL)")]),
        ("unit", UnitRef("web.service"), (UNIT, replace(UNIT, started_at=NOW - 1)), [("started", "")]),
        ("process", ProcessesRef("web.py"), (process(7, 600), GONE, process(9, 2)),
         [("gone", "no process has it"), ("began again", "pid 9; how the last one ended nobody here was told")]),
        ("process", ProcessesRef("web.py"), (process(7, 600), process(9, 2)),
         [("began again", "pid 9, instead of pid 7; how the last one ended nobody here was told")]),
    ],
    ids=range(11),
)  # fmt: skip
def test_what_the_console_saw_itself(kind: str, ref: Any, values: Sequence[Any], said: list[tuple[str, str]]) -> None:
    assert [(one.what, one.why) for one in lives.seen(lived(kind, ref, *values))] == said


def test_what_others_tell_is_not_told_twice_and_restarts_are_marked_in_the_drawing() -> None:
    subject = lived("container", REF, RUNS, replace(RUNS, started_at=NOW - 2, restarts=1))
    by_engine = (Happening(NOW - 2.1, "started", "by hand"), Happening(NOW - 3, "ended", "stopped by hand"))
    shown = told(story.rows(subject, Story(by_engine, "Told by the engine."), (), 80))
    assert [line.split("  ")[-2:] for line in shown[1:3]] == [["started", "by hand"], ["ended", "stopped by hand"]]
    assert shown[3] == "Told by the engine."
    assert lives.starts(subject) == [NOW - 2]


def test_a_crash_loop_is_told_once_with_its_pace() -> None:
    loop = [
        one
        for n in range(6)
        for one in (
            Happening(NOW - 10 * n, "started", "by its policy"),
            Happening(NOW - 10 * n - 2, "ended", "exit code 3", True),
        )
    ]
    first = Happening(NOW - 100, "made anew and started", "by hand")
    shown = told(story.rows(lived("container", REF, RUNS), Story((*loop, first)), (), 90))
    assert [line.strip() for line in shown[1:6]] == [
        "14:02:11   0 s ago  started  by its policy",
        "the same 5 times before, since 14:01:21, about every 10 s",
        "14:02:09   2 s ago  ended  exit code 3",
        "the same 5 times before, since 14:01:19, about every 10 s",
        "14:00:31   1 m ago  made anew and started  by hand",
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_what_happened_twice_is_told_twice(times: int) -> None:
    found = [Happening(NOW - n, "started") for n in range(times)]
    assert [one for one, _ in story.folded(found)] == found


def test_health_is_told_by_the_engine_and_by_our_own_looks_put_together() -> None:
    make = Maker()
    page = Target("health", "web")
    make.read(Target("container", "web", REF), RUNS)
    make.read(page, *_answers())
    subject = Subject.of(make.snapshot(), "web")
    shown = told(story.rows(subject, Story(()), [HealthLook(NOW - 9, 0.2, 1, "refused")], 90))
    after = shown[shown.index("Health") + 1 :]
    assert after == [
        "14:02:02 engine's check exit code 1 in 200 ms  refused",
        "14:02:01 web 503  3 looks, 10 ms",
        "14:01:41 web 200  4 looks, 10 ms",
    ]


def _answers() -> tuple[Any, list[tuple[float, Any]]]:
    from opsconsole.model.readings import HealthReading

    fine, bad = HealthReading(200, 0.01, "ok"), HealthReading(503, 0.01, "no")
    return bad, [(30, fine), (25, fine), (20, fine), (15, fine), (10, bad), (5, bad)]


# --- environment, about, runbooks ---------------------------------------------------------------------------


def test_an_environment_shows_what_is_missing_and_wrong_first_and_no_secret() -> None:
    variables = [
        Variable("ZONE", "UTC"),
        Variable("MODE", "web"),
        Variable("TOKEN", None, "hidden: by its name it may be a secret"),
        Variable("NEW_NAME", "1"),
    ]
    wanted = Wanted(
        {"MODE": ("worker", "beat"), "OFF": ("", "0")}, ("SITE", "ZONE", "OLD_NAME"), {"OLD_NAME": ("NEW_NAME",)}
    )
    assert told(environment.rows(variables, wanted, "as it was started", 80)) == [
        "✗ SITE     not set, but the stack needs it",
        "✗ MODE     web  expected worker or beat",
        "  NEW_NAME 1",
        "  TOKEN    hidden: by its name it may be a secret",
        "  ZONE     UTC",
        "4 variables, of which 1 is hidden as it may be a secret; as it was started",
    ]


def test_what_the_stack_expects_is_taken_from_its_checks() -> None:
    make = Maker()
    target = make.read(Target("env", "web", REF), SimpleNamespace(required=("A", "B", "C")))
    make.check("web.env", target, values=(("MODE", ("web",)),), has=("SITE",), ignore=("B",), alias=(("C", ("D",)),))
    wanted = Wanted.of(Subject.of(make.snapshot(), "web"))
    assert (wanted.values, wanted.needed, wanted.alias) == ({"MODE": ("web",)}, ("SITE", "A", "C"), {"C": ("D",)})


LONG = Happening(NOW, "w" * 80, "why " * 60)
EVERYTHING: list[Callable[[int], Sequence[Row]]] = [
    lambda size: environment.rows([Variable("N" * 90, "v" * 300), Variable("[b]", "\x1b[2J[/]")], Wanted(), "so", size),
    lambda size: about.rows(About((("image", "x" * 300), ("command", "[/] " * 60)), (Port(80, "tcp", "::"),)), size),
    lambda size: about.rows(About((), "may not be seen", (), "curl " * 40), size),
    lambda size: kin.rows(tree(*((n, n - 1, "p" * 30, "argv " * 80, False) for n in range(5, 20))), {}, size),
    lambda size: story.rows(lived("container", REF, RUNS), Story((LONG,), "k " * 90), (), size),
    lambda size: treatment.rows(tree((1, 0, "a", "a", False), level=Level.DOWN, reason="because " * 40), {}, size),
]  # fmt: skip


@pytest.mark.parametrize("size", [24, 36, 58, 120])
@pytest.mark.parametrize("rows", EVERYTHING, ids=range(len(EVERYTHING)))
def test_no_line_is_wider_than_its_section(rows: Callable[[int], Sequence[Row]], size: int) -> None:
    assert all(width(line) <= size for row in rows(size) for line in row.lines)


def test_a_service_that_the_stack_has_no_more_is_not_ok() -> None:
    subject = Subject.of(Snapshot(Maker().snapshot().stack, NOW), "web")
    assert subject.level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (80, " 1 Memory  2 Findings!  3 Life"),
        (30, " 1 Memory  2!  3"),
    ],
)
def test_the_strip_keeps_the_name_of_what_is_seen(size: int, words: str) -> None:
    told = text(sections.strip([("Memory", False), ("Findings", True), ("Life", False)], 0, size))
    assert told.rstrip() == words
    assert len(told) == size
