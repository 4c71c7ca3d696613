"""bookingbot: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsconsole.model.questions import Answer, AskTick, Question
from opsconsole.model.run import RunState
from opsconsole.runbook.guard import Guard
from opsconsole.stack.load import load
from tests.lab.systems.bookingbot.box import FIRST, SHIPPED, Bookingbot
from tests.lab.systems.bookingbot.faults import FAULTS, QUICK, recreate
from tests.lab.systems.breaking import edit
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand
from tests.lab.systems.harness import Bench, follow, prove, well_again
from tests.lab.systems.system import Status, on_the_box
from tests.support.waiting import wait_until

HOOK = "https://bookings.example/telegram/webhook"
HIDDEN = "X-Telegram-Bot-Api-Secret-Token"


SYSTEM = Bookingbot


@pytest.mark.engine
def test_a_migration_waits_and_its_runbook_applies_it(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.engine
@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)


def done(lab: Bookingbot, runbook: str, *choices: str, **inputs: str) -> Hand:
    """Follow a runbook to its end, which must be a good one."""
    hand = follow(lab, Hand(replace(Fault.none(runbook, choices), inputs=inputs)))
    assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
    return hand


# --- releases --------------------------------------------------------------------------------------------------------


def _pending(lab: Bookingbot) -> None:
    lab.sql("DELETE FROM flyway_schema_history WHERE version = '2'")


def _applied_again(lab: Bookingbot) -> None:
    lab.sql("ALTER TABLE booking DROP COLUMN party")
    lab.migrate()


def _no_secret(lab: Bookingbot) -> None:
    lab.set_env(ADMIN_CHAT_ID=None)
    recreate(lab)


def _secret_again(lab: Bookingbot) -> None:
    lab.set_env(ADMIN_CHAT_ID="-1001")
    recreate(lab)


def _database_away(lab: Bookingbot) -> None:
    lab.docker("stop", "--time", "5", lab.container("db"))


def _database_back(lab: Bookingbot) -> None:
    lab.docker("start", lab.container("db"))
    lab.wait_until_well()


BLOCKERS: Mapping[str, tuple[Callable[[Bookingbot], None], Callable[[Bookingbot], None]]] = {
    "a migration is pending": (_pending, _applied_again),
    "a secret is missing": (_no_secret, _secret_again),
    "the database is away": (_database_away, _database_back),
}


@pytest.mark.engine
@pytest.mark.lab
def test_preflight_stops_at_what_blocks(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before any blocker")
        for name, (block, mend) in BLOCKERS.items():
            block(lab)
            hand = follow(lab, Hand(replace(Fault.none("release-preflight"), inputs={"tag": FIRST})))
            assert (hand.ended, hand.done[-1]) == ("failed", "well"), (name, hand.done, hand.why)
            mend(lab)
        well_again(lab, "after the blockers")
        new_migration(lab, "V2.1__note.sql", "ALTER TABLE booking ADD COLUMN note text;", "v1.4.7").unlink()
        on_the_box(lab, "git", "fetch", "--quiet", "--tags")
        hand = follow(lab, Hand(replace(Fault.none("release-preflight"), inputs={"tag": "v1.4.7"})))
        assert (hand.ended, hand.done[-1]) == ("failed", "migrations"), (hand.done, hand.why)
        assert "2.1\r\n^ these would be pending" in hand.seen
        done(lab, "release-preflight", tag=FIRST)


def new_migration(lab: Bookingbot, name: str, statement: str, tag: str) -> Path:
    """A release with one more migration, as it is tagged and built."""
    file = lab.developer / "src/main/resources/db/migration" / name
    file.write_text(statement)
    lab.release(tag, name)
    return file


@pytest.mark.engine
@pytest.mark.lab
def test_a_release_comes_and_is_called_good(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the release")
        edit(lab.developer / "miniapp" / "index.html", "tonight", "tonight and tomorrow")
        lab.release("v1.4.5", "Tomorrow too")
        on_the_box(lab, "git", "fetch", "--quiet", "--tags")
        done(lab, "release", "Yes", tag="v1.4.5")
        assert re.search(r" v1\.4\.5 good$", (lab.home / ".releases").read_text(), re.MULTILINE)
        assert lab.docker("inspect", "--format", "{{.Config.Image}}", lab.container("app")).endswith(":v1.4.5")
        done(lab, "after-release", "Yes")
        well_again(lab, "after the release")


def lame_release(lab: Bookingbot, tag: str) -> None:
    """A release that never becomes ready."""
    right = (lab.developer / "server.py").read_text()
    edit(lab.developer / "server.py", "if ready else", "if not ready else")
    lab.release(tag, "Ready the other way round")
    (lab.developer / "server.py").write_text(right)
    on_the_box(lab, "git", "fetch", "--quiet", "--tags")


@pytest.mark.engine
@pytest.mark.lab
def test_a_release_that_is_not_ready_goes_back_with_its_reason(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the release")
        good = on_the_box(lab, "git", "describe", "--tags")
        lame_release(lab, "v1.4.8")
        done(lab, "release", "No, or", tag="v1.4.8", last_good=good, reason="it never became ready")
        assert "v1.4.8 bad it never became ready" in (lab.home / ".releases").read_text()
        assert on_the_box(lab, "git", "describe", "--tags") == good
        well_again(lab, "after it went back")


@pytest.mark.engine
@pytest.mark.lab
def test_the_image_before_goes_back_first(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the release")
        good = on_the_box(lab, "git", "describe", "--tags")
        lame_release(lab, "v1.4.9")
        lab.check_out("v1.4.9")
        recreate(lab)
        assert Status.of(lab).wrong == {"ready.health": "DOWN"}
        hand = done(lab, "release-rollback", "Nothing in the data", "Yes, it works", last_good=good, reason="not ready")
        assert "stop-database" not in hand.done
        well_again(lab, "after the image went back")


@pytest.mark.engine
@pytest.mark.lab
def test_hurt_data_goes_back_to_a_point_in_time(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the release")
        good = on_the_box(lab, "git", "describe", "--tags")
        lab.back_up()
        backup = max(file.name for file in (lab.backups / "base").iterdir())
        lab.sql("INSERT INTO booking (guest, at) VALUES ('Olga', now())")
        moment = _next_second(lab)
        migration = new_migration(lab, "V9__tidy_guests.sql", "UPDATE booking SET guest = '';", "v1.5.0")
        lab.check_out("v1.5.0")
        lab.migrate()
        recreate(lab)
        assert lab.sql("SELECT guest FROM booking WHERE guest = 'Olga'") == ""
        migration.unlink()
        words = {"moment": moment, "backup": backup, "last_good": good, "reason": "its migration emptied the guests"}
        done(lab, "release-rollback", "Data is corrupted", **words)
        assert lab.sql("SELECT guest FROM booking WHERE guest = 'Olga'") == "Olga"
        assert lab.sql("SELECT count(*) FROM flyway_schema_history WHERE version = '9'") == "0"
        assert "v1.5.0 bad its migration emptied" in (lab.home / ".releases").read_text()
        well_again(lab, "after the restore")


def _next_second(lab: Bookingbot) -> str:
    """The next whole second of the database's clock, when it is over: all that was there before is older."""
    then = datetime.fromtimestamp(float(lab.sql("SELECT extract(epoch FROM clock_timestamp())")), UTC)
    moment = then.replace(microsecond=0) + timedelta(seconds=1)
    wait_until("that second to be over", lambda: float(lab.sql("SELECT extract(epoch FROM clock_timestamp())"))
               > moment.timestamp() + 1)  # fmt: skip
    lab.sql("INSERT INTO booking (guest, at) VALUES ('after', now())")  # a restore stops at what comes after the moment
    return f"{moment:%Y-%m-%dT%H:%M:%S}+00"


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.lab
def test_the_qr_secret_is_rotated_with_two_valid_meanwhile(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the rotation")
        old, before = lab.get("/qr/new")[1], lab.env("QR_SECRET")
        first = done(lab, "rotate-qr-secret", "The first", "End the first")
        new = lab.get("/qr/new")[1]
        assert (lab.get(f"/qr/check?code={old}")[0], lab.get(f"/qr/check?code={new}")[0]) == (200, 200)
        second = done(lab, "rotate-qr-secret", "The second", "End the second")
        assert (lab.get(f"/qr/check?code={old}")[0], lab.get(f"/qr/check?code={new}")[0]) == (403, 200)
        secrets = (before, lab.env("QR_SECRET"))
        assert not any(secret in hand.seen for hand in (first, second) for secret in secrets)
        well_again(lab, "after the rotation")


@pytest.mark.engine
@pytest.mark.lab
def test_the_database_password_is_rotated(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the rotation")
        before = lab.env("DATABASE_PASSWORD")
        hand = done(lab, "rotate-database-password")
        assert "old-refused" in hand.done or "password authentication failed" in hand.seen
        assert lab.env("DATABASE_PASSWORD") not in (before, "")
        assert not any(secret in hand.seen for secret in (before, lab.env("DATABASE_PASSWORD")))
        well_again(lab, "after the rotation")


@pytest.mark.engine
@pytest.mark.lab
def test_the_webhook_secret_is_rotated(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the rotation")
        before = lab.env("WEBHOOK_SECRET_TOKEN")
        assert lab.post("/telegram/webhook", **{HIDDEN: before}) == 200
        hand = done(lab, "rotate-webhook-secret", hook=HOOK)
        after = lab.env("WEBHOOK_SECRET_TOKEN")
        assert lab.post("/telegram/webhook", **{HIDDEN: before}) == 401
        assert lab.post("/telegram/webhook", **{HIDDEN: after}) == 200
        assert lab.telegram.hook == (HOOK, after)
        assert not any(secret in hand.seen for secret in (before, after))
        well_again(lab, "after the rotation")


@pytest.mark.engine
@pytest.mark.lab
def test_the_bot_token_is_rotated(bench: Bench) -> None:
    with bench.working() as lab:
        before, after = lab.env("TELEGRAM_BOT_TOKEN"), "1000:another-one-for-the-lab"
        lab.set_env(TELEGRAM_BOT_TOKEN=None, BOT_TOKEN=before)
        recreate(lab)
        well_again(lab, "under the token's old name")
        lab.telegram.token = after
        hand = done(lab, "rotate-bot-token", new_token=after, hook=HOOK)
        assert (lab.env("TELEGRAM_BOT_TOKEN"), lab.env("BOT_TOKEN")) == (after, "")
        assert lab.telegram.hook == (HOOK, lab.env("WEBHOOK_SECRET_TOKEN"))
        assert not any(secret in hand.seen for secret in (before, after))
        well_again(lab, "after the rotation")


@pytest.mark.engine
@pytest.mark.lab
def test_production_only_validates_whatever_is_asked_for(bench: Bench) -> None:
    with bench.working() as lab:
        _pending(lab)
        asked = ("run", "--rm", "--no-deps", "-T", "-e", "FLYWAY_MODE=migrate-and-validate", "app")
        said = lab.compose(*asked, check=False)
        assert "migrations (validate): pending migrations: V2__party_size.sql" in said
        _applied_again(lab)
        well_again(lab, "after it was applied")


@dataclass
class Meanwhile(Hand):
    """Ticks a box only when what it says was done, elsewhere and by others."""

    box: str = ""
    elsewhere: Callable[[], None] = lambda: None

    async def answer(self, state: RunState, question: Question) -> Answer:
        if isinstance(question, AskTick) and self.box in state.steps[question.step].step.text:
            await asyncio.to_thread(self.elsewhere)
        return await super().answer(state, question)


@pytest.mark.engine
@pytest.mark.lab
def test_a_schema_that_the_old_image_cannot_live_with_is_fixed_forward(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the release")
        good = on_the_box(lab, "git", "describe", "--tags")

        def release(tag: str, migration: str, statement: str) -> None:
            new_migration(lab, migration, statement, tag)
            lab.check_out(tag)
            lab.migrate()
            recreate(lab)

        release("v1.6.0", "V10__people.sql", "ALTER TABLE booking RENAME COLUMN party TO people;")
        ways = ("Nothing in the data", "No, the old image", "Forward", "Prove it")
        given = {"last_good": good, "reason": "its migration broke the image before it"}
        hand = Meanwhile(
            replace(Fault.none("release-rollback", ways), inputs=given),
            box="The release with the fix runs",
            elsewhere=lambda: release("v1.6.1", "V11__party.sql", "ALTER TABLE booking RENAME COLUMN people TO party;"),
        )
        follow(lab, hand)
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        assert "go-back" in hand.done, "the image before goes back first"
        assert "stop-database" not in hand.done
        assert lab.docker("inspect", "--format", "{{.Config.Image}}", lab.container("app")).endswith(":v1.6.1")
        assert lab.sql("SELECT count(party) >= 0 FROM booking") == "t"
        assert "v1.6.0 bad its migration broke" in (lab.home / ".releases").read_text()
        well_again(lab, "after the fix")


@pytest.mark.engine
@pytest.mark.lab
def test_init_writes_a_stack_file_that_finds_no_fault_here(bench: Bench, tmp_path: Path) -> None:
    with bench.working() as lab:
        well_again(lab, "before anything is written")
        file = tmp_path / "first.toml"
        on_the_box(lab, sys.executable, "-m", "opsconsole", "init", "--project", lab.project, "--output", file)
        stack = load(file)
        assert [service.name for service in stack.services] == ["app", "caddy", "db"]
        assert str(stack.home) == str(lab.home)
        file.write_text(file.read_text() + NOT_THE_BOX)
        found = Status.of(SimpleNamespace(stack_file=file, environment=lab.environment))
        assert (found.code, found.wrong) == (0, {}), found.said


# --- what needs no lab -----------------------------------------------------------------------------------------------


def test_the_stack_file_holds_what_they_wrote() -> None:
    checks = {check.name: check for check in load(SHIPPED / "stack.toml").checks}
    assert checks["app-user"].expect.user == "10001:10001"
    assert checks["one-app"].expect.count == 1
    assert checks["schema"].target.of.tool == "flyway"
    assert dict(checks["app.env"].expect.alias) == {"TELEGRAM_BOT_TOKEN": ("BOT_TOKEN",)}
    body = checks["app.health"].expect.body
    assert [body.stands_in(text) for text in ("OK", '"OK"\n', "ok", '{"database": "UP"}')] == [
        False,
        False,
        False,
        True,
    ]
    assert checks["app-stub"].expect.depends == ("db.state",)
    assert dict(checks["log-days"].expect.values) == {"LOG_KEEP_DAYS": ("30",)}


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("docker compose up -d --scale app=2 app", True),
        ("docker compose up -d --no-recreate --scale app=1 app", False),
        ("docker compose scale app=2", True),
        ("docker compose down -v", True),
        ("docker compose config", True),
        ("docker compose up -d app", False),
    ],
)
def test_what_is_forbidden_here(command: str, refused: bool) -> None:
    guard = Guard(load(SHIPPED / "stack.toml").forbidden)
    assert bool(guard.refuse(command)) is refused


def test_without_an_engine_one_finding_says_so(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    away = SimpleNamespace(stack_file=SHIPPED / "stack.toml", home=tmp_path, environment=environment)
    status = Status.of(away, "engine", "app.state", "app-user", "db.process")
    assert (status.code, status.wrong) == (2, {"engine": "DOWN"})
