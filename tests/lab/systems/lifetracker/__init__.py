"""lifetracker: a box with systemd, uvicorn behind nginx, and a SQLite database."""
