"""The clock is set back in the middle of a run: what is so does not hang on what time it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from tests.run.lab import journalled, kill_holder
from tests.support.console import real_console
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

ROOT: Final = Path(__file__).parents[2]
A_DAY_BACK: Final = "import time\n_now = time.time\ntime.time = lambda: _now() - 86400.0\n"
"""Read by every Python that starts with it on its path: by the console, and by the holder it starts."""
BOOK: Final = """
```bash {name=move}
{ echo begun >> ledger; until test -e go; do sleep 0.02; done; echo over >> ledger; }
```

```bash {name=tidy}
echo tidied >> ledger
```
"""


@pytest.mark.parametrize("holder_dies", [False, True])
def test_a_run_goes_on_and_its_record_keeps_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder_dies: bool
) -> None:
    stack = tmp_path / "stack.toml"
    stack.write_text('name = "late"\nhome = "."\n[box]\nenabled = false\n')
    (tmp_path / "move.md").write_text(BOOK)
    ledger = tmp_path / "ledger"
    with real_console("--stack", str(stack), "run", "move", cwd=str(ROOT)) as console:
        console.sees("Run this?")
        console.send("y\n")
        wait_until("the step to begin", ledger.exists, within=20)
        [run] = (Path(os.environ["XDG_STATE_HOME"]) / "opsconsole" / "runs").iterdir()
        console.kill(signal.SIGSTOP)
        if holder_dies:
            kill_holder(run)
        console.kill()
        console.wait()

    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(A_DAY_BACK)
    monkeypatch.setenv("PYTHONPATH", str(site))

    def program(*words: str, typed: str = "") -> str:
        command = [sys.executable, "-m", "opsconsole", "--stack", str(stack), *words]
        done = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=60)
        return done.stdout

    assert f"move: {'outcome unknown' if holder_dies else 'running'}" in program("runs", "show", "last")
    (tmp_path / "go").touch()
    said = program("runs", "resume", "last", typed="d\ny\ny\n" if holder_dies else "y\ny\n")
    assert "All steps are through." in said
    assert ledger.read_text().split() == (["begun", "tidied"] if holder_dies else ["begun", "over", "tidied"])
    entries = journalled(run)
    times = [entry.at for entry in entries]
    assert holder_dies is (times != sorted(times)), "the second holder's clock is a day behind"
    labels = [entry.data["label"] for entry in entries if entry.kind == Kind.OPS_CHECK]
    assert labels[-1] == "after tidy", "the latest is the one that came last, whatever the clock says"
    assert "after -" not in program("runs", "report", "last")
    assert not journal.read(run / journal.FILE).fault
