"""Puts jobs on the queue, about eight a second, in the form in which Celery puts them there."""

import base64
import json
import os
import time
import uuid

from resp import Redis

BODY = base64.b64encode(b'[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]').decode()


def message():
    """A task as it waits in a Redis list for a Celery worker."""
    id_ = str(uuid.uuid4())
    return {
        "body": BODY,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": "shop.send_receipt", "id": id_, "root_id": id_, "retries": 0},
        "properties": {
            "correlation_id": id_,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "jobs"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        },
    }


redis = Redis(int(os.environ["BROKER_PORT"]))
while True:
    try:
        redis.call("LPUSH", "jobs", json.dumps(message()))
    except OSError as error:
        print("broker:", error, flush=True)
    time.sleep(0.125)
