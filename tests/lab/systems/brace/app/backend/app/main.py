"""The backend: what it answers about its health depends on its database and on Redis."""

import os

import psycopg
import redis
from fastapi import FastAPI, Response

RELEASE = "1.3.0"
app = FastAPI()
orders = "SELECT id, total FROM orders LIMIT 1"


@app.get("/api/health")
def health(response: Response) -> dict[str, str]:
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2) as connection:
            connection.execute(orders)
        redis.from_url(os.environ["REDIS_URL"], socket_timeout=2, socket_connect_timeout=2).ping()
    except Exception as fault:
        response.status_code = 503
        return {"status": "unwell", "because": type(fault).__name__, "release": RELEASE}
    return {"status": "ok", "release": RELEASE}
