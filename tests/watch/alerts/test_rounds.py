"""What is told after each round, and what is not."""

import pytest

from opsconsole.checks.restarts import Life
from opsconsole.model.alerts import Maintenance, Once, Weekly
from opsconsole.watch.alerts.rounds import counted, turn_of
from opsconsole.watch.alerts.state import Silence
from tests.watch.alerts.rounds import DEGRADED, DOWN, OK, START, UNKNOWN, Story, check, seen


def test_what_is_all_right_is_not_told():
    story = Story(check("web"))
    assert [story.round(web=OK) for _ in range(3)] == [[], [], []]


def test_a_failure_is_told_once_and_its_recovery_after_two_good_looks():
    story = Story(check("web", runbooks=("web-down", "other")))
    assert story.round(web=DOWN) == ["web began DOWN"]
    (item,) = story.last.items
    assert (item.reason, item.measured, item.expected, item.runbook) == ("told DOWN", "1", "2", "web-down")
    assert (item.since, item.at, item.service) == (START, START, "web")
    assert [story.round(web=DOWN), story.round(web=OK), story.round(web=OK)] == [[], [], ["web recovered OK"]]
    (item,) = story.last.items
    assert (item.was, item.began, item.since) == (DOWN, START, START + 600)
    assert story.round(web=OK) == []


def test_a_bad_look_between_two_good_ones_is_no_recovery():
    story = Story(check("web"))
    told = [story.round(web=level) for level in (DOWN, OK, DOWN, OK, DOWN, OK, OK)]
    assert told == [["web began DOWN"], [], [], [], [], [], ["web recovered OK"]]


def test_for_counts_rounds_of_processes_that_each_look_once():
    story = Story(check("web", rounds=3))
    assert [story.round(web=level) for level in (DOWN, DOWN, OK, DOWN, DEGRADED)] == [[]] * 5
    assert story.round(web=DOWN) == ["web began DOWN"]
    assert story.last.items[0].since == START + 3 * 300  # when it began to be so, not when we were sure


def test_the_same_look_twice_is_one_round():
    story = Story(check("web", rounds=2))
    once = {"web": seen(story.checks["web"], DOWN, START)}
    assert [story.look(once), story.look(once)] == [[], []]
    assert story.round(web=DOWN) == ["web began DOWN"]


def test_what_is_seen_the_same_in_one_moment_is_one_round_for_who_hears_of_every_event():
    story = Story(check("web"), every=1)
    story.apart = 5.0
    loop = [story.round(web=level) for level in (DOWN, OK, OK, DOWN, OK, OK, OK, DOWN, OK, OK, OK, OK)]
    assert loop == [["web began DOWN"]] + [[]] * 11  # a crash loop does not recover between two crashes
    assert [story.round(web=OK), story.round(web=OK)] == [[], ["web recovered OK"]]
    story.round(web=DEGRADED)
    assert story.round(web=DOWN) == ["web worse DOWN"]


def test_worse_is_told_at_once_and_better_when_it_stays_so():
    story = Story(check("web"))
    levels = (DEGRADED, DOWN, DEGRADED, DOWN, DEGRADED, DEGRADED, OK, OK)
    assert [story.round(web=level) for level in levels] == [
        ["web began DEGRADED"],
        ["web worse DOWN"],
        [],
        [],
        [],
        ["web better DEGRADED"],
        [],
        ["web recovered OK"],
    ]


def test_no_data_is_a_state_of_its_own_beneath_which_what_was_known_waits():
    story = Story(check("web", rounds=2))
    told = [story.round(web=level) for level in (DOWN, DOWN, UNKNOWN, UNKNOWN, UNKNOWN, DOWN)]
    assert told == [[], ["web began DOWN"], [], ["web no data UNKNOWN"], [], ["web worse DOWN"]]
    assert story.last.items[0].since == START  # it has been down all the time, as far as anybody knows
    told = [story.round(web=level) for level in (OK, UNKNOWN, OK)]
    assert told == [[], [], ["web recovered OK"]]  # a look without data ends no streak


def test_an_optional_check_without_data_says_nothing():
    story = Story(check("web", optional=True))
    assert [story.round(web=level) for level in (UNKNOWN, UNKNOWN, DOWN)] == [[], [], ["web began DOWN"]]


def test_the_cause_speaks_and_names_its_consequences():
    story = Story(check("redis"), check("worker", needs=("redis",)), check("queue", needs=("worker",)))
    blocked = {"worker": "redis", "queue": "worker"}
    assert story.round(blocked, redis=DOWN, worker=DOWN, queue=UNKNOWN) == ["redis began DOWN"]
    assert story.last.items[0].consequences == ("worker", "queue")
    assert story.round(redis=OK, worker=OK, queue=OK) == []
    assert story.round(redis=OK, worker=OK, queue=OK) == ["redis recovered OK"]


def test_what_was_told_before_its_cause_failed_is_neither_recovered_nor_told_again():
    story = Story(check("redis"), check("worker", needs=("redis",)))
    assert story.round(redis=OK, worker=DOWN) == ["worker began DOWN"]
    assert story.round({"worker": "redis"}, redis=DOWN, worker=DOWN) == ["redis began DOWN"]
    assert story.round({"worker": "redis"}, redis=DOWN, worker=DOWN) == []
    story.round(redis=OK, worker=DOWN)
    assert story.round(redis=OK, worker=DOWN) == ["redis recovered OK"]


def test_who_stays_waits_for_a_look_at_the_cause_but_not_for_long():
    story = Story(check("redis"), check("worker", needs=("redis",)), every=0.1)
    story.patience = 0.25
    redis, worker = story.checks.values()
    old = seen(redis, OK, START - 2)
    assert story.look({"redis": old, "worker": seen(worker, DOWN, START)}) == []
    assert story.last.held
    story.look({"redis": old, "worker": seen(worker, DOWN, START)})
    assert story.look({"redis": old, "worker": seen(worker, DOWN, START)}) == []
    assert story.look({"redis": old, "worker": seen(worker, DOWN, START)}) == ["worker began DOWN"]
    assert not story.last.held


def test_a_cause_that_was_looked_at_since_keeps_nobody_waiting():
    story = Story(check("redis"), check("worker", needs=("redis",)), every=0.1)
    story.patience = 10
    redis, worker = story.checks.values()
    assert story.look({"redis": seen(redis, OK, START), "worker": seen(worker, DOWN, START)}) == ["worker began DOWN"]


def test_what_stays_bad_is_told_again_and_all_of_it_in_one_message():
    story = Story(check("a"), check("b"), check("c"), remind=3600.0)
    assert story.round(a=DOWN, b=OK, c=OK) == ["a began DOWN"]
    assert story.round(a=DOWN, b=DEGRADED, c=OK) == ["b began DEGRADED"]
    for _ in range(9):
        assert story.round(a=DOWN, b=DEGRADED, c=OK) == []
    assert story.round(a=DOWN, b=DEGRADED, c=DOWN) == ["c began DOWN"]
    assert story.round(a=DOWN, b=DEGRADED, c=DOWN) == ["a reminder DOWN", "b reminder DEGRADED"]
    assert story.round(a=DOWN, b=DEGRADED, c=DOWN) == []


def test_without_remind_nobody_is_reminded():
    story = Story(check("a"))
    assert story.round(a=DOWN) == ["a began DOWN"]
    assert [story.round(a=DOWN) for _ in range(500)] == [[]] * 500


def test_what_changes_too_often_is_told_once_until_it_is_steady():
    story = Story(check("web"), recover=1, flapping=(4, 3600.0), every=300)
    told = [story.round(web=level) for level in (DOWN, OK) * 6]
    assert told[:4] == [["web began DOWN"], ["web recovered OK"], ["web began DOWN"], ["web flapping OK"]]
    assert told[4:] == [[]] * 8
    calm = [story.round(web=OK) for _ in range(12)]
    assert [lines for lines in calm if lines] == [["web recovered OK"]]
    assert story.round(web=DOWN) != []


def test_what_is_steady_and_bad_after_flapping_is_told_as_bad():
    story = Story(check("web"), recover=1, flapping=(3, 3600.0), every=300)
    for level in (DOWN, OK, DOWN):
        story.round(web=level)
    calm = [line for _ in range(15) for line in story.round(web=DOWN)]
    assert calm == ["web began DOWN"]
    assert story.last.state.tracks["web"].flapping is False


def test_maintenance_hides_what_comes_and_goes_and_tells_at_its_end_what_stayed():
    window = Maintenance(Once(START, START + 1000), ("worker",))
    story = Story(check("worker.process"), check("web"), maintenance=(window,), recover=1)
    assert story.round(worker_process=DOWN, web=DOWN) == ["web began DOWN"]
    assert story.round(worker_process=OK, web=DOWN) == []
    assert story.round(worker_process=DOWN, web=DOWN) == []
    assert story.round(worker_process=DOWN, web=DOWN) == []
    assert story.round(worker_process=DOWN, web=DOWN) == ["worker.process began DOWN"]
    assert story.last.items[0].since == START + 600


def test_a_silence_ends_and_a_recovery_that_fell_into_it_is_told_then():
    story = Story(check("web"), recover=1)
    assert story.round(web=DOWN) == ["web began DOWN"]
    story.silences = (Silence("web", START + 1000, "known", "ann", START),)
    assert [story.round(web=level) for level in (OK, OK, OK)] == [[], [], []]
    assert story.round(web=OK) == ["web recovered OK"]


def test_every_night_means_the_clock_on_the_wall_of_the_zone():
    night = Maintenance(Weekly(frozenset(), 23 * 3600, 2 * 3600, "Europe/Berlin"))
    story = Story(check("web"), maintenance=(night,), recover=1, every=3600)
    # the new year's hour in UTC is 01:00 in Berlin: the window of the old year has just ended
    story.at = START - 3600
    assert story.round(web=DOWN) == []
    assert story.round(web=DOWN) == ["web began DOWN"]


@pytest.mark.parametrize(
    ("hour", "hidden"), [(21, False), (22, True), (24 + 22, False), (7 * 24 + 23, True), (8 * 24 + 1, False)]
)
def test_a_weekly_window_is_open_on_its_day_only_and_may_go_past_midnight(hour, hidden):
    thursday = Maintenance(Weekly(frozenset({3}), 22 * 3600, 3 * 3600, "UTC"))  # START is a Thursday
    story = Story(check("web"), maintenance=(thursday,))
    story.at = START + hour * 3600
    assert (story.round(web=DOWN) == []) is hidden


def test_after_a_boot_nothing_is_told_for_the_grace_and_what_is_still_wrong_then():
    story = Story(check("web"), every=60)
    story.grace = 150
    story.booted = START - 10
    assert [story.round(web=DOWN) for _ in range(3)] == [[], [], []]
    assert story.round(web=DOWN) == ["web began DOWN"]


def test_a_check_that_is_taken_out_of_the_file_is_not_left_open():
    story = Story(check("web"), check("old"))
    assert story.round(web=OK, old=DOWN) == ["old began DOWN"]
    del story.checks["old"]
    assert story.round(web=OK) == ["old recovered OK"]
    assert story.round(web=OK) == []


def test_who_shows_where_everything_stands_is_given_what_counts():
    story = Story(check("web", rounds=2))
    story.round(web=DOWN)
    standing = seen(story.checks["web"], DOWN, START)
    checks = story.checks.values()
    assert [one.level for one in counted(story.state, checks, {"web": standing})] == [OK]
    story.round(web=DOWN)
    assert [(one.level, one.since) for one in counted(story.state, checks, {"web": standing})] == [(DOWN, START)]
    assert [(one.level, one.at) for one in counted(story.state, checks, {})] == [(DOWN, START + 300)]


def test_what_is_to_be_looked_at_once_an_hour_is_not_looked_at_in_every_round():
    story = Story(check("web"), check("smoke", every=3600.0))
    checks = story.checks.values()
    assert turn_of(story.state, checks, START) == ["web", "smoke"]
    story.round(web=OK, smoke=DOWN)
    assert turn_of(story.state, checks, START + 300) == ["web"]
    assert story.round(web=OK) == []  # and is as it was
    assert turn_of(story.state, checks, START + 3300) == ["web", "smoke"]
    assert turn_of(story.state, checks, START - 9) == ["web", "smoke"]  # the clock was set back


BORN = Life("c0ffee", START - 500, 0, True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"started_at": START, "restarts": 2}, ["web happened: ended and was restarted 2 times"]),
        ({"started_at": START}, ["web happened: was started again"]),
        ({"id": "beef", "started_at": START}, ["web happened: was made anew, or is another one"]),
        ({"oom": True}, ["web happened: a process of it was killed: out of memory"]),
        ({"oom_at": START}, ["web happened: a process of it was killed: out of memory"]),
        ({"incarnation": "x"}, ["web happened: was started again"]),
        ({"runs": False}, []),
        ({"restarts": 0, "started_at": None, "runs": False}, []),
    ],
)
def test_what_happened_to_a_container_or_unit_is_told_by_who_it_is_and_since_when(change, told):
    story = Story(every=10)
    assert story.lived("web", BORN) == []
    assert story.lived("web", **change) == told
    assert story.lived("web") == []


def test_a_start_after_a_stop_is_the_end_of_a_finding_and_no_news_of_its_own():
    story = Story(every=10)
    story.lived("web", BORN)
    assert story.lived("web", runs=False) == []
    assert story.lived("web", runs=True, started_at=START) == []


def test_a_counter_that_was_set_back_by_a_start_by_hand_is_one_start():
    story = Story(every=10)
    story.lived("web", Life("c0ffee", START - 500, 7, True))
    assert story.lived("web", restarts=0, started_at=START) == ["web happened: was started again"]


def test_a_plain_process_is_another_one_by_its_pid_or_its_start():
    story = Story(every=10)
    story.lived("cron", Life("pid 12", START - 500, 0, True))
    assert story.lived("cron", id="pid 99", started_at=START) == ["cron happened: is another process than before"]
    assert story.lived("cron", started_at=START + 9) == ["cron happened: is another process than before"]


def test_a_crash_loop_is_told_a_few_times_and_then_once_more_until_it_ends():
    story = Story(flapping=(3, 600.0), every=10)
    story.lived("web", BORN)
    told = [story.lived("web", restarts=n, started_at=START + n) for n in range(1, 30)]
    again = ["web happened: ended and was restarted once"]
    assert told[:3] == [again, again, ["web flapping DEGRADED"]]
    assert told[3:] == [[]] * 26
    story.at += 600
    assert story.lived("web", restarts=99, started_at=story.at) == ["web happened: ended and was restarted 70 times"]


def test_a_boot_is_one_piece_of_news_and_not_one_for_each_service():
    story = Story(every=10)
    story.lived("web", BORN)
    story.lives["db"] = BORN
    story.look({})
    story.boot, story.booted = "two", story.at - 5
    story.lives = {name: Life("c0ffee", START + 15, 0, True) for name in ("web", "db")}
    assert story.look({}) == ["box happened: this box was started again"]
    assert story.look({}) == []


def test_a_silenced_service_may_be_restarted_without_a_word():
    story = Story(every=10)
    story.lived("web", BORN)
    story.silences = (Silence("web", START + 15, "deploy", "ann", START),)
    assert story.lived("web", started_at=START) == []
    assert story.lived("web", started_at=START + 20) == ["web happened: was started again"]
