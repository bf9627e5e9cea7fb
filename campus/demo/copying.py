"""Putting many rows in at once: COPY, inside the open transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import sql
from sqlalchemy import func, select, text
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from campus.accounts.models import EmailAddress, User
from campus.feed.models import FeedState
from campus.follows.models import Block, Follow, Mute
from campus.interactions.models import Comment, Like, Share
from campus.organizations.models import Department, DepartmentMembership, Organization, OrganizationDomain, OrganizationMembership
from campus.platform.db import Base, session, transaction
from campus.platform.limits import QuotaUse
from campus.posts.models import Photo, Post, PostEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Table

Row = tuple[Any, ...]

# The columns the demo fills, in the order its rows have them. Tables in an order that foreign keys allow.
COLUMNS: dict[type[Base], str] = {
    User: "id handle name bio locked is_admin is_demo password_hash suspended_at scope created_at approved_at",
    EmailAddress: "id user_id address is_primary verified_at created_at",
    Organization: "id kind slug name about place verified join_policy default_audience is_demo created_at",
    OrganizationDomain: "domain organization_id",
    Department: "id organization_id slug name",
    OrganizationMembership: "organization_id user_id role kind status since until",
    DepartmentMembership: "department_id user_id organization_id",
    Follow: "id follower_id user_id organization_id status created_at",
    Block: "blocker_id blocked_id created_at",
    Mute: "id muter_id user_id organization_id created_at",
    FeedState: "user_id status last_read_at",
    QuotaUse: "subject quota period_start used",
    Post: "id author_id organization_id department_id official audience state title text location comments_locked"
    " created_at updated_at edited_at published_at like_count comment_count share_count",
    PostEdit: "id post_id title text audience edited_at",
    Photo: "id post_id position token state filename alt credit width height widths thumbhash colour created_at",
    Like: "post_id user_id created_at",
    Comment: "id post_id author_id text created_at",
    Share: "id post_id user_id platform created_at",
}

LONGEST: tuple[type[Base], ...] = (Follow, Photo, Like, Comment, Share)


def copy(model: type[Base], rows: Iterable[Row]) -> int:
    """Insert rows, in the order of `COLUMNS`, by one COPY. Explicit ids move the table's sequence along. Returns how many."""
    columns = COLUMNS[model].split()
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(_table(model).name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the session has no connection")
    with connection.cursor() as cursor, cursor.copy(statement) as into:
        for row in rows:
            into.write_row(row)
            count += 1
    if count and columns[0] == "id":
        continue_after(model)
    return count


@contextmanager
def unindexed(model: type[Base]) -> Iterator[None]:
    """Fill or empty a table without its secondary indexes and foreign keys, which are made anew at the end, each in one go.

    A million rows then take a third of the time. Readers of this table wait until the transaction ends, and after a rollback
    everything is as it was.
    """
    table = _table(model)
    indexes = [index for index in table.indexes if not index.unique]
    for foreign in table.foreign_key_constraints:
        session.execute(DropConstraint(foreign))
    for index in indexes:
        session.execute(DropIndex(index))
    yield
    for index in indexes:
        session.execute(CreateIndex(index))
    for foreign in table.foreign_key_constraints:
        session.execute(AddConstraint(foreign, isolate_from_table=False))


def _table(model: type[Base]) -> Table:
    table: Table = model.__table__  # type: ignore[assignment]  # it is one, for every model
    return table


def continue_after(model: type[Base]) -> None:
    """Let the table's sequence go on after the highest id."""
    table = _table(model)
    sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
    session.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def analyze(models: Iterable[type[Base]]) -> None:
    """Tell the planner what is in the tables now. It would find out by itself, but only after a minute of bad plans."""
    with transaction():
        for model in models:
            session.execute(text(f'ANALYZE "{_table(model).name}"'))
