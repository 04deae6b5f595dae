"""Real servers under load on both databases: killed at random, their database ended, stopped, held, their disk full."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.cast import close, settings_in
from tests.faults.pair import Pair, pairs, pressed
from tests.faults.process import SOON, Process, served, somewhen, under_load
from tests.history import Recorder, counted, problems, read
from tests.postgres import Server
from web import create_app
from web.config import Settings
from web.database import initialise
from web.definitions import Definitions

PAIRS = 6


class Site:
    """A service with some pairs at work, and what they have done."""

    def __init__(self, settings: Settings, definitions: Definitions) -> None:
        self.settings = settings
        self._definitions = definitions
        self._history = settings.instance.with_name("history.jsonl")
        self.recorder = Recorder(self._history)
        app = self._app()
        with app.app_context():
            initialise()
        self.pairs: list[Pair] = pairs(app, PAIRS)
        close(app)

    def _app(self):
        app = create_app(self.settings)
        app.extensions["definitions"] = self._definitions
        return app

    @contextmanager
    def served(self, processes: int = 1) -> Iterator[Process]:
        """The service, once it has shown a case: before, it still reads what every page needs."""
        with served(self.settings, processes) as server:
            self.shown(server)
            yield server

    def shown(self, server: Process) -> float:
        """How long it takes until a case is shown."""
        return server.wait(self.pairs[0].employee.cookie, f"/berkas/{self.pairs[0].case}")

    def wrong(self) -> list[str]:
        """What the database holds otherwise than the history says it should."""
        app = self._app()
        try:
            return problems(app, read(self._history))
        finally:
            close(app)

    def told(self) -> str:
        counts = counted(read(self._history))
        return f"{counts['ok']} acknowledged, {counts['unknown']} without an answer, none lost"


@pytest.fixture
def lite(tmp_path: Path, definitions: Definitions) -> Site:
    return Site(settings_in(tmp_path / "instance"), definitions)


@pytest.fixture
def database(safe_postgres: Server) -> Iterator[str]:
    """The name of an empty database."""
    name = safe_postgres.create()
    yield name
    safe_postgres.drop(name)


@pytest.fixture
def large(tmp_path: Path, definitions: Definitions, safe_postgres: Server, database: str) -> Site:
    return Site(settings_in(tmp_path / "instance", database_url=safe_postgres.url(database)), definitions)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue("lite" if request.param == "sqlite" else "large")
    return found


def calm(statuses: list[int]) -> bool:
    """Nothing but acknowledged, told that somebody was faster, or asked to come again."""
    return set(statuses) <= {303, 409, 503}


def test_a_server_killed_again_and_again_under_load(site: Site, figures: list[str]) -> None:
    with site.served() as server:

        def kill() -> None:
            for _ in range(15):
                somewhen(0.3, 1.5)
                server.kill()
                server.start()
                site.shown(server)

        statuses = under_load(server, site.pairs, site.recorder, kill)
    assert calm(statuses), Counter(statuses)
    assert site.wrong() == []
    assert server.mistakes() == []
    figures.append(f"{site.settings.database_url[:10]}, server killed 15 times under load: {site.told()}")


def test_workers_killed_one_by_one_under_load(large: Site, figures: list[str]) -> None:
    with large.served(processes=2) as server:

        def kill() -> None:
            for _ in range(15):
                somewhen(0.3, 1.5)
                server.kill(random.choice(server.workers()))
                large.shown(server)

        statuses = under_load(server, large.pairs, large.recorder, kill)
    assert calm(statuses), Counter(statuses)
    assert large.wrong() == []
    figures.append(f"workers of gunicorn killed 15 times under load: {large.told()}")


def end_all(postgres: Server, database: str) -> None:
    """Ends every session of *database*, in the middle of whatever it does."""
    with postgres.connect() as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database])


def recovery(server: Process, site: Site) -> float:
    """How long it takes until a case is shown again; never more than it may."""
    waited = site.shown(server)
    assert waited < SOON
    return waited


def test_sessions_of_the_database_ended_in_the_middle(
    large: Site, safe_postgres: Server, database: str, figures: list[str]
) -> None:
    waits: list[float] = []
    with large.served() as server:

        def end() -> None:
            for _ in range(10):
                somewhen(0.2, 0.6)
                end_all(safe_postgres, database)
                waits.append(recovery(server, large))

        statuses = under_load(server, large.pairs, large.recorder, end)
    assert calm(statuses), Counter(statuses)
    assert large.wrong() == []
    assert server.mistakes() == []
    figures.append(f"sessions ended 10 times: {large.told()}; answered again after {max(waits):.2f} s at most")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_database_stopped_and_started_under_load(
    large: Site, safe_postgres: Server, mode: str, figures: list[str]
) -> None:
    waits: list[float] = []
    with large.served() as server:

        def stop() -> None:
            time.sleep(1)
            safe_postgres.stop(mode)
            time.sleep(3)
            safe_postgres.start()
            waits.append(recovery(server, large))
            time.sleep(1)

        statuses = under_load(server, large.pairs, large.recorder, stop)
    assert calm(statuses), Counter(statuses)
    assert large.wrong() == []
    assert server.mistakes() == []
    figures.append(f"database stopped ({mode}) for 3 s: {large.told()}; answered again after {waits[0]:.2f} s")


def test_a_table_held_for_twenty_seconds(large: Site, safe_postgres: Server, database: str, figures: list[str]) -> None:
    after: list[float] = []
    with large.served() as server:

        def hold() -> None:
            time.sleep(1)
            with safe_postgres.connect(database) as connection, connection.transaction():
                connection.execute("lock table appraisal in access exclusive mode")
                taken = [_timed(server, pair) for pair in large.pairs[:2]]
                assert [status for status, _ in taken] == [503, 503]
                assert max(seconds for _, seconds in taken) < 8, taken
                assert server.wait() < SOON, "what needs no case is answered meanwhile"
                time.sleep(max(0, 20 - sum(seconds for _, seconds in taken)))
            after.append(recovery(server, large))

        statuses = under_load(server, large.pairs, large.recorder, hold)
    assert calm(statuses), Counter(statuses)
    assert large.wrong() == []
    assert server.mistakes() == []
    figures.append(f"a table held for 20 s: {large.told()}; pages again within {max(after):.2f} s")


def _timed(server: Process, pair: Pair) -> tuple[int, float]:
    begun = time.monotonic()
    status = pair.employee.get(server.line, f"/berkas/{pair.case}").status
    return status, time.monotonic() - begun


def test_sqlite_held_by_somebody_else_for_ten_seconds(lite: Site, figures: list[str]) -> None:
    with lite.served() as server:

        def hold() -> None:
            time.sleep(1)
            other = sqlite3.connect(lite.settings.instance / "borang.sqlite", isolation_level=None)
            other.execute("begin immediate")
            time.sleep(5)
            assert recovery(server, lite) < 1, "reading goes on"
            time.sleep(5)
            other.execute("rollback")
            other.close()
            time.sleep(2)

        statuses = under_load(server, lite.pairs, lite.recorder, hold)
    assert calm(statuses), Counter(statuses)
    assert lite.wrong() == []
    figures.append(f"SQLite held for 10 s: {lite.told()}")


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A disk of 8 MiB at *place*; whether one could be made, which only root may."""
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    made = subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(file: Path) -> None:
    """Nothing more can be written where *file* lies."""
    with file.open("wb", buffering=0) as opened, suppress(OSError):
        while opened.write(bytes(4096)):
            pass


def test_a_full_disk_and_room_again(tmp_path: Path, definitions: Definitions, figures: list[str]) -> None:
    with small_disk(tmp_path / "instance") as made:
        if not made:
            figures.append("a full disk: none can be made here, so by injection only")
            return
        site = Site(settings_in(tmp_path / "instance"), definitions)
        waits: list[float] = []
        with site.served() as server:
            ready = site.pairs[0].ready(server.line)

            def use_up() -> None:
                time.sleep(1)
                fill(tmp_path / "instance" / "rest")
                time.sleep(2)
                told = ready.press(server.line)
                assert told.status == 503 and told.headers["Retry-After"] and "Kirim lagi" in told.text
                assert recovery(server, site) < 1, "reading goes on"
                (tmp_path / "instance" / "rest").unlink()
                begun = time.monotonic()
                while pressed(ready, server.line, site.recorder) != 303:
                    assert time.monotonic() - begun < SOON
                waits.append(time.monotonic() - begun)

            statuses = under_load(server, site.pairs[1:], site.recorder, use_up)
        assert calm(statuses), Counter(statuses)
        assert site.wrong() == []
        assert server.mistakes() == []
        figures.append(f"disk of 8 MiB full: {site.told()}; the next submit {waits[0]:.2f} s after there was room")


def test_memory_does_not_grow(lite: Site, figures: list[str]) -> None:
    with lite.served() as server:
        held = {}
        done = 0
        for stop in (5_000, 20_000):
            done += _requests(server, lite, stop - done)
            held[done] = server.resident()
    few, many = held.values()
    figures.append(f"memory: {few // 1024} MiB after 5,000 requests, {many // 1024} MiB after 20,000")
    assert many < 1.15 * few


def _requests(server: Process, site: Site, count: int) -> int:
    """So many pages of every kind, and submits between them; at least as many as were wanted."""
    each = -(-count // len(site.pairs))

    def ask(pair: Pair) -> None:
        paths = ["/tugas", f"/berkas/{pair.case}", f"/berkas/{pair.case}/hasil", "/tim", "/bantuan"]
        for number in range(each):
            pair.employee.get(server.line, paths[number % len(paths)])
            if number % 50 == 0:
                pair.play(server.line, site.recorder)

    threads = [Thread(target=ask, args=(pair,)) for pair in site.pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return each * len(site.pairs)
