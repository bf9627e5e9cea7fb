"""What is known of each address for programs: made by the door's decorators, read by the door and by the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campus.accounts.models import TokenScope
    from campus.api.incoming import Body, Query
    from campus.platform.limits import Quota

ATTRIBUTE = "operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    `answer` is a typed dictionary, or a list of one, or None for an empty answer; `errors` are the statuses it can refuse with
    apart from those every operation has. A `safe` one only reads. `public`: where the site shows pages to everybody, this answers
    everybody too. `uploads`: it takes photos beside the JSON; `picture`: it takes one, and nothing else.
    """

    summary: str
    description: str
    tag: str
    scope: TokenScope
    status: int
    answer: Any
    query: type[Query] | None = None
    body: type[Body] | None = None
    errors: tuple[int, ...] = ()
    public: bool = False
    quota: Quota | None = None
    uploads: bool = False
    picture: bool = False
    safe: bool = False


def of_view(view: object) -> Operation | None:
    """What a view function does, if it is one for programs."""
    found: Operation | None = getattr(view, ATTRIBUTE, None)
    return found
