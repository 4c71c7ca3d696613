"""What a service is made of: image, command, age, ports, and whatever else its engine or systemd says of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.model.detail import About, Port
from opsconsole.tui.presentation.spans import Line, hang, line, words, wrap
from opsconsole.tui.presentation.table import Row


def rows(about: About | str, width: int) -> list[Row]:
    """A row a fact; a reason in words where nothing could be read."""
    if isinstance(about, str):
        return [Row("why", tuple(wrap(words(about, "unknown", 300), width)))]
    column = min(max((len(name) for name, _ in about.facts), default=0), 14)
    out = [
        Row(f"fact:{name}", tuple(_fact(name, words(value, "value", 2000), column, width)))
        for name, value in about.facts
    ]
    if about.health_check:
        out.append(
            Row("fact:health", tuple(_fact("health check", words(about.health_check, "value", 300), column, width)))
        )
    if isinstance(about.ports, str):
        told = words(about.ports, "unknown", 300)
        return [*out, Row("ports", tuple(_fact("ports", told, column, width)))]
    return [*out, *_ports(about.ports, column, width)]


def _ports(ports: Sequence[Port], column: int, width: int) -> list[Row]:
    if not ports:
        return [Row("ports", tuple(_fact("ports", line(("listens on none", "dim")), column, width)))]
    out = []
    for number, one in enumerate(ports):
        where = [f"on {one.address}"] if one.address else []
        where += [f"by {one.by}"] if one.by else []
        where += [f"published as {', '.join(one.published)}"] if one.published else []
        told = line((f"{one.port}/{one.protocol}", "value"), " ", *words(", ".join(where), "", 300))
        out.append(Row(f"port:{number}", tuple(_fact("ports" if not number else "", told, column, width))))
    return out


def _fact(name: str, value: Line, column: int, width: int) -> list[Line]:
    return hang(line((f"{name.ljust(column)}  ", "dim")), value, width)
