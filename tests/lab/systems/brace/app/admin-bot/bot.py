"""The bot of the admins: takes one message after another."""

import os
import signal
import sys
import time

import redis

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
connection = redis.from_url(os.environ["REDIS_URL"])
while True:
    try:
        connection.blpop("admin:messages", timeout=5)
    except redis.RedisError:
        time.sleep(1)
