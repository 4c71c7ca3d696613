"""Threads that nobody waits for: name lookups of the event loop must not keep a finished program from leaving."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaemonThreads(ThreadPoolExecutor):
    """A daemon thread for each piece of work, and a shutdown that waits for none of them.

    asyncio looks names up in threads, which cannot be ended: with a dead name server they hang for as long as the
    resolver likes, and both the loop and the interpreter would wait for them at the end. asyncio accepts nothing
    but a ThreadPoolExecutor, of which only the name is used here.
    """

    def submit(self, work: Callable[P, T], /, *args: P.args, **options: P.kwargs) -> Future[T]:
        """Begin `work` at once."""
        answer: Future[T] = Future()

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(work(*args, **options))
            except BaseException as raised:
                answer.set_exception(raised)

        threading.Thread(target=run, name="unwaited", daemon=True).start()
        return answer

    def shutdown(self, *args: Any, **options: Any) -> None:
        """Nothing: what still runs ends with the process."""


def wait_for_no_thread() -> None:
    """Have the running loop do its lookups in threads that it does not wait for at its end."""
    asyncio.get_running_loop().set_default_executor(DaemonThreads())
