"""What of Telegram's Bot API a rotation needs, on loopback: one bot, its tokens, its webhook."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Telegram:
    """Knows one valid `token` and one `hook`: its address and its secret."""

    def __init__(self) -> None:
        self.token = "1000:only-for-the-lab"
        self.hook = ("", "")
        telegram = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(parse_qs(urlsplit(self.path).query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self._answer(parse_qs(body))

            def _answer(self, given: dict[str, list[str]]) -> None:
                status, result = telegram.answer(urlsplit(self.path).path, given)
                body = json.dumps({"ok": status == 200, "result": result}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, form: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, given: dict[str, list[str]]) -> tuple[int, object]:
        """The code and the result for a method that is called as `/bot<token>/<method>`."""
        _, bot, method = path.split("/", 2)
        if bot != f"bot{self.token}":
            return 401, "Unauthorized"
        if method == "getMe":
            return 200, {"id": 1000, "is_bot": True, "username": "bookings_bot"}
        if method == "setWebhook":
            self.hook = (given.get("url", [""])[0], given.get("secret_token", [""])[0])
            return 200, True
        if method == "getWebhookInfo":
            return 200, {"url": self.hook[0], "pending_update_count": 0}
        return 404, "Not Found"

    def open(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering. Twice is fine."""
        self._server.shutdown()
        self._server.server_close()
