"""What Nagios and its kin get: a line, the figures, and what is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.depth import Expect as Depth
from opsconsole.checks.tls import Expect as Certificate
from opsconsole.cli.status_nagios import render
from opsconsole.model.check import Check
from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.runtime import TlsReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.verdict import Level
from tests.cli.looks import AT, look, standing

# 'label'=value[unit];warn;crit;min;max, as the guidelines for plugins have it
FIGURE = re.compile(
    r"('(?:[^'=]|'')+'|[^\s'=]+)=(-?\d+(?:\.\d+)?)(s|B|%|)((?:;(?:-?\d+(?:\.\d+)?:?)?){0,2}(?:;-?\d*){0,2})(?:\s|$)"
)


def figures(first: str) -> dict[str, str]:
    """The figures of the first line by label; AssertionError where something of it is no figure."""
    _, bar, told = first.partition(" | ")
    assert bar and "|" not in told
    found = {match[1].strip("'"): match[0].partition("=")[2].strip() for match in FIGURE.finditer(told)}
    assert "".join(match[0] for match in FIGURE.finditer(told)) == told
    return found


def test_all_is_well():
    assert render(look(standing("web.health", Level.OK))) == (
        "eatfit24 OK - 1 OK | down=0;;0;0 degraded=0;0;;0 unknown=0;;;0 ok=1;;;0 time=0.310s;;;0\n"
    )


def test_the_worst_stands_in_the_first_line_and_everything_below_it():
    first, *more = render(
        look(
            standing("web.memory", Level.DEGRADED, "861 M over 800 M", runbooks=("memory-high",)),
            standing("web.process", Level.DOWN, "runs gunicorn | \x1b[31mred"),
            standing("web.env", Level.UNKNOWN, "no permission"),
            standing("web.tls", Level.UNKNOWN, blocked_by="web.process"),
        )
    ).splitlines()
    assert first.startswith(
        "eatfit24 CRITICAL - 1 down, 1 degraded, 1 unknown; web.process: runs gunicorn / red | down=1;;0;0 "
    )
    assert more == [
        "DOWN web.process: runs gunicorn / red",
        "DEGRADED web.memory: 861 M over 800 M -> memory-high",
        "UNKNOWN web.env: no permission",
    ]


def test_an_optional_check_that_is_unknown_leaves_the_word_ok():
    assert render(look(standing("out.health", Level.UNKNOWN, "no route", optional=True))).startswith("eatfit24 OK - ")


def test_figures_have_their_units_and_thresholds_the_way_round_that_they_alert():
    queues, certificate = Target("queue", "jobs"), Target("tls", "web")
    depth = replace(standing("jobs.depth", Level.OK), check=Check("jobs.depth", "depth", queues, Depth(degraded=100)))
    tls = replace(standing("web.tls", Level.OK), check=Check("web.tls", "tls", certificate, Certificate()))
    latest = {
        queues: Sample(queues, AT, BrokerReading("list", (Queue("it's=a|b", 7),))),
        certificate: Sample(certificate, AT, TlsReading(AT - 1, AT + 86400.5, ("web",))),
    }
    found = figures(render(replace(look(depth, tls), latest=latest)).splitlines()[0])
    assert found["jobs.depth it''s:a/b"] == "7;100"
    assert found["web.tls left"] == "86400.5s;1209600:;172800:"


def test_of_a_hundred_findings_as_many_are_told_as_fit_and_the_others_are_counted():
    many = [standing(f"thing-{n}.health", Level.DOWN, "refuses connections " * 20) for n in range(100)]
    text = render(look(*many))
    *_, last = text.splitlines()
    told = text.count("\nDOWN thing-")
    assert len(text.encode()) <= 8192
    assert last == f"and {100 - told} more findings" and 5 < told < 100


@given(st.lists(st.tuples(st.text(), st.text()), max_size=60))
def test_whatever_is_said_the_bar_stands_once_and_the_figures_can_be_read(things):
    queues = Target("queue", "jobs")
    depth = replace(standing("jobs.depth", Level.OK), check=Check("jobs.depth", "depth", queues, Depth()))
    reading = BrokerReading("list", tuple(Queue(name, 7) for name, _ in things))
    bad = [standing(f"c{n}", Level.DOWN, reason) for n, (_, reason) in enumerate(things)]
    text = render(replace(look(depth, *bad), latest={queues: Sample(queues, AT, reading)}))
    assert text.count("|") == 1 and len(text.encode()) <= 8192
    figures(text.splitlines()[0])
