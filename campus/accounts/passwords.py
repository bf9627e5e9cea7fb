"""Passwords: how strong they must be, how they are kept, how they are compared.

Argon2id with OWASP's minimum (19 MiB, two passes, one lane): about 50 ms. Few are computed at once, so that a burst of sign-ins
takes neither the memory nor all the cores from the people who read their feeds.
"""

from __future__ import annotations

import functools
import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from campus.platform import settings
from campus.platform.errors import CampusError, Invalid
from campus.platform.settings import Env

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST = 8
MOST = 256
STRONG_ENOUGH = 3  # of zxcvbn's 0 to 4: "safely unguessable, moderate protection from an offline attack"
JUDGED = 72  # characters looked at; zxcvbn's time grows with the square of the length
AT_ONCE = 2
PATIENCE = 10.0  # seconds

_hashing = threading.BoundedSemaphore(AT_ONCE)


class WeakPassword(Invalid):
    """The password would be guessed; the message says what to do about it."""

    title = "Choose a stronger password"


class TooBusy(CampusError):
    """More passwords wait to be checked than the server can check soon."""

    status = 503
    title = "One moment, please"


@functools.cache
def _hasher(env: Env) -> PasswordHasher:
    if env is Env.TEST:
        return PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    return PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


@functools.cache
def _nobodys_hash(env: Env) -> str:
    """What a password is compared with when there is no account, so that the answer takes as long."""
    return _hasher(env).hash(secrets.token_urlsafe())


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=PATIENCE):
        raise TooBusy("Many people are signing in right now. Please try again in a minute.")
    try:
        yield
    finally:
        _hashing.release()


def acceptable(password: str) -> str:
    """The password, if its form allows hashing it at all; its strength is another question.

    Raises:
        Invalid: empty, longer than `MOST` characters, or holding what is no text.
    """
    if not password:
        raise Invalid("Enter a password.", field="password")
    if len(password) > MOST:
        raise Invalid(f"The password is longer than {MOST} characters.", field="password")
    if "\0" in password or any("\ud800" <= letter <= "\udfff" for letter in password):
        raise Invalid("The password holds a character that cannot be typed.", field="password")
    return password


def weakness(password: str, *, about: Sequence[str] = ()) -> str | None:
    """Why this password is too weak for a person known by the words `about`, in one sentence; None if it is not."""
    if len(password) < LEAST:
        return f"Use at least {LEAST} characters."
    judged = zxcvbn(password[:JUDGED], user_inputs=[word for word in about if word])
    if judged["score"] >= STRONG_ENOUGH:
        return None
    feedback = judged["feedback"]
    hints = [feedback["warning"], *feedback["suggestions"]]
    sentences = " ".join(hint.rstrip(".") + "." for hint in hints if hint)
    return f"This password is easy to guess. {sentences or 'Add another word or two.'}"


def chosen(password: str, *, about: Sequence[str] = ()) -> str:
    """The password somebody chose, if it may be used.

    Raises:
        Invalid: its form is wrong.
        WeakPassword: it would be guessed.
    """
    if why := weakness(acceptable(password), about=about):
        raise WeakPassword(why, field="password")
    return password


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        TooBusy: no turn within `PATIENCE` seconds.
    """
    with _turn():
        return _hasher(settings.current().env).hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; takes as long when there is no account (`kept` is None).

    Raises:
        TooBusy: no turn within `PATIENCE` seconds.
    """
    env = settings.current().env
    with _turn():
        try:
            _hasher(env).verify(kept or _nobodys_hash(env), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher(settings.current().env).check_needs_rehash(kept)
