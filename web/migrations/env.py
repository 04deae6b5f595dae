"""How Alembic runs here: over the service's own engine, called by ``borang init`` or ``flask db``.

Or in the transaction of a connection that it is given, which then stays open: ``web.database.migrated``.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from web.tables import Instant, db

#: The lock that a migration holds on PostgreSQL: a number of our own.
ALONE = 7_226_271_901


def migrate() -> None:
    given = context.config.attributes.get("connection")
    if given:
        _run(given)
        return
    with db.engine.connect() as connection:
        on_sqlite(connection) if connection.dialect.name == "sqlite" else on_postgresql(connection)


def on_postgresql(connection: Connection) -> None:
    # Of several services that start at once one migrates; the others find it done. A lock's usual patience is too short
    # for that, a statement's for a table of millions of rows.
    connection.exec_driver_sql("set local lock_timeout = 0")
    connection.exec_driver_sql("set local statement_timeout = 0")
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({ALONE})")
    _run(connection)
    connection.commit()


def on_sqlite(connection: Connection) -> None:
    """SQLite changes a table by building it anew and dropping the old one, to which others point meanwhile.

    So where keys lead is looked at once, before the one transaction ends.
    """
    driver: Any = connection.connection.driver_connection
    # Heard outside a transaction only; the first statement begins one.
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        _run(connection)
        if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError(f"a migration has left keys that lead nowhere: {tuple(lost)}")
        connection.commit()
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


def _run(connection: Connection) -> None:
    options = current_app.extensions["migrate"].configure_args
    context.configure(connection=connection, target_metadata=db.metadata, render_item=as_written, **options)
    with context.begin_transaction():
        context.run_migrations()


def as_written(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Our own types as those that stand behind them: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


migrate()
