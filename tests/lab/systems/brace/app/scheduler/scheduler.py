"""The scheduler: asks once a minute for what is due."""

import os
import signal
import sys
import time

import redis

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
connection = redis.from_url(os.environ["REDIS_URL"])
while True:
    try:
        connection.rpush("admin:messages", "what is due?")
        time.sleep(60)
    except redis.RedisError:
        time.sleep(1)
