"""zachot: FastAPI, Dramatiq and Redis under systemd, on a box of its own."""
