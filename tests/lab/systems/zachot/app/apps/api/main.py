"""The API: takes papers, and tells who listens how many it took since it was started."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from apps.worker.actors import mark

app = FastAPI()
taken: list[str] = []


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/papers/{paper}")
def take(paper: str) -> dict[str, int]:
    mark.send(paper)
    taken.append(paper)
    return {"taken": len(taken)}


@app.get("/events")
def events() -> StreamingResponse:
    return StreamingResponse(tell(), media_type="text/event-stream")


async def tell() -> AsyncIterator[str]:
    while True:
        yield f"data: {len(taken)}\n\n"
        await asyncio.sleep(1)
