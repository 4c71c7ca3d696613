"""The app: health that asks the database, readiness that is one flag, metrics, the bot's webhook, QR codes."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import flyway
import psycopg

LOGS = Path("/app/logs")
SECRETS = ("DATABASE_PASSWORD", "WEBHOOK_SECRET_TOKEN", "QR_SECRET")
ready = False
asked: list[str] = []
holds: dict[str, str] = {}


def log(level: str, message: str) -> None:
    """One line, to the container's log and to today's file."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    as_json = os.environ.get("LOG_FORMAT") == "json"
    line = json.dumps({"at": at, "level": level, "message": message}) if as_json else f"{at} {level} {message}"
    print(line, flush=True)
    with (LOGS / "app.json").open("a") as file:
        file.write(line + "\n")


def keep_logs() -> None:
    """What was written before today is packed under its date; what is older than so many days goes."""
    now, today = datetime.now(UTC), LOGS / "app.json"
    if today.exists() and (then := datetime.fromtimestamp(today.stat().st_mtime, UTC)).date() < now.date():
        (LOGS / f"app-{then:%Y-%m-%d}.json.gz").write_bytes(gzip.compress(today.read_bytes()))
        today.unlink()
    oldest = now - timedelta(days=int(os.environ["LOG_KEEP_DAYS"]))
    for file in LOGS.glob("app-*.json.gz"):
        if file.name < f"app-{oldest:%Y-%m-%d}":
            file.unlink()


def start() -> bool:
    """Whether migrations were applied; SystemExit where it must not start."""
    lacking = [name for name in SECRETS if not os.environ.get(name)]
    if not os.environ.get("TELEGRAM_BOT_TOKEN") and not os.environ.get("BOT_TOKEN"):
        lacking.append("TELEGRAM_BOT_TOKEN")
    if lacking:
        log("ERROR", f"not set: {', '.join(lacking)}")
        sys.exit(1)
    mode = flyway.mode()
    try:
        if mode != "off":
            with flyway.connect() as connection:
                if mode == "migrate-and-validate":
                    flyway.migrate(connection)
                flyway.validate(connection)
    except (flyway.Refused, psycopg.Error) as fault:
        log("ERROR", f"migrations ({mode}): {fault}")
        sys.exit(1)
    log("INFO", f"migrations ({mode}): checked")
    return mode != "off"


def health() -> tuple[int, str]:
    """Whether the database answers SELECT 1 within two seconds."""
    try:
        with flyway.connect(2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return 503, json.dumps({"status": "DOWN", "database": "DOWN"})
    return 200, json.dumps({"status": "UP", "database": "UP"})


def readiness() -> tuple[int, str]:
    """The flag that migrations were applied, and nothing else."""
    return (200, '{"ready": true}') if ready else (503, '{"ready": false}')


def metrics() -> tuple[int, str]:
    """As Prometheus reads them."""
    counted = f"# TYPE http_requests_total counter\nhttp_requests_total {len(asked)}\n"
    return 200, f"{counted}# TYPE holds gauge\nholds {len(holds)}\n"


def new_code() -> tuple[int, str]:
    """A QR code for a new booking, signed with the newest secret."""
    booking = secrets.token_hex(4)
    holds[booking] = str(time.time())
    return 200, f"{booking}.{_sign(booking, os.environ['QR_SECRET'])}"


def check_code(code: str) -> tuple[int, str]:
    """Whether a code was signed by this secret or, while it is being changed, by the one before."""
    booking, _, signature = code.partition(".")
    known = filter(None, (os.environ["QR_SECRET"], os.environ.get("QR_SECRET_OLD")))
    return (200, "valid") if any(_sign(booking, one) == signature for one in known) else (403, "not valid")


def _sign(booking: str, secret: str) -> str:
    return hmac.new(secret.encode(), booking.encode(), hashlib.sha256).hexdigest()[:16]


ROUTES = {
    "/health": health,
    "/ready": readiness,
    "/metrics": metrics,
    "/qr/new": new_code,
}


class Handler(BaseHTTPRequestHandler):
    """Few words with whoever asks."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked.append(url.path)
        if url.path == "/qr/check":
            self._say(*check_code(parse_qs(url.query).get("code", [""])[0]))
        elif url.path in ROUTES:
            self._say(*ROUTES[url.path]())
        else:
            self._say(404, "not here")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        ours = hmac.compare_digest(given, os.environ["WEBHOOK_SECRET_TOKEN"])
        self._say(*((200, "ok") if self.path == "/telegram/webhook" and ours else (401, "who are you?")))

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, form: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keep_logs()
    ready = start()
    log("INFO", f"serving {os.environ.get('APP_TAG')}")
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
