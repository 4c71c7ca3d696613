"""Whatever a stack looks at may be broken: each fault says what, where and what to do, and all the rest goes on.

The real binary looks at real servers and processes: once as `opsconsole status`, then as a console in a terminal.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.program import opsconsole
from tests.e2e.bad_input_stage import Well, bad_site, findings_shown, grower, sees_findings, stack_file
from tests.lab.redis import RedisLab, free_port
from tests.support.console import real_console

pytestmark = [pytest.mark.pty, pytest.mark.redis]


@dataclass(frozen=True)
class BadWorld:
    """A stack file, what is well in it, and of each other check its level with the words to be told."""

    file: Path
    well: Well
    told: dict[str, str]

    @property
    def args(self) -> tuple[str, str]:
        return "--stack", str(self.file)


@pytest.fixture
def world(redis_lab: RedisLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadWorld]:
    monkeypatch.setenv("WRONG_PASSWORD", "not-it")
    with grower() as growing, bad_site() as site:
        well = Well(redis_lab.start(), growing)
        well.put(3)
        well.redis.call("SET", "session:1", "x")
        locked, dead, socket = redis_lab.start(password="geheim"), free_port(), redis_lab.folder / "docker.sock"
        refused = f"redis://127.0.0.1:{dead}/0"

        def queue(name: str, broker: str, more: str = "") -> str:
            return f'[[queue]]\nname = "{name}"\nbroker = "{broker}"\ndepth = {{ down = 10 }}\n{more}'

        def health(name: str, path: str, more: str = "") -> str:
            return f'[[health]]\nname = "{name}"\nurl = "{site.url}/{path}"\n{more}'

        text = "".join(
            [
                f'[docker]\nhost = "unix://{socket}"\n',
                '[[service]]\nname = "backend"\ncontainer = "shop-backend"\nmemory = { degraded = "700M" }\n',
                '[[service]]\nname = "ghost"\nprocesses = { argv = "opslab-no-such-program" }\n'
                'process = { is = "celery" }\nmemory = { degraded = "700M" }\n',
                well.entries(),
                queue("refused", refused, 'kind = "list"\nqueues = ["mail"]\n'),
                queue("locked", locked.url, 'password = "env:WRONG_PASSWORD"\n'),
                queue("bare", locked.url),
                queue("unset", locked.url, 'password = "env:NOT_SET_ANYWHERE"\n'),
                queue("typed", well.redis.url, 'kind = "list"\nqueues = ["session:1"]\n'),
                health("web", "health"),
                health("hangs", "hang", 'timeout = "1s"\n'),
                health("babble", "garbage"),
                health("circle", "loop", "follow_redirects = true\n"),
            ]
        )
        told = {
            "engine": f"DOWN no container engine: {socket} does not exist; is docker installed and started?",
            "ghost.process": "DOWN no process has 'opslab-no-such-program' in its command line; is it running, and "
            "is processes.argv right?",
            "refused.depth": f"DOWN {refused} refuses connections; is it running?",
            "hangs.health": f"DOWN {site.url}/hang gave no answer within 1 s",
            "babble.health": f"DOWN {site.url}/garbage answers, but not as HTTP does (illegal status line); "
            "is the port right?",
            "circle.health": f"DOWN {site.url}/loop redirects for ever: 5 were followed and none led to an answer",
            "locked.depth": f"UNKNOWN {locked.url} does not take the password (or the user) that is given",
            "bare.depth": f"UNKNOWN {locked.url} wants a password and none is given; name it with password = "
            '"env:NAME"',
            "unset.depth": "UNKNOWN the secret env:NOT_SET_ANYWHERE is not set in this environment",
            "typed.depth": f"UNKNOWN key 'session:1' at {well.redis.url} holds a string, which is no list queue; "
            "is kind = 'list' right?",
        }
        yield BadWorld(stack_file(tmp_path, text), well, told)


def test_status_says_of_each_fault_what_and_where_and_judges_all_the_rest(world):
    seen = opsconsole("status", "--all", *world.args)
    assert (seen.code, seen.err) == (2, "")
    head, *lines, counts = seen.out.splitlines()
    assert head.endswith("DOWN")
    shown = {line.split()[1]: (line[0], line.split(maxsplit=2)[2]) for line in lines}
    signs = {"DOWN": "✗", "UNKNOWN": "?"}
    for check, words in world.told.items():
        level, _, reason = words.partition(" ")
        assert shown[check] == (signs[level], reason)
    for check in ("jobs.depth", "grower.process", "grower.memory", "web.health"):
        assert shown[check][0] == "✓"
    assert {check: why for check, (_, why) in shown.items() if why.startswith("not judged")} == {
        "backend.state": "not judged, because of engine",
        "backend.memory": "not judged, because of backend.state",
        "ghost.memory": "not judged, because of ghost.process",
    }
    assert "✓ 4 OK   ✗ 6 down   ? 4 unknown   3 not judged" in counts


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        (("jobs", "grower", "web"), 0),
        (("refused",), 2),
        (("hangs", "babble", "circle"), 2),
        (("ghost",), 2),
        (("backend",), 3),  # what lies behind an engine that is not there cannot be seen
        (("engine",), 2),
        (("locked", "bare", "unset"), 3),
        (("typed",), 3),
        (("jobs", "typed", "refused"), 2),
    ],
)
def test_the_exit_code_goes_by_the_worst_that_was_asked_for(world, checks, code):
    assert opsconsole("status", *checks, *world.args).code == code


def test_on_the_screen_each_fault_has_its_words_and_the_other_panes_go_on(world):
    with real_console(*world.args, columns=120, rows=64) as console:
        found = sees_findings(console, world.told)
        assert {check: found[check] for check in world.told} == world.told
        assert found.keys() == world.told.keys()
        text = world.well.moves_on(console)
        assert findings_shown(text) == world.told

        for pane, row in (
            ("Memory", "? backend         no container engine: "),
            ("Processes", "✗ ghost           no process has 'opslab-no-such"),
            ("Queues", "✗ refused         redis://127.0.0.1:"),
            ("Queues", "? typed           key 'session:1' at redis://"),
            ("Health", "hangs "),
        ):
            assert row in text, f"the {pane} pane has no {row!r}:\n{text}"
        refused, typed = (text.index(row) for row in ("✗ refused   ", "? typed   "))
        assert refused < typed, "the worst comes first"
        assert re.search(r"  web +/heal\S* +200 ", text)
        console.press("q")
        assert console.wait() == 0


def test_on_a_small_screen_every_fault_is_a_few_keys_away_and_nothing_of_it_is_cut_off(world):
    with real_console(*world.args, columns=80, rows=24) as console:
        console.until("the verdict", lambda text: "DOWN" in text.splitlines()[0] and "10 findings" in text, within=30)
        world.well.grows(console)
        seen: dict[str, str] = {}

        def gather(text: str) -> bool:
            for check, words in findings_shown(text).items():
                seen[check] = max(seen.get(check, ""), words, key=len)
            return all(seen.get(check) == words for check, words in world.told.items())

        down_and_up = itertools.cycle("j" * len(world.told) + "k" * len(world.told))

        def move_on(text: str) -> bool:
            if not (all_there := gather(text)):
                console.send(next(down_and_up))
            return all_there

        console.until(f"all of {world.told}; so far {seen}", move_on, within=60)


def test_what_is_mended_turns_green_without_a_new_start(world, redis_lab):
    with real_console(*world.args, columns=120, rows=64) as console:
        sees_findings(console, {check: world.told[check] for check in ("refused.depth", "typed.depth")})
        port = int(world.told["refused.depth"].partition("127.0.0.1:")[2].partition("/")[0])
        redis_lab.start(port=port)
        world.well.redis.call("DEL", "session:1")
        console.until(
            "both to be well", lambda text: findings_shown(text).keys().isdisjoint({"refused.depth", "typed.depth"})
        )
        assert "locked.depth" in findings_shown(console.text())
