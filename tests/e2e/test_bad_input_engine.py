"""The container engine may be there but out of reach, because we may not use its socket: that is not called down."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import opsconsole
from tests.e2e.bad_input_stage import Well, findings_shown, grower, sees_findings, stack_file
from tests.lab.engine import LabEngine
from tests.lab.redis import LabRedis
from tests.support.console import real_console
from tests.support.parts import lack

pytestmark = [pytest.mark.pty, pytest.mark.redis, pytest.mark.engine]

NOBODY = (
    *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    # The interpreter and the project may lie where nobody may look (below /root): reading is let through. It does not
    # open the engine's socket, for which one has to be allowed to write.
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"),
    *(sys.executable, "-m", "opsconsole"),
)


@pytest.fixture
def as_nobody() -> None:
    """For tests that become somebody who may not use the engine."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        lack("root", "only root can become nobody, and by setpriv")


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may enter; pytest's own are for the user of the tests alone."""
    made = Path(tempfile.mkdtemp(prefix="opslab-bad-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def well(redis_server: LabRedis) -> Iterator[Well]:
    with grower() as growing:
        yield Well(redis_server, growing)


@pytest.fixture
def stack(engine: LabEngine, well: Well, folder: Path) -> Path:
    """One container, and beside it what is well."""
    well.put(1)
    backend = engine.run()
    text = f'[docker]\nhost = "{engine.host}"\n[[service]]\nname = "backend"\ncontainer = "{backend.name}"\n'
    return stack_file(folder, text + 'memory = { degraded = "700M" }\n' + well.entries())


def told(engine: LabEngine) -> str:
    socket = engine.host.removeprefix("unix://")
    return f"no permission on the engine's socket {socket}; to mend: sudo usermod -aG docker nobody, then log in again"


@pytest.mark.usefixtures("as_nobody")
def test_without_permission_on_the_socket_status_says_how_to_get_it_and_judges_the_rest(engine, stack, folder):
    environment = {**os.environ, "HOME": str(folder)}
    seen = subprocess.run(
        [*NOBODY, "status", "--all", "--stack", str(stack)], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (seen.returncode, seen.stderr) == (3, "")
    lines = {line.split()[1]: (line[0], line.split(maxsplit=2)[2]) for line in seen.stdout.splitlines()[1:-1]}
    assert lines["engine"] == ("?", told(engine))
    assert lines["backend.state"] == ("?", "not judged, because of engine")
    assert lines["jobs.depth"][0] == lines["grower.process"][0] == lines["grower.memory"][0] == "✓"
    assert opsconsole("status", "--stack", str(stack)).code == 0, "to root nothing is wrong"


@pytest.mark.usefixtures("as_nobody")
@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
def test_without_permission_on_the_socket_the_console_says_so_and_the_rest_goes_on(
    engine, well, stack, folder, columns, rows
):
    size = {"columns": columns, "rows": rows}
    with real_console("--stack", str(stack), env={"HOME": str(folder)}, command=NOBODY, **size) as console:
        seen = sees_findings(console, {"engine": f"UNKNOWN {told(engine)}"})
        assert seen == {"engine": f"UNKNOWN {told(engine)}"}
        console.until("why in the panes too", lambda text: len(re.findall(r"\? backend +no permission on", text)) == 2)
        well.moves_on(console)
        assert findings_shown(console.text()) == seen
        console.press("q")
        assert console.wait() == 0
