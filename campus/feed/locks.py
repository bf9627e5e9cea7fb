"""Advisory locks that keep apart what must not overlap while the entries of feeds are made; held until the transaction ends."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, cast, func, select

from campus.platform.db import session

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, SQLColumnExpression

    from campus.feed.windows import Carried

BITS = 2**31


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
    for number in sorted({each % BITS for each in of}):
        session.execute(select(take(int(kind), number)))


def hold_sources(post: Carried) -> None:
    """Hold what a delivery holds: its sources shared, the post alone."""
    session.execute(select(*holding_sources(owned=post.organization_id is not None)), numbers(post))


def holding_sources(*, owned: bool) -> list[ColumnElement[None]]:
    """The columns of a SELECT that holds what a delivery holds, taken from left to right. Their parameters are `numbers`."""
    author, owner, post = (bindparam(name, type_=Integer) for name in ("author_lock", "organization_lock", "post_lock"))
    return holding(author, owner if owned else None, post)


def holding(author: ColumnElement[int], owner: ColumnElement[int] | None, post: ColumnElement[int]) -> list[ColumnElement[None]]:
    """The same for these numbers; that of nobody is not taken."""
    shared, alone = func.pg_advisory_xact_lock_shared, func.pg_advisory_xact_lock
    owners = [] if owner is None else [shared(Lock.ORGANIZATION.value, owner)]
    return [shared(Lock.AUTHOR.value, author), *owners, alone(Lock.POST.value, post)]


def number(of: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """Which lock is that of an id: PostgreSQL's are 32 bits wide."""
    return cast(of % BITS, Integer)


def numbers(post: Carried) -> dict[str, int]:
    """Which locks are those of this post."""
    ids = {"author_lock": post.author_id, "organization_lock": post.organization_id, "post_lock": post.id}
    return {name: each % BITS for name, each in ids.items() if each is not None}
