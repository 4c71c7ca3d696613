"""Takes jobs off the queue, one after the other."""

import os
import time

from resp import Redis

redis = Redis(int(os.environ["BROKER_PORT"]))
done = 0
while True:
    try:
        job = redis.call("BRPOP", "jobs", "2")
    except OSError as error:
        print("broker:", error, flush=True)
        time.sleep(1)
        continue
    if job:
        time.sleep(0.005)  # the work
        done += 1
        if done % 100 == 0:
            print(done, "jobs done", flush=True)
