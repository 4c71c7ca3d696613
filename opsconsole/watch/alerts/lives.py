"""What happened to services between two looks: started anew, made anew, killed for memory. Pure.

By who they are, since when, and how often their supervisor restarted them; never by "up 12 seconds" in some text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from opsconsole.checks.restarts import Life, life
from opsconsole.model.sample import ProblemKind, Sample, Target
from opsconsole.model.service import ProcessesRef
from opsconsole.model.verdict import Level


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a service, at epoch seconds as far as that is known. OK where it is no harm."""

    service: str
    level: Level
    what: str
    at: float
    measured: str = ""


def lives(
    latest: Mapping[Target, Sample], before: Mapping[str, Life], ooms: Mapping[str, float] = MappingProxyType({})
) -> dict[str, Life]:
    """The life of each service of which one was ever seen, as it is now.

    Where none was looked at, or nothing could be seen, it is that of `before`: what happens meanwhile is noticed later.
    `ooms` are the times at which the engine says that containers, by id, were short of memory: its own mark does not
    outlive a start.
    """
    found = dict(before)
    for target, sample in latest.items():
        if target.kind not in ("container", "unit") and not _plain_process(target):
            continue
        old = before.get(target.name)
        if sample.value is not None:
            found[target.name] = _with_oom(life(sample.value), old, ooms)
        elif old is not None:
            gone = sample.problem is not None and sample.problem.kind is ProblemKind.GONE
            found[target.name] = replace(old, runs=False) if gone else old
    return found


def happened(service: str, before: Life, after: Life, at: float) -> Iterator[Event]:
    """What must have happened between two looks, of which the second was `at`."""
    anew = after.id != before.id
    begun = after.started_at is not None and after.started_at != before.started_at
    when = after.started_at if begun and after.started_at is not None else at
    restarts = after.restarts if anew else max(after.restarts - before.restarts, 0)
    if after.id.startswith("pid "):
        if before.runs and (anew or begun):
            yield Event(service, Level.OK, "is another process than before", when, f"{after.id}, before {before.id}")
        return
    if anew:
        yield Event(
            service, Level.OK, "was made anew, or is another one", when, f"id {after.id[:12]}, before {before.id[:12]}"
        )
    if restarts:
        times = "once" if restarts == 1 else f"{restarts} times"
        yield Event(service, Level.DEGRADED, f"ended and was restarted {times}", when)
    elif not anew and before.runs and after.runs and (begun or after.incarnation != before.incarnation):
        yield Event(service, Level.OK, "was started again", when)
    if _oom(before, after, begun or anew):
        killed = after.oom_at if after.oom_at is not None else at
        yield Event(service, Level.DEGRADED, "a process of it was killed: out of memory", killed)


def _oom(before: Life, after: Life, another: bool) -> bool:
    if after.oom_at is not None:
        return after.oom_at != before.oom_at
    return after.oom and (another or not before.oom)


def _with_oom(seen: Life, before: Life | None, ooms: Mapping[str, float]) -> Life:
    known = before.oom_at if before is not None and before.id == seen.id else None
    newest = seen.oom_at or ooms.get(seen.id) or known
    return replace(seen, oom_at=newest)


def _plain_process(target: Target) -> bool:
    return target.kind == "process" and isinstance(target.of, ProcessesRef)
