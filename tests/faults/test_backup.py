"""A backup while people are sending, and a restore that is killed: one instant, all of it, or nothing."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from werkzeug.datastructures import FileStorage

from tests.cast import app_with, close, settings_in
from tests.faults.pair import Inside, Outside, Pair, browser, pairs
from tests.history import Operation, Recorder, counted, problems, read
from tests.postgres import Server
from web import attachments, create_app
from web.backup import kept_tables
from web.clock import Clock
from web.config import Settings
from web.database import connected, snapshot, up_to_date, writing
from web.definitions import Definitions
from web.store import store

PAIRS = 16
THREADS = 8
#: How long people send before and after the backup, in seconds.
AROUND = 3.0
KILLS = 12
PDF = b"%PDF-1.4\n" + b"x" * 5000


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "BORANG_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "BORANG_SECRET_KEY": settings.secret_key,
        "BORANG_HOSTS": "127.0.0.1,localhost",
    }


def command(settings: Settings, *words: str | Path, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "web.cli", *map(str, words)]
    return subprocess.Popen(run, env=environment(settings), stdout=output, stderr=output, text=True)


def borang(settings: Settings, *words: str | Path) -> str:
    """The command in a process of its own; what it said. It must go well."""
    done = command(settings, *words)
    told, wrong = done.communicate(timeout=300)
    assert done.returncode == 0, told + wrong
    return told


@contextmanager
def serving(settings: Settings) -> Iterator[int]:
    """The service in a process of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    # Its log would fill a pipe that nobody reads.
    served = command(settings, "serve", "--port", str(port), "--no-worker", output=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        served.terminate()
        served.wait(timeout=60)


@pytest.fixture
def empty(tmp_path: Path, postgres: Server) -> Iterator[Callable[[str], Settings]]:
    """Makes settings of a new installation without tables, on a kind of database."""
    made = []

    def make(kind: str) -> Settings:
        folder = tmp_path / f"baru{len(made)}"
        made.append(postgres.create() if kind == "postgresql" else "")
        return settings_in(folder, **({"database_url": postgres.url(made[-1])} if made[-1] else {}))

    yield make
    for name in filter(None, made):
        postgres.drop(name)


@dataclass
class Office:
    """A service at work."""

    settings: Settings
    app: Flask
    pairs: list[Pair]


@pytest.fixture
def office(settings: Settings, definitions: Definitions) -> Iterator[Office]:
    app = app_with(settings, definitions)
    app.extensions["clock"] = Clock()
    yield Office(settings, app, pairs(app, PAIRS))
    close(app)


# --- while people are sending -----------------------------------------------------------------------------------------


@dataclass
class Moment:
    """A backup: when its making began and ended, and what it says of its instant."""

    begun: float
    ended: float
    taken: float


def send(pair_list: Sequence[Pair], port: int, recorder: Recorder, stop: Event) -> None:
    while not stop.is_set():
        for pair in pair_list:
            if not stop.is_set():
                pair.play(Outside(port), recorder)


def attach(office: Office, stop: Event) -> int:
    """Uploads without end, as a form does: the bytes first, then the row that names them."""
    count = 0
    while not stop.is_set():
        pair = office.pairs[count % PAIRS]
        upload = FileStorage(io.BytesIO(PDF + str(count).encode()), filename="bukti.pdf")
        with office.app.app_context(), writing() as rows:
            owner = pair.employee.person
            attachments.keep(rows, upload, case_id=pair.case, duty="rencana", field="bukti", owner=owner)
        count += 1
        time.sleep(0.02)
    return count


def backed_up(office: Office, file: Path) -> Moment:
    begun = time.time()
    borang(office.settings, "backup", file)
    ended = time.time()
    with zipfile.ZipFile(file) as packed:
        taken = json.loads(packed.read("manifest.json"))["taken"]
    return Moment(begun, ended, datetime.fromisoformat(taken).timestamp())


def worked_through(office: Office, file: Path, history: Path) -> tuple[Moment, list[Operation]]:
    """A backup in the midst of sending and uploading; what was sent."""
    stop, recorder = Event(), Recorder(history)
    with serving(office.settings) as port, ThreadPoolExecutor(THREADS + 1) as pool:
        shares = [office.pairs[n::THREADS] for n in range(THREADS)]
        running = [pool.submit(send, share, port, recorder, stop) for share in shares]
        uploads = pool.submit(attach, office, stop)
        try:
            time.sleep(AROUND)
            moment = backed_up(office, file)
            time.sleep(AROUND)
        finally:
            stop.set()
        for one in running:
            one.result()
        assert uploads.result() > 10
    return moment, read(history)


def held_in(app: Flask, operations: Sequence[Operation]) -> set[str]:
    """The keys of the submits that are in the database."""
    with app.app_context(), snapshot() as rows:
        known = set(rows.execute(text("select key_hash from one_time_key")).scalars())
        keys = {one.key for one in operations if store().keys.hashed(f"{one.person}:{one.case}:{one.key}") in known}
        assert len(known) == len(keys), "a key that nobody has sent"
    return keys


def torn(operations: Sequence[Operation], there: set[str]) -> list[tuple[str, str]]:
    """Submits that are there, beside one that had been acknowledged before they began and is not."""
    missing = [one for one in operations if one.outcome == "ok" and one.key not in there]
    earliest = min((one.end for one in missing), default=float("inf"))
    return [(one.key, one.case) for one in operations if one.key in there and one.start > earliest]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_backup_while_people_send_is_the_service_at_one_instant(
    office: Office,
    empty: Callable[[str], Settings],
    to: str,
    tmp_path: Path,
    figures: list[str],
    definitions: Definitions,
) -> None:
    file = tmp_path / "cadangan"
    moment, operations = worked_through(office, file, tmp_path / "riwayat.jsonl")
    counts = counted(operations)
    assert counts["fail"] == 0 and counts["ok"] > 10 * counts["unknown"], counts
    new = empty(to)
    borang(new, "restore", file)
    app = app_with(new, definitions)
    app.extensions["clock"] = Clock()
    try:
        there = held_in(app, operations)
        before = {one.key for one in operations if one.outcome == "ok" and one.end < moment.begun}
        after = {one.key for one in operations if one.start > moment.taken}
        assert len(before) > 20 and len(after) > 20
        assert before - there == set()
        assert after & there == set()
        assert torn(operations, there) == []
        assert problems(app, [one for one in operations if one.key in there]) == []
        whole(app, new)
        goes_on(app, office, tmp_path / "lanjutan.jsonl")
    finally:
        close(app)
    rate = len(operations) / (operations[-1].end - operations[0].start)
    kind = make_url(office.settings.database_url).get_backend_name()
    figures.append(
        f"backup from {kind} to {to} while {rate:.0f} submits a second came: {len(there)} of {len(operations)} in it,"
        f" made in {moment.ended - moment.begun:.1f} s"
    )


def whole(app: Flask, settings: Settings) -> None:
    """Every attachment that has a row has its bytes."""
    with app.app_context(), snapshot() as rows:
        named = rows.execute(text("select id, sha256 from attachment")).all()
    assert len(named) > 10
    for ident, digest in named:
        assert sha256((settings.instance / "attachments" / ident).read_bytes()).hexdigest() == digest
    borang(settings, "audit", "verify")


def goes_on(app: Flask, office: Office, history: Path) -> None:
    """People who were signed in are not any more; with a new session they go on where the backup was taken."""
    pair = office.pairs[0]
    assert pair.play(Inside(app), Recorder(history)) is None
    again = Pair(pair.case, browser(app, pair.employee.person), browser(app, pair.superior.person))
    assert again.play(Inside(app), Recorder(history)) == 303


# --- killed -----------------------------------------------------------------------------------------------------------


def content(settings: Settings) -> dict[str, int] | None:
    """How many rows there are in each table; nothing where there are no tables."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return None
    with connected(create_app(settings)):
        if not up_to_date():
            return None
        with snapshot() as rows:
            return {t.name: rows.execute(text(f'select count(*) from "{t.name}"')).scalar_one() for t in kept_tables()}


#: What the command says when it begins to load, to look over, to put attachments in place and the whole into its own.
PHASES = ("Memulihkan data", "Memulihkan data", "Memeriksa riwayat", "Memulihkan lampiran")


def killed(running: subprocess.Popen[str], phase: str, after: float) -> None:
    """Kills a restore, *after* so many seconds in its *phase*."""
    assert running.stderr
    for line in running.stderr:
        if phase in line:
            break
    time.sleep(after)
    running.kill()
    running.communicate()


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_restore_that_is_killed_leaves_nothing_or_everything(
    office: Office, empty: Callable[[str], Settings], to: str, tmp_path: Path, figures: list[str]
) -> None:
    file, chance = tmp_path / "cadangan", random.Random(30)
    borang(office.settings, "backup", file)
    new = empty(to)
    borang(new, "restore", file)
    complete = content(new)
    assert complete
    target, nothing = empty(to), 0
    for number in range(KILLS):
        killed(command(target, "restore", file), PHASES[number % len(PHASES)], chance.uniform(0, 0.02))
        found = content(target)
        assert found in (None, complete)
        nothing += found is None
        if found:
            target = empty(to)
    assert nothing  # Otherwise all came too late to say anything.
    target = empty(to) if content(target) else target
    borang(target, "restore", file)
    assert content(target) == complete
    assert not list(target.instance.glob(".borang*"))
    figures.append(f"restore to {to} killed {KILLS} times: nothing {nothing} times, else everything; restored after it")
