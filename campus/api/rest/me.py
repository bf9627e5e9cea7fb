"""The caller herself: profile, preferences, what is used of her quotas, where she is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts import actions, guard, queries, rules
from campus.accounts.guard import viewer
from campus.accounts.models import Algorithm, Scope, Theme, TokenScope, User
from campus.api import door
from campus.api.schemas import Id, Path, exact, portrait_url
from campus.platform import clock
from campus.platform.db import session, transaction
from campus.platform.errors import NotFound
from campus.platform.limits import Period, usages

if TYPE_CHECKING:
    from campus.platform.limits import Usage

blueprint = Blueprint("api_me", __name__)

DAILY = (
    quotas.POSTS,
    quotas.LIKES,
    quotas.COMMENTS,
    quotas.SHARES,
    quotas.FOLLOWS,
    quotas.UPLOADS,
    quotas.UPLOAD_BYTES,
    quotas.REPORTS,
)


@exact
class PreferencesOut(TypedDict):
    """What she chose in her settings."""

    theme: Theme
    algorithm: Algorithm
    scope: Scope
    auto_load: Annotated[bool, Field(description="Pages load more posts by themselves.")]


@exact
class QuotaOut(TypedDict):
    """How much of a quota is used. It is one, whichever door is used."""

    name: str
    used: Annotated[int, Field(ge=0)]
    limit: Annotated[int, Field(ge=1)]
    period: Period
    resets_at: datetime


@exact
class CredentialOut(TypedDict):
    """What this request was let in by."""

    kind: Literal["session", "token"]
    scopes: list[TokenScope]


@exact
class MeOut(TypedDict):
    """The caller."""

    id: Id
    handle: str
    name: str
    url: Path
    avatar_url: Path | None
    bio: str
    is_admin: bool
    verified: Annotated[bool, Field(description="Her address is confirmed.")]
    preferences: PreferencesOut
    quotas: list[QuotaOut]
    credential: CredentialOut


@exact
class SessionOut(TypedDict):
    """A browser she is signed in with."""

    id: Annotated[str, Field(description="Names it, and opens nothing.")]
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: Annotated[bool, Field(description="The one this request came from.")]


@exact
class EndedOut(TypedDict):
    """How many were ended."""

    ended: Annotated[int, Field(ge=0)]


class MeChange(door.Body):
    """What shall be different; what is not named stays."""

    name: Annotated[str, Field(max_length=rules.MOST_NAME)] = ""
    bio: Annotated[str, Field(max_length=rules.MOST_BIO)] = ""
    theme: Theme = Theme.SYSTEM
    algorithm: Algorithm = Algorithm.MIXED
    scope: Scope = Scope.ALL
    auto_load: bool = True


class SessionNotFound(NotFound):
    """She has no such session."""


@blueprint.get("/me/")
@door.reads(answer=MeOut, tag="me")
def read() -> MeOut:
    """Read who you are here, what you chose, and what is left of your quotas."""
    return _me()


@blueprint.patch("/me/")
@door.writes(body=MeChange, answer=MeOut, tag="me")
def edit(body: MeChange) -> MeOut:
    """Change your profile and your preferences."""
    user = session.get_one(User, viewer().id)
    now_set = {name: getattr(user, name) for name in MeChange.model_fields}
    wanted = now_set | {name: getattr(body, name) for name in body.model_fields_set}
    with transaction():
        actions.edit_profile(user_id=user.id, name=wanted["name"], bio=wanted["bio"])
        actions.choose_theme(user.id, wanted["theme"])
        actions.choose_feed(user.id, wanted["algorithm"], wanted["scope"])
        actions.choose_loading(user.id, auto_load=wanted["auto_load"])
    return _me()


@blueprint.get("/me/sessions/")
@door.reads(answer=list[SessionOut], tag="me")
def sessions() -> list[SessionOut]:
    """List the browsers you are signed in with."""
    current = guard.credential().session_hash
    return [
        SessionOut(
            id=one.id,
            user_agent=one.user_agent,
            created_at=one.created_at,
            last_seen_at=one.last_seen_at,
            current=one.current,
        )
        for one in queries.sessions(viewer().id, current=current, now=clock.now())
    ]


@blueprint.delete("/me/sessions/")
@door.writes(answer=EndedOut, tag="me")
def end_sessions() -> EndedOut:
    """Sign every browser out, but the one that asks."""
    return EndedOut(ended=actions.revoke_sessions(viewer().id, keep=guard.credential().session_hash))


@blueprint.delete("/me/sessions/<session_id>/")
@door.writes(status=204, errors=(404,), tag="me")
def end_session(session_id: str) -> None:
    """Sign one browser out."""
    if not actions.revoke_session(user_id=viewer().id, session_id=session_id):
        raise SessionNotFound


def _me() -> MeOut:
    user = session.get_one(User, viewer().id, populate_existing=True)
    credential = guard.credential()
    return MeOut(
        id=user.id,
        handle=user.handle,
        name=user.name,
        url=f"/u/{user.handle}",
        avatar_url=portrait_url(user.avatar_token),
        bio=user.bio,
        is_admin=user.is_admin,
        verified=viewer().verified,
        preferences=PreferencesOut(theme=user.theme, algorithm=user.algorithm, scope=user.scope, auto_load=user.auto_load),
        quotas=[_quota(used) for used in usages(DAILY, user.id, now=clock.now())],
        credential=CredentialOut(kind=credential.kind, scopes=sorted(credential.scopes)),
    )


def _quota(used: Usage) -> QuotaOut:
    quota = used.quota
    return QuotaOut(name=quota.name, used=used.used, limit=used.limit, period=quota.period, resets_at=used.resets_at)
