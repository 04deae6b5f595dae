"""What the fault tests need: a submit on SQLite that is ready to be pressed, a PostgreSQL that forgoes no safety."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.nth import Submit
from tests.postgres import Server, running
from web.definitions import Definitions


@pytest.fixture(scope="module")
def submit(tmp_path_factory: pytest.TempPathFactory, definitions: Definitions) -> Submit:
    return Submit(tmp_path_factory.mktemp("submit"), definitions)


@pytest.fixture(scope="session")
def safe_postgres() -> Iterator[Server]:
    """A PostgreSQL as in a deployment: what it has acknowledged survives it."""
    with running("shared_buffers=64MB") as server:
        yield server
