"""Advisory locks that keep apart what must not overlap while the entries of feeds are made; held until the transaction ends."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, select

from campus.platform.db import session

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from campus.feed.windows import Carried


class Lock(IntEnum):
    """Classes of advisory locks; taken in this order."""

    AUTHOR = 1
    ORGANIZATION = 2
    POST = 3
    READER = 4
    REBUILDS = 5


def lock(kind: Lock, *of: int, shared: bool = False) -> None:
    """Hold the locks of these ids, one after the other in ascending order."""
    take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    for number in sorted({each % 2**31 for each in of}):
        session.execute(select(take(int(kind), number)))


def hold_sources(post: Carried) -> None:
    """Hold what a delivery holds: its sources shared, the post alone."""
    session.execute(select(*holding_sources(owned=post.organization_id is not None)), numbers(post))


def holding_sources(*, owned: bool) -> list[ColumnElement[None]]:
    """The columns of a SELECT that holds what a delivery holds, taken from left to right. Their parameters are `numbers`."""
    author = func.pg_advisory_xact_lock_shared(Lock.AUTHOR.value, bindparam("author_lock", type_=Integer))
    owner = func.pg_advisory_xact_lock_shared(Lock.ORGANIZATION.value, bindparam("organization_lock", type_=Integer))
    post = func.pg_advisory_xact_lock(Lock.POST.value, bindparam("post_lock", type_=Integer))
    return [author, owner, post] if owned else [author, post]


def numbers(post: Carried) -> dict[str, int]:
    """Which locks are those of this post: PostgreSQL's are 32 bits wide."""
    ids = {"author_lock": post.author_id, "organization_lock": post.organization_id, "post_lock": post.id}
    return {name: number % 2**31 for name, number in ids.items() if number is not None}
