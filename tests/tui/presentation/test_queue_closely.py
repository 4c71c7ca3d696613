"""What the close look at a queue says: figures, and honestly which of them nobody can know; shares; messages."""

from __future__ import annotations

from typing import Any

import pytest

from opsconsole.model.detail import Message, Messages, Shape
from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.sample import ProblemKind, Target
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.tui.presentation import queue_close
from opsconsole.tui.presentation.queue_close import Close
from opsconsole.tui.presentation.spans import text, width
from tests.support.snapshots import Maker, over_time

TARGET = Target("queue", "broker", QueueOf("redis://127.0.0.1/0"))


def close(kind: QueueKind, moving: bool = True, **figures: Any) -> Close:
    """A queue into which five a second come and from which two are taken, and another one beside it."""
    workers, in_flight = figures.pop("workers", None), figures.pop("in_flight", None)

    def at(ago: float) -> BrokerReading:
        flow = {"added": int(5000 - 5 * ago), "taken": int(5000 - 2 * ago)} if moving else {}
        queue = Queue("jobs", int(600 - 3 * ago), **{**flow, **figures})
        return BrokerReading(kind, (queue, Queue("other", 0)), in_flight, workers, 0.002)

    make = Maker()
    make.read(TARGET, at(0), over_time(at, 100, 2))
    return Close(make.snapshot(), TARGET, "jobs")


def figures(look: Close) -> dict[str, str]:
    rows = queue_close.figures(look, 200)
    return {row.key.partition(":")[2]: text(row.lines[0])[11:].rstrip() for row in rows}


def test_what_is_counted_is_told() -> None:
    told = figures(close("rq", oldest=242.0, delayed=3, dead=1204, workers=2, in_flight=4))
    assert told == {
        "waiting": "600",
        "in": "5.0/s",
        "out": "2.0/s",
        "oldest": "4 m 02 s",
        "in flight": "4, of all queues of this broker",
        "delayed": "3",
        "dead": "1 204",
        "consumers": "2, of all queues of this broker",
        "broker": "answers within 2.0 ms",
    }


@pytest.mark.parametrize("kind", ["celery", "list", "stream", "dramatiq"])
def test_what_cannot_be_known_says_why_and_is_never_nothing(kind: QueueKind) -> None:
    told = figures(close(kind, moving=False))
    for name in ("in", "out", "oldest", "in flight", "consumers"):
        assert told[name].startswith("not known"), name
    assert "0" not in told["delayed"] + told["dead"]


def test_rates_that_may_have_missed_some_are_lower_bounds() -> None:
    sure = close("celery")
    assert figures(sure)["in"] == "5.0/s"
    make = Maker()

    def at(ago: float) -> BrokerReading:
        return BrokerReading("celery", (Queue("jobs", 600, added=int(5000 - 5 * ago), taken=0, unsure=int(100 - ago)),))

    make.read(TARGET, at(0), over_time(at, 100, 2))
    assert figures(Close(make.snapshot(), TARGET, "jobs"))["in"] == "at least 5.0/s"


def test_a_broker_that_cannot_be_read_says_why_and_how_it_was() -> None:
    make = Maker()
    reading = BrokerReading("celery", (Queue("jobs", 7),))
    make.unread(TARGET, ProblemKind.REFUSED, "redis://127.0.0.1 refuses connections", (40, reading))
    look = Close(make.snapshot(), TARGET, "jobs")
    rows = [text(line).rstrip() for row in queue_close.figures(look, 90) for line in row.lines]
    assert rows[:2] == ["redis://127.0.0.1 refuses connections; as it was 40 s ago:", "waiting    7"]
    assert queue_close.answer(look, "quarter") == "redis://127.0.0.1 refuses connections"
    never = Close(make.snapshot(), TARGET, "nosuch")
    assert "no such queue" in text(queue_close.figures(never, 90)[-1].lines[0])


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Shape(0, 0), ["nothing waits"]),
        (
            Shape(5, 0, bytes_each=4.2e6, whence="one is too large to be fetched"),
            ["one is too large to be fetched: 4 M each"],
        ),
        ("asking Redis for 3 s; esc stops it", ["asking Redis for 3 s; esc stops it"]),
        (
            Shape(
                1204, 100, (("ai.describe", 88), ("ai.embed", 4)), 8, ("a", "b"), 598.0, 3, "the oldest and the newest"
            ),
            [
                "███████████·  88 % ai.describe",
                "█···········   4 % ai.embed",
                "8 of 100 name no task, with fields a, b",
                "100 of 1 204 were looked at, the oldest and the newest, 598 B each; 3 of them tried again",
            ],
        ),
        (Shape(2, 2, (("a", 2),), bytes_each=90.0), ["████████████ 100 % a", "all 2 were looked at, 90 B each"]),
    ],
)
def test_the_shape_of_its_messages(found: Shape | str, told: list[str]) -> None:
    assert [text(line).rstrip() for row in queue_close.shape(found, 100) for line in row.lines] == told


def test_messages_stand_there_as_text_with_what_was_done_to_them() -> None:
    found = Messages(1204, (Message(1, "ai.describe", '{"token": "***"} [/b]', 598, cut=True),), 1)
    assert [text(line).rstrip() for line in queue_close.messages(found, "jobs", 80)] == [
        "The next 1 of 1 204 in jobs; 1 value hidden as secrets. Nothing was taken.",
        "",
        "1  ai.describe  598 B, cut",
        '   {"token": "***"} [/b]',
    ]
    assert "nothing could be read" in text(queue_close.messages(Messages(3), "jobs", 100)[0])


@pytest.mark.parametrize("size", [24, 38, 58, 120])
def test_no_line_is_wider_than_its_section(size: int) -> None:
    look = close("celery", oldest=242.0)
    long = Shape(9, 9, (("a.very.long.name." * 9, 9),), 1, ("f" * 90,), 1.0)
    rows = [*queue_close.figures(look, size), *queue_close.shape(long, size)]
    lines = [line for row in rows for line in row.lines]
    lines += [*queue_close.head(look, size), *queue_close.lines(look, "quarter", (size, 8))]
    lines += queue_close.messages(Messages(1, (Message(1, "n" * 90, "word " * 90, 1),)), "q" * 90, size)
    assert all(width(line) <= size for line in lines)


@pytest.mark.parametrize("cells", [34, 118])
def test_where_the_broker_is_gone_nothing_is_said_to_be_so_now(cells: int) -> None:
    make = Maker()
    was = BrokerReading("celery", (Queue("jobs", 600, added=9000, taken=8000),), None, None, 0.002)
    make.unread(TARGET, ProblemKind.REFUSED, "the broker refuses connections", before=(4.0, was))
    look = Close(make.snapshot(), TARGET, "jobs")
    drawn = [text(each) for each in queue_close.lines(look, "quarter", (cells, 12))]
    assert not [each for each in drawn[:-1] if " now" in each]
    assert "600 waiting 4 s ago" in text(queue_close.head(look, 118)[0])
    assert figures(look)["in"] == "not known: the last look failed"
