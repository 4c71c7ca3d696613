"""The stream of a container's log, cut anywhere by whatever lies between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.logs.readers.containers import Stamps
from opsconsole.probes.engine.logs import Splitter


def frame(channel: int, content: bytes) -> bytes:
    return bytes((channel, 0, 0, 0)) + len(content).to_bytes(4, "big") + content


def lines_of(stream: bytes, cuts: list[int], *, stamped: bool = False) -> list[bytes]:
    found: list[bytes] = []
    splitter = Splitter(found.append, stamped=stamped)
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {len(stream)})
    for begin, end in zip([0, *ends], ends, strict=False):
        splitter.feed(stream[begin:end])
    splitter.end()
    return found


words = st.lists(st.tuples(st.sampled_from((1, 2)), st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"."))))


@given(words, st.lists(st.integers(0, 400)))
def test_lines_of_both_channels_are_whole_wherever_the_stream_is_cut(
    written: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(frame(channel, line + b"\n") for channel, line in written)
    assert lines_of(stream, cuts) == [line for _, line in written]


@given(st.lists(st.integers(0, 60)))
def test_a_long_line_in_pieces_has_the_time_of_its_first(cuts: list[int]) -> None:
    stream = frame(1, b"T1 begin,") + frame(2, b"T2 other\n") + frame(1, b"T3 end\n")
    assert lines_of(stream, cuts, stamped=True) == [b"T2 other", b"T1 begin,end"]


@given(st.lists(st.integers(0, 60)))
def test_a_terminal_has_no_frames(cuts: list[int]) -> None:
    assert lines_of(b"one\r\ntwo\r\nthr", cuts) == [b"one\r", b"two\r", b"thr"]


def test_a_line_that_was_here_already_does_not_come_twice() -> None:
    stamps = Stamps()
    assert stamps.take(b"2026-01-07T14:02:11.120000001Z up") == (1767794531.120000001, b"up")
    assert stamps.since == "1767794531.120000001"
    assert stamps.take(b"2026-01-07T14:02:11.120000001Z up") is None
    assert stamps.take(b"2026-01-07T14:02:10.000000000Z older") is None
    assert stamps.take(b"no time at all") == (None, b"no time at all")
    assert stamps.since == "1767794531.120000001"
