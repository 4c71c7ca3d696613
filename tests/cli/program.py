"""The real program, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str

    @property
    def loaded(self) -> set[str]:
        """The modules it had loaded at its end; only of `loading`."""
        return set(self.err.rpartition("LOADED ")[2].split())


def opsconsole(*words: str, cwd: Path | None = None, **environment: str) -> Outcome:
    """`opsconsole WORDS`, without a terminal."""
    return _outcome([sys.executable, "-m", "opsconsole", *words], cwd, environment)


def with_patch(patch: str, *words: str, cwd: Path | None = None, **environment: str) -> Outcome:
    """The same after running the statements of `patch` in that process, for faults that no user can cause."""
    program = f"import sys\n{patch}\nfrom opsconsole.__main__ import main\nsys.exit(main({list(words)!r}))"
    return _outcome([sys.executable, "-c", program], cwd, environment)


def loading(*words: str, cwd: Path | None = None, **environment: str) -> Outcome:
    """The same, with the names of all modules that it loaded at the end of its stderr."""
    patch = "import atexit\natexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))"
    return with_patch(patch, *words, cwd=cwd, **environment)


def _outcome(argv: Sequence[str], cwd: Path | None, environment: dict[str, str]) -> Outcome:
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
