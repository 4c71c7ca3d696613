"""Flyway in small: its own history table, its checksums, its order, and its three modes."""

from __future__ import annotations

import os
import re
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

FOLDER = Path("/app/src/main/resources/db/migration")
FORCED = ("production", "staging")
HISTORY = """
CREATE TABLE IF NOT EXISTS flyway_schema_history (
    installed_rank integer NOT NULL PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
    type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL)
"""


class Refused(Exception):
    """Files and table do not agree, so nothing starts."""


@dataclass(frozen=True)
class Migration:
    """One file `V<version>__<description>.sql`."""

    version: str
    description: str
    file: Path

    @property
    def checksum(self) -> int:
        """CRC32 over the lines without their ends, as a signed number: Flyway's own."""
        sum = 0
        for line in self.file.read_text().splitlines():
            sum = zlib.crc32(line.encode(), sum)
        return sum - (1 << 32) if sum >= 1 << 31 else sum


def mode() -> str:
    """What was asked for; in production and staging `validate`, whatever was asked for."""
    asked = os.environ.get("FLYWAY_MODE", "validate")
    return "validate" if os.environ.get("APP_ENV") in FORCED else asked


def connect(seconds: int = 5) -> psycopg.Connection:
    """To the database of the environment."""
    return psycopg.connect(
        os.environ["DATABASE_URL"],
        user=os.environ["DATABASE_USER"],
        password=os.environ["DATABASE_PASSWORD"],
        connect_timeout=seconds,
        options=f"-c statement_timeout={seconds * 1000}",
    )


def files() -> Iterator[Migration]:
    """All there are, in the order of their versions."""
    found = [re.fullmatch(r"V([0-9.]+)__(\w+)", path.stem) for path in FOLDER.glob("V*.sql")]
    for one in sorted(filter(None, found), key=lambda name: [int(part) for part in name[1].split(".")]):
        yield Migration(one[1], one[2].replace("_", " "), FOLDER / f"{one[0]}.sql")


def validate(connection: psycopg.Connection) -> None:
    """Refused where one waits, failed, or is another one than was applied. What only the table has is let be."""
    if connection.execute("SELECT to_regclass('flyway_schema_history')").fetchone() == (None,):
        raise Refused("there is no flyway_schema_history")
    rows = connection.execute("SELECT version, checksum, success FROM flyway_schema_history").fetchall()
    applied = {version: checksum for version, checksum, success in rows if success}
    if failed := [version for version, _, success in rows if not success]:
        raise Refused(f"failed migrations: {', '.join(failed)}")
    if waiting := [one.file.name for one in files() if one.version not in applied]:
        raise Refused(f"pending migrations: {', '.join(waiting)}")
    if other := [one.file.name for one in files() if applied[one.version] != one.checksum]:
        raise Refused(f"checksum mismatch: {', '.join(other)}")


def migrate(connection: psycopg.Connection) -> list[str]:
    """Apply what waits, each in a transaction of its own; the names of those files."""
    connection.execute(HISTORY)
    connection.commit()
    done = []
    applied = {row[0] for row in connection.execute("SELECT version FROM flyway_schema_history WHERE success")}
    for one in [one for one in files() if one.version not in applied]:
        began = time.monotonic()
        connection.execute(one.file.read_text())
        connection.execute(
            "INSERT INTO flyway_schema_history SELECT coalesce(max(installed_rank), 0) + 1, %s, %s, 'SQL', %s, %s,"
            " current_user, now(), %s, true FROM flyway_schema_history",
            (one.version, one.description, one.file.name, one.checksum, int((time.monotonic() - began) * 1000)),
        )
        connection.commit()
        done.append(one.file.name)
    return done


def main() -> int:
    """What MigrateMain does."""
    with connect() as connection:
        for name in migrate(connection):
            print(f"Migrated {name}")
        validate(connection)
    print("Schema is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
