"""What every room knows of the person in front of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid

    from campus.accounts.models import Algorithm, Scope, Theme


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: not suspended, approved, her session alive.

    `verified` says that she has proved an address. `permission_version` belongs in the key of whatever is cached for her: it
    counts up in the transaction of every change to what she may see. `announced` says that there may be an announcement for her.
    """

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None
    is_admin: bool
    verified: bool
    theme: Theme
    locale: str
    algorithm: Algorithm
    scope: Scope
    auto_load: bool
    permission_version: int
    announced: bool = False
