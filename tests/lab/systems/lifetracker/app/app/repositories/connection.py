"""The database of the service."""

import sqlite3
from pathlib import Path

FILE = Path(__file__).parent.parent.parent / "life_tracker.db"
TABLES = ("users", "challenges", "challenge_templates", "daily_log")


def connect() -> sqlite3.Connection:
    """One connection, for as long as the service runs."""
    return sqlite3.connect(FILE, check_same_thread=False, timeout=2)
