"""How Alembic runs here: over the service's own engine, called by ``borang init`` or ``flask db``.

Or in the transaction of a connection that it is given, which then stays open: ``web.database.migrated``.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Literal

from alembic import context
from flask import current_app

from web.tables import Instant, db

#: The lock that a migration holds on PostgreSQL: a number of our own.
ALONE = 7_226_271_901


def migrate() -> None:
    options = current_app.extensions["migrate"].configure_args
    given = context.config.attributes.get("connection")
    with nullcontext(given) if given else db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            # Of several services that start at once one migrates; the others find it done. A lock's usual patience is
            # too short for that, a statement's for a table of millions of rows.
            connection.exec_driver_sql("set local lock_timeout = 0")
            connection.exec_driver_sql("set local statement_timeout = 0")
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({ALONE})")
        context.configure(connection=connection, target_metadata=db.metadata, render_item=as_written, **options)
        with context.begin_transaction():
            context.run_migrations()
        if not given:
            connection.commit()


def as_written(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Our own types as those that stand behind them: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


migrate()
