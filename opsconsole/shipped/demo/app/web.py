"""The shop's web service. /health says 200 only when the sessions database answers."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from resp import Redis


def sessions():
    """What the sessions database says to PING, or why it says nothing."""
    try:
        return Redis(int(os.environ["SESSIONS_PORT"])).call("PING")
    except OSError as error:
        return error.strerror or str(error)


class Shop(BaseHTTPRequestHandler):
    """GET /health, and a front page."""

    def do_GET(self):
        """Answer as healthy only when the sessions database is."""
        answer = {"sessions": sessions()} if self.path == "/health" else {"shop": "open"}
        healthy = answer.get("sessions", "PONG") == "PONG"
        body = json.dumps(answer).encode()
        self.send_response(200 if healthy else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Nothing: a health check a second is no news."""


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("WEB_PORT", "0"))), Shop).serve_forever()
