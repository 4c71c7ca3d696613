"""What is asked of the database, and told to it."""

import sqlite3


def challenges(base: sqlite3.Connection) -> list[tuple[int, str]]:
    """Every challenge with the title of its template."""
    return base.execute(
        "SELECT c.id, t.title FROM challenges c JOIN challenge_templates t ON t.id = c.template_id ORDER BY c.id"
    ).fetchall()


def log(base: sqlite3.Connection, user: int, challenge: int, date: str) -> None:
    """Somebody did it that day; a second time is the same."""
    with base:
        base.execute(
            "DELETE FROM daily_log WHERE user_id = ? AND challenge_id = ? AND date = ?", (user, challenge, date)
        )
        base.execute("INSERT INTO daily_log (user_id, challenge_id, date) VALUES (?, ?, ?)", (user, challenge, date))
