"""eatfit24: Django, Celery, Redis and Postgres under Docker Compose."""
