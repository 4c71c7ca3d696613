"""Letting somebody else in: pytest's own folders are closed to all but whoever runs the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def let_others_in(folder: Path) -> None:
    """Others may enter `folder` and find what is named in it, whatever temporary folders it lies in."""
    top = Path(tempfile.gettempdir()).resolve()
    for above in (folder, *folder.parents):
        if above.is_relative_to(top) and above != top and above.stat().st_uid == os.geteuid():
            above.chmod(0o755)
