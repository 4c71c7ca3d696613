"""The work that waits in queues."""

from celery import shared_task


@shared_task(name="ai.describe")
def describe(meal: str) -> str:
    """What a meal is made of, said quickly."""
    return f"{meal}: mostly water"


@shared_task(name="billing.charge")
def charge(account: int) -> int:
    """A receipt."""
    return account


@shared_task(name="meals.digest")
def digest() -> str:
    """The minute's digest."""
    return "nothing new"
