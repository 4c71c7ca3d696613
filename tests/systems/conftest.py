"""One system for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.systems.harness import Bench


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The system that the file calls its `SYSTEM`, built at its first use; nothing of it is left in the end."""
    bench = Bench(lambda: request.module.SYSTEM().open())
    yield bench
    bench.close()
