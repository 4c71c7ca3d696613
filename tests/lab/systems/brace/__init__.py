"""brace in small: FastAPI, a bot, a scheduler, a frontend, Postgres and Redis; images by tag from a registry."""
