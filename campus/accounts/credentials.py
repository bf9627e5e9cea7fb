"""What lets somebody in: a browser's session, which is good for everything, or a personal token, good for its scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from campus.accounts import tokens
from campus.accounts.models import TokenScope
from campus.platform.errors import CampusError, Forbidden

if TYPE_CHECKING:
    from datetime import datetime

    from campus.accounts.viewer import Viewer

EVERYTHING = frozenset(TokenScope)
SCHEME = "bearer"


class TokenRefused(CampusError):
    """A token came that opens nothing."""

    status = 401
    title = "This token is not valid"
    headers = {"WWW-Authenticate": 'Bearer realm="PhotoCampus", error="invalid_token"'}  # noqa: RUF012 - a Mapping is not changed


class ScopeMissing(Forbidden):
    """The token is good, but not for this."""

    title = "This token may not do that"

    def __init__(self, scope: TokenScope) -> None:
        super().__init__(f"This needs a token with the scope {scope.value!r}.")
        self.headers = {"WWW-Authenticate": f'Bearer realm="PhotoCampus", error="insufficient_scope", scope="{scope.value}"'}


@dataclass(frozen=True, slots=True)
class Credential:
    """What was shown. `key` is what its requests are counted under; `session_hash` finds the session, if it is one."""

    kind: Literal["session", "token"]
    key: str
    scopes: frozenset[TokenScope]
    session_hash: bytes | None = None


def of_session(token_hash: bytes) -> Credential:
    """A browser's session."""
    return Credential("session", f"session:{token_hash.hex()[:16]}", EVERYTHING, token_hash)


def by_header(given: str, *, now: datetime) -> tuple[Viewer, Credential]:
    """Who stands behind an `Authorization` header, and what it is good for.

    Raises:
        TokenRefused: nobody: it is no token, or one that has ended, or its owner is suspended.
    """
    scheme, _, secret = given.partition(" ")
    holder = tokens.found(secret.strip(), now=now) if scheme.lower() == SCHEME else None
    if holder is None:
        expected = f"expected the header 'Authorization: Bearer {tokens.PREFIX}…'"
        raise TokenRefused(f"The token is wrong, has expired, was revoked, or its owner may not sign in; {expected}.")
    return holder.viewer, Credential("token", f"token:{holder.token_id}", holder.scopes)
