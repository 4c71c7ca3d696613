"""A stack file with faults, for who has to see something now: what is sound of it, and each fault among the checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.sample import ProblemKind
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.verdict import Level
from opsconsole.probes.base import World
from opsconsole.stack.blemish import with_faults
from opsconsole.stack.load import load, load_what_is_sound
from opsconsole.watch.collector import look_once

HERE = Path(__file__).parent / "files"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "stack.toml"
    file.write_text(text)
    return file


def test_a_file_without_faults_gives_the_same_stack_as_ever():
    stack, troubles = load_what_is_sound(HERE / "shop/stack.toml")
    assert troubles == ()
    assert stack == load(HERE / "shop/stack.toml")
    assert with_faults(stack, ()) is stack


def test_what_is_sound_stays_and_every_fault_is_told(tmp_path):
    file = written(
        tmp_path,
        'name = "shop"\nhome = 5\n[[health]]\nname = "web"\nurl = "http://127.0.0.1:1/"\n'
        '[[service]]\nname = "w"\nunit = "w"\nmemory = { degraged = "1G" }\nprocess = { is = "celery" }\n',
    )
    stack, troubles = load_what_is_sound(file)
    assert {"web.health", "w.state", "w.process"} <= {check.name for check in stack.checks}
    assert [trouble.where.rpartition(":")[2].strip() for trouble in troubles] == ["home", "service[w].memory.degraged"]


def test_the_same_faults_refuse_the_file_to_everybody_else():
    _, troubles = load_what_is_sound(HERE / "wrong/stack.toml")
    with pytest.raises(TroubleError) as refused:
        load(HERE / "wrong/stack.toml")
    assert refused.value.troubles == troubles


@pytest.mark.parametrize("text", ['name = "shop', "\x00", "[a]\n[a]\n"])
def test_where_nothing_can_be_read_there_is_nothing_sound(tmp_path, text):
    with pytest.raises(TroubleError, match="this is not TOML"):
        load_what_is_sound(written(tmp_path, text))


def test_a_fault_in_the_engine_s_address_does_not_lead_to_another_engine(tmp_path):
    stack, _ = load_what_is_sound(written(tmp_path, 'name = "shop"\n[docker]\nhosst = "ssh://prod"\n'))
    assert stack.engine.host == "unknown (see [docker])"


def test_checks_that_wait_for_each_other_are_judged_all_the_same(tmp_path):
    both = "".join(
        f'[[health]]\nname = "{name}"\nurl = "http://127.0.0.1:1/"\nneeds = ["{other}.health"]\n'
        for name, other in ("ab", "ba")
    )
    stack, troubles = load_what_is_sound(written(tmp_path, 'name = "shop"\n' + both))
    assert [trouble.what for trouble in troubles] == [
        "a.health needs itself, maybe by way of others",
        "b.health needs itself, maybe by way of others",
    ]
    assert [check.needs for check in stack.checks if check.kind == "health"] == [(), ()]


def test_faults_stand_first_each_line_once_and_say_that_nothing_is_changed_until_then():
    stack, _ = load_what_is_sound(HERE / "shop/stack.toml")
    faulty = with_faults(
        stack,
        [
            Trouble("unknown key 'colour'", "shop/stack.toml:4: colour", "take it out"),
            Trouble("no size", "shop/stack.toml:9: memory.down"),
            Trouble("no size", "shop/stack.toml:9: memory.degraded", 'write "1G"'),
            Trouble("there is no stack file", "", "check the path"),
        ],
    )
    assert [(check.name, check.target.of) for check in faulty.checks[:3]] == [
        (
            "shop/stack.toml:4",
            "colour: unknown key 'colour'; take it out · until then this console only looks",
        ),
        ("shop/stack.toml:9", 'memory.down: no size · memory.degraded: no size; write "1G"'),
        ("stack file", "there is no stack file; check the path"),
    ]
    assert faulty.checks[3:] == stack.checks


async def test_a_look_gives_every_fault_as_unknown_with_its_words():
    stack, troubles = load_what_is_sound(HERE / "wrong/stack.toml")
    world = World(engine_host=stack.engine.host)
    try:
        snapshot = await look_once(with_faults(stack, troubles), world)
    finally:
        await world.close()
    faults = {name: one for name, one in snapshot.standings.items() if one.check.kind == "fault"}
    told = " ".join(one.verdict.reason for one in faults.values())
    assert all(trouble.what in told for trouble in troubles)
    assert {one.level for one in faults.values()} == {Level.UNKNOWN}
    assert snapshot.latest[next(iter(faults.values())).check.target].problem.kind is ProblemKind.UNREADABLE
    assert "geheim" not in repr(snapshot)
    assert snapshot.standings["engine"].level is Level.UNKNOWN
