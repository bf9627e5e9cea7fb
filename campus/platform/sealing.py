"""Bytes that lie in the database for a while, and are read only by who comes with the key again.

The key is a word of the client's, which is kept nowhere: neither the database nor a backup of it opens anything, and the site's
own secret alone does not either. A stream of SHAKE-256 over key and salt, each used once, and an HMAC over what comes out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from campus.platform import settings
from campus.platform.errors import CampusError

SALT = TAG = 32  # bytes


class Broken(CampusError):
    """The bytes are not what was sealed, or were sealed for another key."""

    status = 500
    title = "What was kept cannot be read"


def name_of(purpose: str, key: str) -> str:
    """What the key is found by, in hexadecimal: without the site's secret nobody can try words until one fits."""
    return _derived(purpose, "name", key.encode()).hex()


def seal(purpose: str, key: str, plain: bytes) -> bytes:
    """The bytes for who has the key."""
    salt = secrets.token_bytes(SALT)
    covered = salt + _mixed(_derived(purpose, "stream", key.encode()), salt, plain)
    return covered + _tag(purpose, key, covered)


def unseal(purpose: str, key: str, kept: bytes) -> bytes:
    """What was sealed.

    Raises:
        Broken: under this key it was not.
    """
    covered, tag = kept[:-TAG], kept[-TAG:]
    if len(covered) < SALT or not hmac.compare_digest(tag, _tag(purpose, key, covered)):
        raise Broken
    return _mixed(_derived(purpose, "stream", key.encode()), covered[:SALT], covered[SALT:])


def _mixed(key: bytes, salt: bytes, text: bytes) -> bytes:
    stream = hashlib.shake_256(key + salt).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _tag(purpose: str, key: str, covered: bytes) -> bytes:
    return hmac.digest(_derived(purpose, "tag", key.encode()), covered, "sha256")


def _derived(purpose: str, use: str, key: bytes) -> bytes:
    secret = settings.current().secret_key.encode()
    return hmac.digest(secret, f"photocampus.{purpose}.{use}\n".encode() + key, "sha256")
