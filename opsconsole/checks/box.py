"""How full and how busy the box itself may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from opsconsole.checks.thresholds import crossed, need_order, worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import BoxReading


class Bounds(msgspec.Struct, frozen=True):
    """Over these it is DEGRADED, and DOWN. None: never."""

    degraded: float | None = None
    down: float | None = None


NEVER: Final = Bounds()


class Figures:
    """Bounds for all of a kind, and others for some: a mount by its path, a pressure by its name. Immutable.

    Written as `"85%"` or `85` (DEGRADED), `{ degraded = 85, down = 95 }`, or `{ "/" = 80, "/var" = { down = 95 } }`.
    No struct: msgspec would read such a one by itself.
    """

    __slots__ = ("all", "some")

    def __init__(self, all: Bounds = NEVER, some: tuple[tuple[str, Bounds], ...] = ()) -> None:
        self.all = all
        self.some = some

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figures) and (self.all, self.some) == (other.all, other.some)

    def __hash__(self) -> int:
        return hash((self.all, self.some))

    def __repr__(self) -> str:
        return f"Figures({self.all!r}, {self.some!r})"

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, Mapping):
            return cls(_bounds(written))
        if not written:
            raise ValueError("nothing is expected: give degraded or down")
        own = {key: value for key, value in written.items() if key in ("degraded", "down")}
        some = tuple((key, _bounds(value)) for key, value in written.items() if key not in own)
        strange = [key for key, _ in some if not key.startswith("/") and key not in PRESSURES]
        if strange:
            raise ValueError(f"{one_line(strange[0], 40)!r} is neither degraded, down nor a name: paths begin with /")
        return cls(_bounds(own) if own else NEVER, some)

    def of(self, name: str) -> Bounds:
        """Those of one mount or pressure."""
        return next((bounds for key, bounds in self.some if key == name), self.all)


PRESSURES: Final = ("cpu", "memory", "io")


def _bounds(written: Any) -> Bounds:
    if not isinstance(written, Mapping):
        return Bounds(degraded=_number(written))
    strange = next((key for key in written if key not in ("degraded", "down")), None)
    if strange is not None:
        raise ValueError(f"unknown key {one_line(str(strange), 40)!r}: only degraded and down are known here")
    if not written:
        raise ValueError("nothing is expected: give degraded or down")
    bounds = Bounds(**{key: _number(value) for key, value in written.items()})
    need_order(_short, ("degraded", bounds.degraded), ("down", bounds.down))
    return bounds


def _number(written: Any) -> float:
    text = written.strip().removesuffix("%").strip() if isinstance(written, str) else written
    try:
        number = float(text) if not isinstance(text, bool) else -1.0
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f"{written!r} is no figure like 85 or 85%")
    return number


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares in per cent; `load` is the load of five minutes for each processor; `pressure` the share of time in which
    some task stalled, over ten seconds.

    The defaults are ours: a disk is repaired in peace at 85 %, swap in use is no fault by itself, and a busy
    processor is one only when work stalls on it.
    """

    disk: Figures = Figures(Bounds(85, 95))
    inodes: Figures = Figures(Bounds(90, 98))
    memory: Figures = Figures(Bounds(95))
    swap: Figures = Figures(Bounds(90))
    load: Figures = Figures(Bounds(8))
    pressure: Figures = Figures(some=(("cpu", Bounds(90)), ("memory", Bounds(40)), ("io", Bounds(90))))
    files: Figures = Figures(Bounds(80, 95))

    def __post_init__(self) -> None:
        """Figures that nothing on the box bears would never be looked at."""
        for name in ("disk", "inodes"):
            _only_names(getattr(self, name), name, lambda key: key.startswith("/"), "mounts, whose paths begin with /")
        for name in ("memory", "swap", "load", "files"):
            _only_names(getattr(self, name), name, lambda key: False, "degraded and down")
        _only_names(self.pressure, "pressure", lambda key: key in PRESSURES, ", ".join(PRESSURES))


def _only_names(figures: Figures, field: str, known: Callable[[str], bool], words: str) -> None:
    for name, _ in figures.some:
        if not known(name):
            raise ValueError(f"{field} knows no {one_line(name, 40)!r}, only {words}")


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The worst figure decides, and others that are as bad are named with it."""
    verdicts = [*_mounts(expect, sample.value), *_figures(expect, sample.value), *_unseen(expect, sample.value)]
    bad = [verdict for verdict in verdicts if verdict.level is not Level.OK]
    if not bad:
        fullest = max(_shares(sample.value), default=None)
        reason = f"disk {_percent(fullest[0])} on {one_line(fullest[1], 60)}" if fullest else "answers"
        return Verdict(Level.OK, reason, reason, "")
    first = worst_of(bad)
    also = [verdict.reason for verdict in bad if verdict is not first and verdict.level is first.level]
    return Verdict(first.level, "; ".join([first.reason, *also]), first.measured, first.expected)


def _mounts(expect: Expect, box: BoxReading) -> Iterator[Verdict]:
    for mount in box.mounts:
        where = f"on {one_line(mount.path, 60)}"
        if mount.total:
            yield _verdict(f"disk {where}", 100 * mount.used / mount.total, expect.disk.of(mount.path), _percent)
        if mount.inodes_total and mount.inodes_used is not None:
            share = 100 * mount.inodes_used / mount.inodes_total
            yield _verdict(f"inodes {where}", share, expect.inodes.of(mount.path), _percent)


def _unseen(expect: Expect, box: BoxReading) -> Iterator[Verdict]:
    """A mount that something is expected of and that was not seen is unknown: silence would look like room."""
    for path, reason in box.unread:
        yield Verdict(Level.UNKNOWN, f"{one_line(path, 60)} cannot be read: {one_line(reason, 120)}")
    known = {mount.path for mount in box.mounts} | {path for path, _ in box.unread}
    for path in dict.fromkeys(path for path, _ in (*expect.disk.some, *expect.inodes.some)):
        if path not in known:
            yield Verdict(Level.UNKNOWN, f"nothing is mounted on {one_line(path, 60)}")


def _figures(expect: Expect, box: BoxReading) -> Iterator[Verdict]:
    if box.memory_total:
        used = 100 * (box.memory_total - box.memory_available) / box.memory_total
        yield _verdict("memory of the box", used, expect.memory.all, _percent)
    if box.swap_total:
        yield _verdict("swap", 100 * box.swap_used / box.swap_total, expect.swap.all, _percent)
    if box.cpus:
        yield _verdict("load for each processor", box.load5 / box.cpus, expect.load.all, _short)
    if box.files_open is not None and box.files_limit:
        yield _verdict("open files", 100 * box.files_open / box.files_limit, expect.files.all, _percent)
    for name, share in zip(PRESSURES, (box.pressure_cpu, box.pressure_memory, box.pressure_io), strict=True):
        if share is not None:
            yield _verdict(f"{name} pressure", share, expect.pressure.of(name), _percent)


def _verdict(what: str, value: float, bounds: Bounds, words: Callable[[float], str]) -> Verdict:
    over = crossed(value, bounds.degraded, bounds.down)
    if not over.bad or over.threshold is None:
        return Verdict(Level.OK, what)
    measured, threshold = words(value), words(over.threshold)
    return Verdict(over.level, f"{what} {measured}, over {threshold}", f"{what} {measured}", f"at most {threshold}")


def _shares(box: BoxReading) -> Iterator[tuple[float, str]]:
    return ((100 * mount.used / mount.total, mount.path) for mount in box.mounts if mount.total)


def _percent(value: float) -> str:
    return f"{value:.0f} %"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
