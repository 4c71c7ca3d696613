"""What goes by each way: nothing is lost, nothing is sent twice, and one that fails is told of by the others."""

from dataclasses import replace

from opsconsole.model.alerts import Failed, Item, News, Sent
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts import post
from opsconsole.watch.alerts.state import State, Track

NOW = 1_767_225_600.0


def item(number: int, news: News = News.BEGAN, check: str = "web", level: Level = Level.DOWN) -> Item:
    return Item(f"m-{number}", news, check, check, level, "because", NOW, NOW)


def two_ways() -> State:
    return post.with_ways(State(mark="m", count=100), ["chat", "hook"], NOW)


def ids(state: State, way: str) -> list[str]:
    return [one.id for one in post.digest(state, way, "shop", "box", NOW).items]


def test_each_way_has_its_own_and_is_told_all_that_waits_in_one_digest_the_worst_first():
    state = post.posted(two_ways(), [item(1, level=Level.DEGRADED), item(2, check="db")])
    state = post.settled(post.begun(state, "chat"), "chat", Sent(), NOW)
    assert not post.due(state.outboxes["chat"], NOW)
    assert ids(post.begun(state, "hook"), "hook") == ["m-2", "m-1"]
    assert set(state.news) == {"m-1", "m-2"}
    state = post.settled(post.begun(state, "hook"), "hook", Sent(), NOW)
    assert state.news == {}


def test_what_failed_goes_out_later_together_with_what_came_meanwhile():
    state = post.posted(two_ways(), [item(1)])
    state = post.settled(post.begun(state, "chat"), "chat", Failed("refused"), NOW)
    assert not post.due(state.outboxes["chat"], NOW + 1)
    state = post.posted(state, [item(2, News.RECOVERED, level=Level.OK)])
    assert post.due(state.outboxes["chat"], NOW + 2)
    found = post.digest(post.begun(state, "chat"), "chat", "shop", "box", NOW)
    assert [(one.id, one.again) for one in found.items] == [("m-1", False), ("m-2", False)]


def test_what_may_have_arrived_is_sent_again_and_says_so():
    state = post.posted(two_ways(), [item(1)])
    state = post.settled(post.begun(state, "chat"), "chat", Failed("no answer", unsure=True), NOW)
    state = post.posted(state, [item(2)])
    found = post.digest(post.begun(state, "chat"), "chat", "shop", "box", NOW)
    assert {one.id: one.again for one in found.items} == {"m-1": True, "m-2": False}


def test_who_was_killed_while_sending_knows_that_it_may_have_arrived():
    state = post.begun(post.posted(two_ways(), [item(1)]), "chat")
    state = post.with_ways(state, ["chat", "hook"], NOW + 60)
    found = post.digest(post.begun(state, "chat"), "chat", "shop", "box", NOW)
    assert [(one.id, one.again) for one in found.items] == [("m-1", True)]
    (other,) = post.digest(post.begun(state, "hook"), "hook", "shop", "box", NOW).items
    assert not other.again


def test_the_same_items_make_the_same_digest():
    state = post.begun(post.posted(two_ways(), [item(1)]), "chat")
    first = post.digest(state, "chat", "shop", "box", NOW).id
    failed = post.settled(state, "chat", Failed("x"), NOW)
    assert post.digest(post.begun(failed, "chat"), "chat", "shop", "box", NOW + 9).id == first


def test_a_time_to_wait_is_kept_to_and_one_set_by_a_clock_that_ran_ahead_is_not():
    state = post.posted(two_ways(), [item(1)])
    state = post.settled(post.begun(state, "chat"), "chat", Failed("busy", retry_after=77), NOW)
    assert [post.due(state.outboxes["chat"], NOW + after) for after in (76, 77)] == [False, True]
    assert post.due(state.outboxes["chat"], NOW - 30 * 86400)


def test_tries_become_fewer_but_every_round_of_five_minutes_has_one():
    state, at, pauses = post.posted(two_ways(), [item(1)]), NOW, []
    for _ in range(8):
        state = post.settled(post.begun(state, "chat"), "chat", Failed("x"), at)
        pauses.append(state.outboxes["chat"].not_before - at)
        at = state.outboxes["chat"].not_before
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 240]


def test_a_way_that_fails_is_told_of_by_the_others_once_and_so_is_its_recovery():
    state = post.posted(two_ways(), [item(1)])
    for at in range(5):
        state = post.settled(post.begun(state, "chat"), "chat", Failed("gone"), NOW + at * 1000)
    told = [(one.check, one.level, one.reason) for one in state.news.values() if one.check.startswith("watch")]
    assert told == [("watch.chat", Level.DEGRADED, "chat cannot be told: gone")]
    state = post.settled(post.begun(state, "chat"), "chat", Sent(), NOW + 9000)
    assert [one.level for one in state.news.values() if one.check == "watch.chat"] == [Level.DEGRADED, Level.OK]
    assert state.outboxes["chat"].pending == ()


def test_what_only_a_person_can_mend_is_told_of_at_once_and_tried_seldom():
    state = post.settled(
        post.begun(post.posted(two_ways(), [item(1)]), "chat"), "chat", Failed("no", for_good=True), NOW
    )
    assert any(one.check == "watch.chat" for one in state.news.values())
    assert state.outboxes["chat"].not_before == NOW + 240


def test_reminders_do_not_pile_up_before_a_way_that_fails():
    state = post.posted(two_ways(), [item(1)])
    state = post.posted(state, [item(2, News.REMINDER)])
    assert state.outboxes["chat"].pending == ("m-1",)


def test_of_too_much_the_oldest_is_left_out_and_that_is_told():
    state = post.posted(two_ways(), [item(n) for n in range(post.MOST + 7)])
    state = post.begun(state, "chat")
    found = post.digest(state, "chat", "shop", "box", NOW).items
    assert len(found) == post.AT_ONCE + 1
    assert found[-1].reason.startswith("7 older pieces of news were left out")
    state = post.settled(state, "chat", Sent(), NOW)
    assert len(post.digest(post.begun(state, "chat"), "chat", "shop", "box", NOW).items) == post.AT_ONCE


def test_a_new_way_is_told_what_people_know_already_and_one_that_is_gone_is_forgotten():
    state = replace(two_ways(), tracks={"web": Track(Level.DOWN, NOW, told=Level.DOWN), "db": Track()})
    state = post.with_ways(post.posted(state, [item(1)]), ["chat", "mail"], NOW)
    assert list(state.outboxes) == ["chat", "mail"]
    (known,) = post.digest(post.begun(state, "mail"), "mail", "shop", "box", NOW).items
    assert (known.check, known.news, known.level) == ("web", News.BEGAN, Level.DOWN)
    assert state.outboxes["chat"].pending == ("m-1",)
