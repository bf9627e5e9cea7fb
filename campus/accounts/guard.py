"""Who is in front of the screen: the session cookie, the viewer of a request, and the two marks of which every view has one.

The cookie holds 256 random bits and no meaning. The row it finds is read on each request, in one statement together with the
person, so that what ends a session (sign-out, a new password, suspension) ends it at the very next request. At the doors for
programs and for the files of photos, and nowhere else, a personal token in the `Authorization` header stands for a person in
the same way.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import request
from flask_login import LoginManager, current_user

from campus.accounts import credentials, queries
from campus.accounts.actions import hash_of, note_use
from campus.accounts.credentials import Credential, ScopeMissing
from campus.audit.acting import NOBODY, act_as
from campus.platform import clock, settings
from campus.platform.errors import AuthenticationRequired, Forbidden, NotFound
from campus.platform.programs import takes_tokens
from campus.platform.settings import Registration
from campus.platform.web import csrf

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Request
    from werkzeug.wrappers import Response

    from campus.accounts.models import TokenScope
    from campus.accounts.viewer import Viewer

P = ParamSpec("P")
R = TypeVar("R")

REMEMBERED_SECONDS = 30 * 24 * 3600
READS = frozenset({"GET", "HEAD", "OPTIONS"})
ACCESS = "access"  # the attribute that says how a view is guarded


class NotVerified(Forbidden):
    """She has to prove her address first."""

    title = "Please confirm your address first"

    def __init__(self) -> None:
        super().__init__("We sent you a mail with a link. Open it, or have it sent again from your settings.")


class _Present:
    """The person of this request, as Flask-Login wants to see her."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, viewer: Viewer, credential: Credential) -> None:
        self.viewer = viewer
        self.credential = credential

    def get_id(self) -> str:
        """Flask-Login's name for her; nothing is ever found by it."""
        return str(self.viewer.id)


def init_app(app: Flask) -> None:
    """Let the application know its viewers."""
    manager = LoginManager()
    manager.session_protection = None  # the cookie of Flask's session carries no authority here
    manager.request_loader(_from_request)
    manager.init_app(app)
    app.before_request(lambda: act_as(NOBODY))
    app.context_processor(lambda: {"viewer": viewer_or_none()})


def _from_request(incoming: Request) -> _Present | None:
    """Who asks, and who acts from now on in what the request does."""
    present = _shown(incoming)
    if present is not None:
        act_as(f"{'api' if present.credential.session_hash is None else 'user'}:{present.viewer.id}")
    return present


def _shown(incoming: Request) -> _Present | None:
    """Whose credential came with the request. A token that is no good is refused, whatever cookie comes with it."""
    given = incoming.headers.get("Authorization")
    if given is not None and takes_tokens(incoming.path):
        return _Present(*credentials.by_header(given, now=clock.now()))
    token = incoming.cookies.get(cookie_name())
    if not token:
        return None
    now = clock.now()
    found = queries.signed_in(hash_of(token), now=now)
    if found is None:
        return None
    note_use(found.token_hash, last_seen_at=found.last_seen_at, now=now)
    return _Present(found.viewer, credentials.of_session(found.token_hash))


def cookie_name() -> str:
    """With https, browsers see to it that a `__Host-` cookie came from this very host, over TLS."""
    return "__Host-campus" if settings.current().uses_https else "campus"


def hand_cookie(response: Response, token: str, *, remembered: bool) -> None:
    """Give the browser its session. Unless it is to be remembered, it forgets the cookie when it is closed."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=REMEMBERED_SECONDS if remembered else None,
        path="/",
        secure=settings.current().uses_https,
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: Response) -> None:
    """Have the browser forget its session, and what it kept of the pages it saw."""
    response.delete_cookie(cookie_name(), path="/", secure=settings.current().uses_https, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _present() -> _Present | None:
    present: Any = current_user
    return present if present and present.is_authenticated else None


def viewer_or_none() -> Viewer | None:
    """The person of this request, or None if nobody is signed in."""
    present = _present()
    return present.viewer if present else None


def viewer() -> Viewer:
    """The person of this request.

    Raises:
        AuthenticationRequired: nobody is signed in.
    """
    found = viewer_or_none()
    if found is None:
        raise AuthenticationRequired("Please sign in to see this.")
    return found


def session_hash() -> bytes:
    """What finds the session of this request.

    Raises:
        AuthenticationRequired: nobody is signed in.
    """
    present = _present()
    if present is None or present.credential.session_hash is None:
        raise AuthenticationRequired("Please sign in to see this.")
    return present.credential.session_hash


def credential() -> Credential:
    """What she has shown to be let in.

    Raises:
        AuthenticationRequired: nobody is signed in.
    """
    found = credential_or_none()
    if found is None:
        raise AuthenticationRequired("Please sign in to see this.")
    return found


def credential_or_none() -> Credential | None:
    """What she has shown to be let in, if anything."""
    present = _present()
    return present.credential if present else None


def require(scope: TokenScope) -> None:
    """Go on only if what she has shown is good for this. A session is good for everything she may do.

    Raises:
        AuthenticationRequired: nobody is signed in.
        ScopeMissing: her token has not this scope.
    """
    if not allows(scope):
        raise ScopeMissing(scope)


def allows(scope: TokenScope) -> bool:
    """Whether what she has shown is good for this.

    Raises:
        AuthenticationRequired: nobody is signed in.
    """
    return scope in credential().scopes


def refuse_forgery() -> None:
    """Go on only if the request was meant: a cookie is sent by the browser whoever asks it to, a token is not.

    For views that are exempt from the check of forms. Raises Flask-WTF's CSRFError.
    """
    if credential().kind == "session":
        csrf.protect()


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that answers everybody; what it shows is its own concern."""
    setattr(view, ACCESS, "public")
    return view


def sign_in_required(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that answers who is signed in, and has proved an address wherever that matters.

    Raises:
        AuthenticationRequired: nobody is signed in.
        NotVerified: her address is not proved, and she wants to change something, or the site is not open to everybody.
    """
    return _guarded(view, "signed in", require_verified)


def sign_in_suffices(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view for whoever is signed in, her address proved or not: her own account, and the way to prove it.

    Raises:
        AuthenticationRequired: nobody is signed in.
    """
    return _guarded(view, "signed in, unverified", lambda _viewer: None)


def administrators_only(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view for the administrators of the site; to anybody else it does not exist.

    Raises:
        AuthenticationRequired: nobody is signed in.
        NotFound: she is not an administrator.
    """
    return _guarded(view, "site administrators", _require_administrator)


def _require_administrator(person: Viewer) -> None:
    if not person.is_admin:
        raise NotFound


def _guarded(view: Callable[P, R], access: str, check: Callable[[Viewer], None]) -> Callable[P, R]:
    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        check(viewer())
        return view(*args, **kwargs)

    setattr(guarded, ACCESS, access)
    return guarded


def require_verified(person: Viewer, *, writes: bool | None = None) -> None:
    """Where addresses decide who belongs here, an unproved one opens nothing; elsewhere it may look but not touch.

    Whether something `writes` is told by the method of the request, unless the caller knows better.

    Raises:
        NotVerified: hers is unproved.
    """
    looks = request.method in READS if writes is None else not writes
    anybody = settings.current().registration is Registration.OPEN
    if not person.verified and not (anybody and looks):
        raise NotVerified
