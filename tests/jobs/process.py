"""The command ``borang`` with kinds of work that only tests have; started as a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from web.cli import main
from web.jobs import Undone
from web.work import KINDS, Kind


def count(rows: Any, payload: Mapping[str, Any], now: datetime) -> None:
    """Counts a number up in the database, slowly: done twice, it shows."""
    time.sleep(payload.get("pause", 0))
    rows.execute(text("update tally set seen = seen + 1 where number = :n"), {"n": payload["number"]})


def write(payload: Mapping[str, Any], stable_id: str) -> None:
    """Writes a line to a file outside, with the id by which its reader knows a second one."""
    with Path(os.environ["BORANG_TEST_FILE"]).open("a") as opened:
        opened.write(f"{payload['number']} {stable_id}\n")
    time.sleep(payload.get("pause", 0))


def fail(rows: Any, payload: Mapping[str, Any], now: datetime) -> None:
    raise ValueError("the answers are: secret")


def refuse(payload: Mapping[str, Any], stable_id: str) -> None:
    raise Undone("alamat ditolak", again=False)


KINDS["nothing"] = Kind()
KINDS["refuse"] = Kind(outside=refuse)
KINDS["count"] = Kind(within=count)
KINDS["write"] = Kind(outside=write)
KINDS["fail"] = Kind(within=fail)

if __name__ == "__main__":
    main()
