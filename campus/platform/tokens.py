"""Signed tokens for links and cursors: the client carries them, and cannot make or change one."""

from __future__ import annotations

from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from campus.platform import settings
from campus.platform.errors import Invalid

LONGEST = 4000


class BadToken(Invalid):
    """Not a token of this site, or not for this purpose."""

    title = "This link is not valid"


class ExpiredToken(BadToken):
    """It was valid once."""

    title = "This link has expired"


def sign(purpose: str, payload: dict[str, Any]) -> str:
    """A URL-safe token that holds this JSON, readable by anybody, good for this purpose alone."""
    return str(_serializer(purpose).dumps(payload))


def unsign(purpose: str, token: str, max_age: int) -> dict[str, Any]:
    """What was signed for this purpose at most `max_age` seconds ago.

    Raises:
        ExpiredToken: it is older.
        BadToken: it is forged, garbled, or was signed for something else.
    """
    if len(token) > LONGEST:
        raise BadToken
    try:
        payload = _serializer(purpose).loads(token, max_age=max_age)
    except SignatureExpired:
        raise ExpiredToken from None
    except (BadData, ValueError):
        raise BadToken from None
    if not isinstance(payload, dict):
        raise BadToken
    return payload


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.current().secret_key, salt=f"photocampus.{purpose}")
