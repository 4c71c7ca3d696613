"""The state on disk: whole or not at all, and never lost without a word."""

import os

import pytest

from opsconsole.checks.restarts import Life
from opsconsole.model.alerts import Item, News
from opsconsole.model.trouble import TroubleError
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts.claim import Claim, LastRound, last_round
from opsconsole.watch.alerts.keep import Keep, state_path
from opsconsole.watch.alerts.state import Outbox, Restless, State, Track

WHOLE = State(
    mark="abcd",
    count=3,
    ran_at=5.5,
    boot="b",
    tracks={"web.state": Track(Level.UNKNOWN, 1.0, 2.0, told=Level.DOWN, began=0.5, changes=(1.0, 2.0))},
    lives={"web": Life("c0ffee", 1.0, 2, True, incarnation="x")},
    restless={"web": Restless((1.0,), True)},
    news={"abcd-1": Item("abcd-1", News.NO_DATA, "web", "web", Level.UNKNOWN, "é\n<b>", 1.0, 2.0, consequences=("a",))},
    outboxes={"chat": Outbox(("abcd-1",), not_before=7.0, failing_since=1.0)},
)


def test_what_is_saved_is_loaded_as_it_was_and_is_nobody_elses_to_read(tmp_path):
    keep = Keep(state_path(tmp_path, "a shop/1", tmp_path))
    assert keep.load()[0].outboxes == {}
    keep.save(WHOLE)
    assert keep.load() == (WHOLE, "")
    assert keep.path.stat().st_mode & 0o077 == 0
    assert keep.path.parent.parent == tmp_path


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: b"",
        lambda whole: whole.replace(b"DOWN", b"down").replace(b"chat", b"chaT"),
        lambda whole: b"\x00" * len(whole),
        lambda whole: whole.replace(b"watch 1 ", b"watch one "),
    ],
)
def test_a_damaged_one_is_set_aside_and_told_of(tmp_path, damage):
    keep = Keep(tmp_path / "shop.state")
    keep.save(WHOLE)
    damaged = damage(keep.path.read_bytes())
    keep.path.write_bytes(damaged)
    state, trouble = keep.load()
    assert state.tracks == {} and state.mark not in ("", WHOLE.mark)
    assert "set aside as" in trouble
    assert (tmp_path / "shop.state.damaged-1").read_bytes() == damaged
    keep.save(WHOLE)
    keep.path.write_bytes(b"x")
    assert keep.load()[1].split("set aside as ")[1].startswith(str(tmp_path / "shop.state.damaged-2"))


def test_one_of_a_newer_version_is_left_alone(tmp_path):
    keep = Keep(tmp_path / "shop.state")
    keep.save(WHOLE)
    newer = keep.path.read_bytes().replace(b"watch 1 ", b"watch 2 ")
    keep.path.write_bytes(newer)
    with pytest.raises(TroubleError, match=r"shop\.state: was written by a newer opsconsole; use that one"):
        keep.load()
    assert keep.path.read_bytes() == newer


def test_a_write_that_fails_leaves_the_one_before_and_the_room_set_aside_helps_once(tmp_path, monkeypatch):
    keep = Keep(tmp_path / "shop.state")
    keep.save(WHOLE)
    assert (tmp_path / "shop.state.spare").stat().st_blocks * 512 >= 200_000

    real, full = os.write, [True]

    def write(descriptor: int, content: bytes) -> int:
        if full[0] and (tmp_path / "shop.state.spare").exists():
            raise OSError(28, "No space left on device")
        return real(descriptor, content)

    monkeypatch.setattr("os.write", write)  # a disk that is full but for what is set aside
    keep.save(State(mark="new"))
    assert keep.load()[0].mark == "new"

    monkeypatch.setattr("os.write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        keep.save(WHOLE)
    monkeypatch.setattr("os.write", real)
    assert keep.load()[0].mark == "new"


def test_two_watches_of_one_stack_do_not_both_have_the_claim(tmp_path):
    path = tmp_path / "shop.lock"
    first = Claim.take(path)
    assert first is not None and Claim.take(path) is None
    first.release()
    second = Claim.take(path)
    assert second is not None
    second.release()


def test_everybody_sees_when_the_watch_last_looked(tmp_path):
    path = tmp_path / "shop.lock"
    assert last_round(path) is None
    claim = Claim.take(path)
    assert claim is not None
    claim.looked(LastRound(1000.0, 300.0, 12, {"telegram": "401 " + "x" * 90}))
    claim.looked(LastRound(1300.0, 300.0, 12))
    found = last_round(path)
    assert found == LastRound(1300.0, 300.0, 12)
    assert [found.is_stale(at) for at in (1900, 1901)] == [False, True]
    assert path.stat().st_mode & 0o044 == 0o044
    path.write_text("{")
    assert last_round(path) is None
    claim.release()
