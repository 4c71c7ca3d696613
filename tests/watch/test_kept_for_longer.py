"""What outlives the quarter of an hour: figures, thinned, and the turns that a thing's life took."""

from __future__ import annotations

from dataclasses import replace

from opsconsole.model.readings import BrokerReading, ContainerReading, MemoryReading, Queue
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.watch import lives
from opsconsole.watch.courses import MOST as MOST_FIGURES
from opsconsole.watch.store import Store
from tests.watch.told import stack_of

MEMORY, QUEUE, BOX = Target("memory", "web"), Target("queue", "jobs"), Target("container", "web")
RUNS = ContainerReading("c0ffee", "web", "running", "web:1", pid=7, started_at=1.0)


def fed(*samples: Sample) -> Store:
    store = Store(stack_of(), lambda: 1000.0)
    for sample in samples:
        store.put([sample])
    return store


def test_memory_and_queues_have_a_course_by_figure_from_the_first_look_on():
    snapshot = fed(
        Sample(MEMORY, 1.0, MemoryReading(100)),
        Sample(MEMORY, 2.0, MemoryReading(300)),
        Sample(MEMORY, 3.0, problem=Problem(ProblemKind.GONE, "ended")),
        Sample(QUEUE, 1.0, BrokerReading("list", (Queue("a", 1), Queue("b", 5)))),
        Sample(QUEUE, 2.0, BrokerReading("list", (Queue("a", 2), Queue("b", 5)))),
    ).snapshot()
    (point,) = snapshot.courses[MEMORY]["used"].whole
    assert (point.low, point.high, point.at) == (100, 300, 2.0)
    assert {name: [p.last for p in course.hour] for name, course in snapshot.courses[QUEUE].items()} == {
        "a": [2],
        "b": [5],
    }


def test_who_looks_once_keeps_no_course():
    assert fed(Sample(MEMORY, 1.0, MemoryReading(100))).snapshot().courses == {}


def test_a_broker_with_queues_by_the_thousand_is_bounded():
    many = BrokerReading("rq", tuple(Queue(f"q{n}", n) for n in range(1000)))
    snapshot = fed(Sample(QUEUE, 1.0, many), Sample(QUEUE, 2.0, many)).snapshot()
    assert len(snapshot.courses[QUEUE]) == MOST_FIGURES


def test_only_turns_of_a_life_are_kept_and_a_bounded_number_of_them():
    ended = replace(RUNS, state="exited", exit_code=137, pid=None, finished_at=5.0)
    again = replace(RUNS, pid=9, started_at=8.0, restarts=1)
    seen = [RUNS, RUNS, replace(RUNS), ended, ended, again, replace(again, labels={"a": "b"})]
    snapshot = fed(*(Sample(BOX, float(at), value) for at, value in enumerate(seen))).snapshot()
    assert [(turn.at, turn.value.state) for turn in snapshot.lives[BOX]] == [
        (0, "running"),
        (3, "exited"),
        (5, "running"),
    ]
    turns: tuple[Sample, ...] = ()
    for at in range(200):
        turns = tuple(lives.followed_by(turns, Sample(BOX, at, replace(RUNS, started_at=float(at)))))
    assert len(turns) == lives.MOST


def test_what_could_not_be_looked_at_is_no_death():
    blind = Sample(BOX, 2.0, problem=Problem(ProblemKind.NO_TOOL, "no engine"))
    gone = Sample(BOX, 3.0, problem=Problem(ProblemKind.GONE, "no container called web"))
    turns = fed(Sample(BOX, 0.0, RUNS), Sample(BOX, 1.0, RUNS), blind, gone, gone).snapshot().lives[BOX]
    assert [turn.at for turn in turns] == [0.0, 3.0]


def test_what_was_kept_goes_on_under_a_corrected_stack_file():
    earlier = fed(
        Sample(MEMORY, 1.0, MemoryReading(100)),
        Sample(MEMORY, 2.0, MemoryReading(300)),
        Sample(BOX, 1.0, RUNS),
        Sample(BOX, 2.0, replace(RUNS, restarts=1)),
    ).snapshot()
    stack = replace(stack_of(), watched=(MEMORY,))
    store = Store(stack, lambda: 1000.0, earlier=earlier)
    assert store.snapshot().latest == {}, "what stands now is looked at anew"
    store.put([Sample(MEMORY, 3.0, MemoryReading(500))])
    after = store.snapshot()
    assert [sample.value.used for sample in after.past[MEMORY]] == [100, 300, 500]
    (point,) = after.courses[MEMORY]["used"].whole
    assert (point.low, point.high) == (100, 500)
    assert after.lives == {}, "of what is watched no more nothing is kept"
    assert [sample.value.used for sample in earlier.past[MEMORY]] == [100, 300]
