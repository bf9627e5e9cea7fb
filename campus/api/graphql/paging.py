"""Lists in pages: how many, from where, and what to ask for next."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

from campus.api.graphql.guards import LARGEST_PAGE
from campus.platform.errors import Invalid
from campus.platform.keys import number

Node = TypeVar("Node")
BIGGEST_NUMBER = 2**63 - 1


@strawberry.type
class PageInfo:
    """Whether a list goes on, and from where."""

    has_next_page: bool
    end_cursor: str | None = strawberry.field(description="Give it as `after` to go on; null when nothing follows.")


@strawberry.type
class Connection(Generic[Node]):
    """One page of a list."""

    nodes: list[Node]
    page_info: PageInfo


def page(nodes: list[Node], cursor: object | None) -> Connection[Node]:
    """A page, and where the next one begins, if there is one."""
    info = PageInfo(has_next_page=cursor is not None, end_cursor=None if cursor is None else str(cursor))
    return Connection(nodes=nodes, page_info=info)


def size(asked: int) -> int:
    """How many to give: up to 50, whatever is asked.

    Raises:
        Invalid: less than one.
    """
    if asked < 1:
        raise Invalid(f"{asked} is asked for; a page has 1 to {LARGEST_PAGE}.", field="first")
    return min(asked, LARGEST_PAGE)


def after_number(cursor: str | None) -> int | None:
    """The key in the cursor of a list that is ordered by one.

    Raises:
        BadCursor: it is none.
    """
    return None if cursor is None else number(cursor)


def key(identifier: str) -> int:
    """The number of an ID; 0, which nothing has, if it is none."""
    digits = identifier.isascii() and identifier.isdigit() and len(identifier) <= len(str(BIGGEST_NUMBER))
    return int(identifier) if digits and int(identifier) <= BIGGEST_NUMBER else 0
