"""A migration that is killed, or whose database ends it, has done all or nothing; started again, it goes to its end."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.cast import settings_in
from tests.faults.nth import WRITES
from tests.faults.strace import Fault, struck
from tests.faults.upgrade import Upgrade, next_release, on_sqlite
from tests.postgres import Server
from web import database
from web.definitions import Definitions

KILL = "signal=KILL"


@pytest.mark.parametrize("empty", [True, False], ids=["first start", "upgrade"])
@pytest.mark.parametrize("call", WRITES)
def test_killed_at_any_write(
    tmp_path: Path,
    definitions: Definitions,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    empty: bool,
    figures: list[str],
) -> None:
    upgrade, back = on_sqlite(tmp_path, definitions, as_it_is=empty)
    monkeypatch.setattr(database, "MIGRATIONS", next_release(tmp_path / "next"))
    wrong = []
    for nth in count(1):
        back()
        if not struck(upgrade.run, Fault(call, KILL, nth)).met:
            break
        wrong += [f"{nth}: {what}" for what in upgrade.wrong()]
        upgrade.run()
        wrong += [f"{nth}, again: {what}" for what in upgrade.wrong(finished=True)]
    assert wrong == []
    figures.append(
        f"migration killed at each of {nth - 1} {call} ({'empty' if empty else 'with cases'}): all or nothing"
    )


def test_killed_at_any_message_to_postgresql(
    tmp_path: Path,
    definitions: Definitions,
    monkeypatch: pytest.MonkeyPatch,
    postgres: Server,
    figures: list[str],
) -> None:
    """What a process has not sent yet is nothing; what it has begun, the server takes back."""
    rest = postgres.create()
    Upgrade(settings_in(tmp_path / "rest", database_url=postgres.url(rest)), definitions)
    monkeypatch.setattr(database, "MIGRATIONS", next_release(tmp_path / "next"))
    wrong: list[str] = []
    for nth in count(1):
        name = postgres.create(rest)
        settings = settings_in(tmp_path / str(nth), database_url=postgres.url(name))
        upgrade = Upgrade(settings, definitions, as_it_is=True)
        ended = struck(upgrade.run, Fault("sendto", KILL, nth))
        wrong += [f"{nth}: {what}" for what in upgrade.wrong()]
        upgrade.run()
        wrong += [f"{nth}, again: {what}" for what in upgrade.wrong(finished=True)]
        postgres.drop(name)
        if not ended.met:
            break
    assert wrong == []
    figures.append(f"migration on PostgreSQL killed at each of {nth - 1} messages: all or nothing")
