"""What the mini app asks."""

from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import VERSION
from app.core.logging import configure
from app.repositories import connection, tracker_repo


@asynccontextmanager
async def lifespan(app: FastAPI):
    """One connection for all requests."""
    configure()
    app.state.base = connection.connect()
    yield
    app.state.base.close()


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """That it runs, and which version."""
    return {"status": "ok", "version": VERSION}


@app.get("/challenges")
async def challenges() -> list[str]:
    """What can be done."""
    return [title for _, title in tracker_repo.challenges(app.state.base)]


@app.post("/log")
async def log(user: int, challenge: int, date: str) -> dict[str, str]:
    """It was done."""
    tracker_repo.log(app.state.base, user, challenge, date)
    return {"status": "written"}
