"""How Alembic reaches the database: through the application's writing engine, with timeouts that protect running users."""

from __future__ import annotations

import logging

from alembic import context
from flask import current_app
from sqlalchemy import text

log = logging.getLogger("alembic.env")
db = current_app.extensions["migrate"].db


def skip_empty(_context, _revision, directives) -> None:
    """Write no migration when the models have not changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []
        log.info("the models have not changed")


def run() -> None:
    """Migrate online: each migration in a transaction of its own."""
    with db.engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            process_revision_directives=skip_empty,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    msg = "offline migrations are not supported: run against a database"
    raise SystemExit(msg)
run()
