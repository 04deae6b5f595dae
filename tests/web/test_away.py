"""The database is held by somebody else, or away: a calm page, what was typed still on it, and then it goes on."""

from __future__ import annotations

import errno
import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection

from tests.cast import PASSWORD, Cast, Visitor, close, open_case
from tests.conftest import on_postgresql
from tests.web.walk import PDF, hidden, plain_text
from web import sessions
from web.config import Settings
from web.database import forget, reading, unavailable
from web.tables import db

TYPED = 'Baris pertama\n<b>kedua</b> & "ketiga"'


@pytest.fixture
def case(app: Flask, cast: Cast, visitor: Visitor) -> str:
    visitor.sign_in(cast.rahmadi)
    return f"/berkas/{open_case(app, cast.rahmadi)}"


@pytest.fixture
def other(settings: Settings) -> Iterator[Connection]:
    """Somebody else at the same database."""
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def hold(app: Flask, other: Connection) -> None:
    """Nobody but *other* may write from now on, and *app* does not wait long for it."""
    lite = other.dialect.name == "sqlite"
    hurry = "PRAGMA busy_timeout = 50" if lite else "SET lock_timeout = 50"
    close(app)
    with app.app_context():
        event.listen(db.engine, "connect", lambda driver, _: driver.cursor().execute(hurry))
    other.exec_driver_sql("BEGIN IMMEDIATE" if lite else "LOCK TABLE draft, throttle IN EXCLUSIVE MODE")


def form_of(visitor: Visitor, case: str) -> dict[str, str]:
    return {n: v for n, v in hidden(visitor.get(f"{case}/isi/ajukan_rencana").text).items() if n.startswith("_")}


def test_what_was_typed_stays_on_the_page_and_is_sent_again(
    app: Flask, visitor: Visitor, case: str, other: Connection
) -> None:
    typed = {**form_of(visitor, case), "target.0.nama": TYPED, "target.0.arah": "naik", "_intent": "simpan"}
    token = visitor.token()
    hold(app, other)
    answer = visitor.client.post(f"{case}/isi/ajukan_rencana", data={**typed, "csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Baris pertama" in plain_text(answer.text) and "<b>kedua</b>" not in answer.text
    assert "Target kerja 1: Arah Makin tinggi makin baik" in " ".join(plain_text(answer.text).split()), "not its code"
    assert visitor.get(case).status_code == 200, "reading goes on"
    other.rollback()
    again = in_main(answer.text)
    assert again["target.0.nama"] == TYPED
    assert visitor.client.post(f"{case}/isi/ajukan_rencana", data=again).status_code == 303
    assert "Baris pertama" in visitor.get(f"{case}/isi/ajukan_rencana").text


def test_an_attachment_that_could_not_be_kept_is_named(
    app: Flask, visitor: Visitor, case: str, other: Connection
) -> None:
    typed = {**form_of(visitor, case), "target.0.nama": TYPED, "csrf_token": visitor.token()}
    hold(app, other)
    sent = {**typed, "bukti": (io.BytesIO(PDF), "bukti.pdf"), "_intent": "simpan"}
    answer = visitor.client.post(f"{case}/isi/ajukan_rencana", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 503
    assert "bukti.pdf" in plain_text(answer.text) and "Baris pertama" in plain_text(answer.text)


@contextmanager
def away(app: Flask, other: Connection) -> Iterator[None]:
    """The database of *app* cannot be reached."""
    close(app)
    if other.dialect.name == "sqlite":
        file = Path(str(other.engine.url.database))
        elsewhere = file.parent.rename(file.parent.with_name("elsewhere"))
        try:
            yield
        finally:
            elsewhere.rename(file.parent)
        return
    server = create_engine(other.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    allow = f'ALTER DATABASE "{other.engine.url.database}" ALLOW_CONNECTIONS'
    with server.connect() as beside:
        beside.exec_driver_sql(f"{allow} false")
        try:
            yield
        finally:
            beside.exec_driver_sql(f"{allow} true")
    server.dispose()


def test_a_form_of_another_site_is_not_offered_to_be_sent_again(
    app: Flask, visitor: Visitor, case: str, other: Connection
) -> None:
    """Also where the database is away before anybody has looked where the form came from."""
    with away(app, other):
        answer = visitor.client.post(f"{case}/isi/ajukan_rencana", data={"target.0.nama": TYPED, "csrf_token": "palsu"})
    assert answer.status_code == 503
    assert "Baris pertama" not in answer.text and "csrf_token" not in answer.text[answer.text.index("<main") :]


def test_a_page_without_any_database(app: Flask, visitor: Visitor, case: str, other: Connection) -> None:
    token = visitor.token()
    with away(app, other):
        page = visitor.get(case)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
        assert f'href="{case}"' in page.text, "the way to try again"
        sent = visitor.client.post(f"{case}/isi/ajukan_rencana", data={"target.0.nama": TYPED, "csrf_token": token})
        assert sent.status_code == 503
        assert in_main(sent.text)["target.0.nama"] == TYPED
    assert visitor.get(case).status_code == 200


def end_all(other: Connection) -> None:
    """Ends every session of the database but this one; they are gone afterwards."""
    # With a patience, in milliseconds, it waits until they are.
    ended = (
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    assert other.exec_driver_sql(ended, (other.engine.url.database,)).scalar_one() > 0


@on_postgresql
def test_a_session_that_the_server_has_ended_is_not_used_again(visitor: Visitor, case: str, other: Connection) -> None:
    assert visitor.get(case).status_code == 200
    end_all(other)
    assert visitor.get(case).status_code == 200


@on_postgresql
def test_what_was_read_on_a_session_that_the_server_has_ended_is_let_go_of(app: Flask, other: Connection) -> None:
    """As where a form is sent: its sender is looked up, and then the session ends, before anything is written."""
    one = text("SELECT 1")
    with app.app_context():
        assert reading().execute(one).scalar_one() == 1
        end_all(other)
        forget()
        assert reading().execute(one).scalar_one() == 1


def test_a_password_is_never_put_on_a_page(app: Flask, cast: Cast, other: Connection) -> None:
    visitor = Visitor(app)
    token = visitor.token()
    hold(app, other)
    data = {"nip": cast.sari.nip, "kata_sandi": "sandi rahasia sekali", "csrf_token": token}
    answer = visitor.client.post("/masuk", data=data)
    assert answer.status_code == 503
    assert "sandi rahasia sekali" not in answer.text
    shown = answer.text[answer.text.index("<main") :]
    assert 'href="/masuk"' in shown and "Kembali ke halaman masuk" in shown


@pytest.mark.parametrize("gone", [False, True], ids=["held", "gone"])
def test_what_a_sign_in_takes_along_stays_on_its_page(
    app: Flask, cast: Cast, visitor: Visitor, case: str, other: Connection, gone: bool
) -> None:
    """The session ended in the middle of a form; now the database is away while its owner signs in again."""
    typed = {**form_of(visitor, case), "target.0.nama": TYPED, "_intent": "simpan", "csrf_token": visitor.token()}
    with app.app_context():
        sessions.end_all(cast.rahmadi.id)
    page = visitor.client.post(f"{case}/isi/ajukan_rencana", data=typed)
    password = {"nip": cast.rahmadi.nip, "kata_sandi": PASSWORD}
    if not gone:
        hold(app, other)
    with away(app, other) if gone else nullcontext():
        put_off = visitor.client.post("/masuk", data={**in_main(page.text), **password})
    assert (put_off.status_code, put_off.headers["Retry-After"]) == (503, "10")
    assert "Baris pertama" in plain_text(put_off.text) and PASSWORD not in put_off.text
    other.rollback()
    again = visitor.client.post("/masuk", data={**in_main(put_off.text), **password})
    assert again.status_code == 200
    assert visitor.client.post(f"{case}/isi/ajukan_rencana", data=in_main(again.text)).status_code == 303
    assert "Baris pertama" in visitor.get(f"{case}/isi/ajukan_rencana").text


def in_main(page: str) -> dict[str, str]:
    """The inputs of the one form within a page."""
    return hidden(page[page.index("<main") :])


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("x")
    cause.sqlite_errorcode = code
    return OperationalError("select", None, cause)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), True),
        (of_sqlite(sqlite3.SQLITE_IOERR_FSYNC), True),
        (of_sqlite(sqlite3.SQLITE_BUSY), True),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), True),
        (of_sqlite(sqlite3.SQLITE_ERROR), False),
        (NoConnection(), True),
        (ProgrammingError("select", None, Exception()), False),
        (OSError(errno.ENOSPC, ""), True),
        (OSError(errno.ENOENT, ""), False),
    ],
)
def test_what_passes_and_what_is_a_mistake_of_ours(error: Exception, passes: bool) -> None:
    assert unavailable(error) is passes


def test_a_mistake_of_ours_is_not_told_as_the_databases(visitor: Visitor, case: str, other: Connection) -> None:
    other.execute(text("alter table draft rename to elsewhere"))
    other.commit()
    assert visitor.get(f"{case}/isi/ajukan_rencana").status_code == 500
