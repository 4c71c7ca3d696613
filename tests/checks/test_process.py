"""Whether a service is what it should be."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.process import Expect
from opsconsole.model.text import plain
from opsconsole.model.verdict import Level
from tests.checks.looks import judged, runs

LINE = "/app/.venv/bin/celery -A config worker -l INFO --concurrency=2 -Q ai,billing,default"
CELERY = LINE.split()


def test_a_worker_that_is_a_web_server_is_down_and_its_command_line_shown():
    expect = Expect(is_="celery", has=("worker",), never=("gunicorn",))
    verdict = judged("process", expect, runs("gunicorn", "config.wsgi", "-b", ":8000"))
    assert verdict.level is Level.DOWN
    assert verdict.reason == "runs gunicorn, expected celery"
    assert verdict.measured == "gunicorn config.wsgi -b :8000"
    assert verdict.expected == "celery, with worker, never gunicorn"


def test_the_right_process_is_ok():
    verdict = judged("process", Expect(is_="celery", has=("worker",), never=("gunicorn",)), runs(*CELERY))
    assert (verdict.level, verdict.reason) == (Level.OK, "runs celery")


@pytest.mark.parametrize(
    "has", ["worker", "-A config", "ai", "billing", "-Q ai,billing,default", "--concurrency=2", "2"]
)
def test_words_that_stand_in_the_command_line_are_found(has):
    assert judged("process", Expect(has=(has,)), runs(*CELERY)).level is Level.OK


@pytest.mark.parametrize("has", ["work", "beat", "concurrency", "conf", "-Q billing", "a"])
def test_parts_of_other_words_do_not_count(has):
    verdict = judged("process", Expect(has=(has,)), runs(*CELERY))
    assert (verdict.level, verdict.reason) == (Level.DOWN, f"runs celery, but without {has} in its command line")


def test_a_title_that_was_rewritten_is_read_as_it_stands():
    title = runs("[celeryd: host:MainProcess] -active- (-A config worker -Q ai)", program="celery")
    assert judged("process", Expect(is_="celery", has=("worker", "-Q ai")), title).level is Level.OK


def test_a_program_may_be_named_with_its_subcommand():
    beat = runs("celery", "-A", "config", "beat")
    assert judged("process", Expect(is_="celery beat"), beat).level is Level.OK
    verdict = judged("process", Expect(is_="celery beat"), runs(*CELERY))
    assert verdict.reason == "runs celery without beat, expected celery beat"


def test_what_should_never_run_is_found_among_the_children_too():
    reading = runs("sh", "start.sh", program="start.sh", others=[("uvicorn", "app:app")])
    verdict = judged("process", Expect(never=("uvicorn",)), reading)
    assert (verdict.level, verdict.reason) == (Level.DOWN, "uvicorn runs in it (pid 5000), which it never should")


def test_a_forbidden_word_inside_an_argument_is_no_fault():
    assert judged("process", Expect(never=("gunicorn",)), runs("celery", "--log=/var/log/gunicorn")).level is Level.OK
    assert judged("process", Expect(never=("--reload",)), runs("uvicorn", "--reload")).level is Level.DOWN


def test_with_nothing_expected_anything_that_runs_will_do():
    assert judged("process", Expect(), runs("anything")).level is Level.OK


def test_a_hostile_command_line_reaches_nobody_as_it_is():
    verdict = judged("process", Expect(is_="celery"), runs("\x1b[2Jevil\nname", program="\x1b[31mevil\n"))
    assert "\x1b" not in verdict.reason + verdict.measured
    assert "\n" not in verdict.reason + verdict.measured


@pytest.mark.parametrize("field", ["is", "has", "never"])
def test_an_empty_word_is_refused(field):
    with pytest.raises(msgspec.ValidationError, match="empty"):
        msgspec.convert({field: " " if field == "is" else [""]}, Expect)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS.filter(str.strip), max_size=3))
def test_what_is_asked_of_the_command_line_only_ever_makes_it_worse(argv, has):
    less = judged("process", Expect(has=tuple(has[:1])), runs(*argv))
    more = judged("process", Expect(has=tuple(has)), runs(*argv))
    assert less.level <= more.level


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_any_command_line_can_be_judged_in_one_plain_line(argv):
    verdict = judged("process", Expect(is_="celery", has=("worker",)), runs(*argv))
    assert len(verdict.reason.splitlines()) == 1
    assert plain(verdict.reason) == verdict.reason
