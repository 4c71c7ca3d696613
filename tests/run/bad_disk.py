"""Runs on a disk that stops taking anything. Called in a mount namespace of its own.

unshare --mount --map-root-user python -m tests.run.bad_disk full|read-only FOLDER
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from opsconsole.model.questions import Leave, Yes
from opsconsole.model.trouble import TroubleError
from opsconsole.run import journal, wire
from opsconsole.run.folder import list_runs, read_run
from opsconsole.run.kinds import Kind
from opsconsole.run.session import Session
from tests.run.lab import journalled, kill_holder
from tests.run.shop import Shop
from tests.support.operator import ScriptedOperator
from tests.support.waiting import wait_for, wait_until

STEP = """
```bash {name=slow}
{ echo begun >> ledger; until test -e go; do sleep 0.02; done; echo over >> ledger; }
```

```bash {name=after}
echo after >> ledger
```
"""


def _standing(shop: Shop) -> str:
    return read_run(shop.state_folder, "last").steps[0].progress.value


def _ledger(shop: Shop) -> list[str]:
    path = shop.home / "ledger"
    return path.read_text().split() if path.exists() else []


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


async def _fill_the_last_page(session: Session) -> None:
    """So that the next entry of the journal needs a page of its own: one that the disk does not have."""
    path = session.folder / journal.FILE

    async def pad(length: int) -> int:
        before = path.stat().st_size
        await session.append(Kind.INPUT, {"name": "pad", "value": "x" * length})
        return path.stat().st_size - before

    bare = await pad(1000) - 1000
    await pad((-(path.stat().st_size + bare) - 2) % 4096)


async def _stuck(shop: Shop) -> tuple[Session, Path]:
    """A run whose step has ended, and whose holder cannot write that down: the room set aside is used up as well."""
    session, _ = await shop.begin(STEP, [Yes(), Leave()])
    playing = asyncio.create_task(session.play())
    await wait_for("the step to begin", lambda: _ledger(shop) == ["begun"])
    await _fill_the_last_page(session)
    os.truncate(session.folder / journal.RESERVE, 0)
    filler = shop.state_folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
    except OSError:
        pass
    (shop.home / "go").touch()
    await wait_for("the run to say so", lambda: "cannot be written yet" in session.state.waiting)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    await session.close()
    return session, filler


async def _result(folder: Path) -> None:
    await wait_for("the result", lambda: journalled(folder)[-1].kind == Kind.ENDED)


async def full(folder: Path) -> dict[str, Any]:
    """The disk is full between a step's end and its entry; the console dies; then there is room, or the holder dies."""
    seen: dict[str, Any] = {}
    for fate in ("room again", "the holder dies"):
        shop = Shop(folder / fate.replace(" ", "-"))
        shop.state_folder.mkdir(parents=True)
        _mount("-t", "tmpfs", "-o", "size=3m", "none", shop.state_folder)
        session, filler = await _stuck(shop)
        told = {"while full": _standing(shop)}
        if fate == "room again":
            filler.unlink()
            await _result(session.folder)
        else:
            kill_holder(session.folder)
            told["while full, without a holder"] = _standing(shop)
            try:
                await shop.resume()
            except TroubleError as error:
                told["resume while full"] = str(error)
            filler.unlink()
        again, operator = await shop.resume([Leave()])
        await again.play()
        told["at last"] = _standing(shop)
        told["asked"] = type(operator.asked[0]).__name__
        told["ledger"] = _ledger(shop)
        told["fault"] = journal.read(session.folder / journal.FILE).fault
        await again.close()
        kill_holder(session.folder)
        seen[fate] = told
    return seen


async def read_only(folder: Path) -> dict[str, Any]:
    """A run was left open; then its folder can only be read."""
    shop = Shop(folder)
    session, _ = await shop.begin(STEP, [Leave()])
    await session.play()
    await session.close()
    kill_holder(session.folder)
    wait_until("the holder to be gone", lambda: wire.holder_of(session.folder) is None)
    place = shop.state_folder
    _mount("--bind", place, place)
    _mount("-o", "remount,bind,ro", place)
    seen: dict[str, Any] = {"standing": _standing(shop), "listed": [run.id for run in list_runs(place)]}
    try:
        await shop.resume([Yes()])
    except TroubleError as error:
        seen["resume"] = str(error)
    try:
        book = shop.book(STEP, "second")
        await Session.begin(runbook=book, reason="", inputs={}, **shop.ports(ScriptedOperator([Yes()])))
    except TroubleError as error:
        seen["begin"] = str(error)
    seen["ledger"] = _ledger(shop)
    return seen


if __name__ == "__main__":
    what = {"full": full, "read-only": read_only}[sys.argv[1]]
    print(json.dumps(asyncio.run(what(Path(sys.argv[2])))))
