"""Is the database there, with all its tables?"""

import sqlite3

from app.repositories.connection import FILE, TABLES


def check() -> None:
    """SystemExit with the reason where it is not."""
    base = sqlite3.connect(f"file:{FILE}?mode=ro", uri=True)
    there = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = sorted(set(TABLES) - there)
    if missing:
        raise SystemExit(f"DB CHECK: no table {', '.join(missing)}")
