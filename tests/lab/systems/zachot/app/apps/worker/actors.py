"""What the worker does."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from apps.settings import REDIS_URL

dramatiq.set_broker(RedisBroker(url=REDIS_URL))


@dramatiq.actor
def mark(paper: str) -> None:
    """Mark one paper."""
    print(f"marked {paper}", flush=True)
