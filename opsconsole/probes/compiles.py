"""Whether all Python of a tree compiles, without writing anything: by our own, or by the one that will run it."""

from __future__ import annotations

import json
import sys
from typing import Final

from opsconsole.model.programs import CompilesOf, CompilesReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.inside import run_inside
from opsconsole.probes.running import run
from opsconsole.probes.tree import ALWAYS, MOST

SCRIPT: Final = r"""
import fnmatch, json, os, platform, sys, warnings
root, most, shut = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
warnings.simplefilter("ignore")
try: os.nice(10)
except OSError: pass
def out(path, name): return any(fnmatch.fnmatch(name, p) or fnmatch.fnmatch(path, p) for p in shut)
def end(**told): print(json.dumps(told)); sys.exit(0)
def refuse(fault): end(fault=fault.strerror, path=fault.filename)
broken, count = [], 0
for folder, folders, names in os.walk(root, onerror=refuse):
    below = os.path.relpath(folder, root)
    prefix = "" if below == "." else below + "/"
    folders[:] = sorted(n for n in folders if not out(prefix + n, n))
    for name in sorted(names):
        if not name.endswith(".py") or out(prefix + name, name): continue
        count += 1
        if count > most: end(fault="has more than %d Python files; exclude some" % most, path=root)
        try:
            with open(os.path.join(folder, name), "rb") as file: source = file.read()
            compile(source, prefix + name, "exec", 0, True)
        except SyntaxError as fault: broken.append([prefix + name, fault.lineno or 1, fault.msg or "invalid syntax"])
        except OSError as fault: refuse(fault)
        except Exception as fault: broken.append([prefix + name, 1, str(fault)])
end(files=count, version=platform.python_version(), broken=broken[:200])
"""
"""For any Python from 3.5 on. `compile` parses and checks, it runs nothing, and only an import would write a .pyc."""


class Compiles:
    """Targets of kind `compiles`, each with a `CompilesOf`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def look(self, of: CompilesOf, timeout: float) -> CompilesReading | Problem:
        """A `CompilesReading`; GONE without the folder or without any Python in it."""
        python = of.python or ("python3" if of.container else sys.executable)
        shut = [*ALWAYS, *(pattern.rstrip("/") for pattern in of.exclude)]
        argv = [python, "-I", "-S", "-B", "-c", SCRIPT, of.root, str(MOST), *shut]
        if of.container is not None:
            ran = await run_inside(self._world, of.container, argv, timeout)
        else:
            ran = await run(argv, timeout)
        if isinstance(ran, Problem):
            if ran.kind is ProblemKind.TIMEOUT:  # we gave up; the source may be as sound as ever
                return Problem(ProblemKind.UNREADABLE, f"parsing {of.root} takes longer than {duration(timeout)}")
            return ran
        try:
            told = json.loads(ran.stdout)
        except ValueError:
            said = one_line(ran.stderr.decode(errors="replace"), 120)
            return Problem(ProblemKind.NO_TOOL, f"{one_line(python, 80)} is no Python that can parse: {said}")
        return _understood(told, of)


def _understood(told: dict[str, object], of: CompilesOf) -> CompilesReading | Problem:
    match told:
        case {"fault": str(why), "path": str(path)}:
            kind = ProblemKind.DENIED if why == "Permission denied" else ProblemKind.GONE
            return Problem(kind if "more than" not in why else ProblemKind.UNREADABLE, f"{one_line(path, 120)}: {why}")
        case {"files": int(files), "version": str(version), "broken": list(broken)}:
            if not files:
                return Problem(ProblemKind.GONE, f"there is no Python in {of.root}")
            return CompilesReading(files, version, tuple((str(p), int(line), str(why)) for p, line, why in broken))
        case _:
            return Problem(ProblemKind.UNREADABLE, f"what parses {of.root} says something that we do not understand")


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Compiles(world).look, timed=True)
