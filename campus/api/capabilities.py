"""Addresses that let in whoever knows them. A token that may only read is not told one: by it, one could appeal."""

from __future__ import annotations

from campus.accounts import guard
from campus.accounts.models import TokenScope
from campus.moderation.letters import LETTERS

INSTEAD = "/notifications"  # for who is signed in


def told(url: str) -> str:
    """Where a notice leads, as this credential may know it."""
    return url if not url.startswith(LETTERS) or may_be_told() else INSTEAD


def may_be_told() -> bool:
    """Whether whoever asks could do by her own right what such an address lets one do."""
    return guard.allows(TokenScope.WRITE)
