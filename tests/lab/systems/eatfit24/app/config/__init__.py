"""The project of eatfit24 in small. The Celery app comes with it, as Celery's own guide has it."""

from config.celery import app

__all__ = ["app"]
