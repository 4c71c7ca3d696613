"""How bad a line is, in the forms that real programs write."""

from __future__ import annotations

import pytest

from opsconsole.logs.levels import LogLevel, level_of, of_priority

NONE, DEBUG, INFO, WARNING, ERROR, FATAL = LogLevel


@pytest.mark.parametrize(
    ("line", "level"),
    [
        # Python's logging, gunicorn, celery, uvicorn
        ("WARNING:root:disk is filling", WARNING),
        ("2026-01-07 14:02:11,120 - shop.orders - ERROR - no such order", ERROR),
        ("[2026-01-07 14:02:11 +0000] [123] [INFO] Listening at: http://0.0.0.0:8000 (123)", INFO),
        ("[2026-01-07 14:02:11 +0000] [123] [CRITICAL] WORKER TIMEOUT (pid:124)", FATAL),
        ("[2026-01-07 14:02:11,120: ERROR/ForkPoolWorker-1] Task meals.recognise[1] raised unexpected", ERROR),
        ("[2026-01-07 14:02:11,120: WARNING/MainProcess] consumer: Connection lost", WARNING),
        ('INFO:     127.0.0.1:51234 - "GET /health HTTP/1.1" 200 OK', INFO),
        ('INFO:     127.0.0.1:51234 - "GET /pay HTTP/1.1" 500 Internal Server Error', ERROR),
        ("Traceback (most recent call last):", ERROR),
        # nginx
        ("2026/01/07 14:02:11 [error] 7#7: *1 connect() failed (111: Connection refused)", ERROR),
        ("2026/01/07 14:02:11 [notice] 1#1: start worker processes", INFO),
        ("2026/01/07 14:02:11 [emerg] 1#1: no port in upstream", FATAL),
        ('10.0.0.9 - - [07/Jan/2026:14:02:11 +0000] "GET / HTTP/1.1" 200 615 "-" "curl/7.88"', NONE),
        ('10.0.0.9 - - [07/Jan/2026:14:02:11 +0000] "GET /x HTTP/1.1" 404 15 "-" "curl/7.88"', WARNING),
        ('10.0.0.9 - - [07/Jan/2026:14:02:11 +0000] "GET /x HTTP/2.0" 502 15 "-" "curl/7.88"', ERROR),
        # postgres
        ("2026-01-07 14:02:11.120 UTC [77] LOG:  checkpoint starting: time", INFO),
        ("2026-01-07 14:02:11.120 UTC [77] ERROR:  relation \"meals\" does not exist at character 15", ERROR),
        ("2026-01-07 14:02:11.120 UTC [77] FATAL:  password authentication failed for user \"app\"", FATAL),
        ("2026-01-07 14:02:11.120 UTC [77] PANIC:  could not write to file", FATAL),
        # redis
        ("1:M 07 Jan 2026 14:02:11.120 * Ready to accept connections", INFO),
        ("1:M 07 Jan 2026 14:02:11.120 # WARNING Memory overcommit must be enabled!", WARNING),
        ("1:S 07 Jan 2026 14:02:11.120 - Accepted 127.0.0.1:1", DEBUG),
        # JSON lines, logfmt
        ('{"ts": 1767794531.1, "level": "warn", "msg": "slow"}', WARNING),
        ('{"asctime": "2026-01-07", "levelname": "ERROR", "message": "INFO is not what this is"}', ERROR),
        ('{"level":50,"time":1767794531000,"msg":"boom"}', ERROR),
        ('{"severity":"CRITICAL","message":"x"}', FATAL),
        ('{"level":"odd","message":"x"}', NONE),
        ('ts=2026-01-07T14:02:11Z level=error msg="no route"', ERROR),
        ('time="2026-01-07T14:02:11Z" level=warning msg="retry"', WARNING),
        # others
        ("E0107 14:02:11.120345       1 main.go:42] failed", ERROR),
        ("<3>kernel: oops", ERROR),
        ("2026-01-07T14:02:11.120Z\tWARN\tcontroller\tslow", WARNING),
        ("2026-01-07 14:02:11.120  WARN 1 --- [main] o.s.b.Application : odd", WARNING),
        ("[Wed Jan 07 14:02:11 2026] [core:error] [pid 7] AH00126", ERROR),
        # words that are no levels
        ("GET /api/ERROR/list", NONE),
        ("the error handler was installed", NONE),
        ("", NONE),
        ("plain words", NONE),
    ],
)  # fmt: skip
def test_a_line_says_how_bad_it_is(line: str, level: LogLevel) -> None:
    assert level_of(line) is level


def test_the_numbers_of_syslog_and_the_journal() -> None:
    assert [of_priority(number) for number in range(9)] == [
        FATAL, FATAL, FATAL, ERROR, WARNING, INFO, INFO, DEBUG, NONE,
    ]  # fmt: skip
