"""Puts jobs on the queue, about eight a second."""

import json
import os
import time

from resp import Redis

redis = Redis(int(os.environ["BROKER_PORT"]))
number = 0
while True:
    number += 1
    try:
        redis.call("LPUSH", "jobs", json.dumps({"id": number, "task": "send_receipt"}))
    except OSError as error:
        print("broker:", error, flush=True)
    time.sleep(0.125)
