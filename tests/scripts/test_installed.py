"""What `pipx install .` and `uv tool install .` are given: all files of the program, and the command to start it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.parts import OUTER

ROOT = Path(__file__).resolve().parents[2]


def test_a_wheel_from_the_checkout_has_every_file_and_the_command(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "opsconsole", checkout / "opsconsole", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, checkout / name)
    make = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*make, str(checkout)], check=True, env=OUTER, capture_output=True)
    [wheel] = tmp_path.glob("opsconsole-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        commands = packed.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    ours = {str(path.relative_to(checkout)) for path in (checkout / "opsconsole").rglob("*") if path.is_file()}
    assert ours - names == set()
    assert "opsconsole = opsconsole.__main__:main" in commands
