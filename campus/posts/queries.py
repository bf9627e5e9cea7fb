"""Named reads of posts. Each passes through the rule of visibility; `reachable_*` add what is the viewer's own.

`cards` is the hot path of every page with posts on it: one statement, built once, with the photos as one JSON value per row.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    DateTime,
    Uuid,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from campus.accounts.models import User
from campus.organizations.models import Department, Organization, OrganizationKind
from campus.organizations.queries import BYLINE
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.platform.prepared import Prepared
from campus.posts.cards import DepartmentView, OwnerView, PersonView, PhotoView, PostCard
from campus.posts.models import Audience, Photo, PhotoState, Post, PostEdit, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.sql import FromClause

    Key = tuple[datetime, int]


class PostNotFound(NotFound):
    """There is no such post for this viewer: one she may not see does not exist."""

    title = "There is no such post"


BIGGEST = 2**63 - 1  # a longer number in an address is no id
_VIEWER = bindparam("viewer", type_=BigInteger)
_VISIBLE = visible_to(_VIEWER)
# What she sees by the rule, and her own in whatever state but deleted.
_REACHABLE = or_(and_(Post.author_id == _VIEWER, Post.state != PostState.DELETED), _VISIBLE)


def _photos(*conditions: ColumnElement[bool]) -> FromClause:
    """The photos of the surrounding post, as one JSON list of lists in the order of `PhotoView`'s fields."""
    fields = func.json_build_array(
        Photo.position,
        Photo.token,
        Photo.alt,
        Photo.width,
        Photo.height,
        Photo.widths,
        Photo.thumbhash,
        Photo.colour,
        Photo.state,
        Photo.credit,
        Photo.licence,
        Photo.error,
    )
    listed = type_coerce(func.json_agg(aggregate_order_by(fields, Photo.position)), JSON).label("photos")
    return select(listed).where(Photo.post_id == Post.id, *conditions).correlate(Post).lateral("photos")


def _cards(photos: FromClause) -> Select[*tuple[Any, ...]]:
    """Everything of a card, in the order `_card` unpacks."""
    table = Post.__table__
    joined = (
        table.join(User.__table__, User.id == Post.author_id)
        .outerjoin(Organization.__table__, Organization.id == Post.organization_id)
        .outerjoin(Department.__table__, Department.id == Post.department_id)
        .join(photos, true())
    )
    return select(
        Post.id,
        User.id,
        User.handle,
        User.name,
        User.avatar_token,
        *BYLINE,
        Department.id,
        Department.slug,
        Department.name,
        Post.official,
        Post.audience,
        Post.state,
        Post.title,
        Post.text,
        Post.location,
        Post.published_at,
        Post.edited_at,
        Post.like_count,
        Post.comment_count,
        Post.share_count,
        Post.comments_locked,
        photos.c.photos,
    ).select_from(joined)


_READY = _cards(_photos(Photo.state == PhotoState.READY))
_READY_OR_OWN = _cards(_photos(or_(Photo.state == PhotoState.READY, Post.author_id == _VIEWER)))
_ID = bindparam("id", type_=BigInteger)
_LIMIT = bindparam("limit", type_=BigInteger)
_EARLIER = tuple_(Post.published_at, Post.id) < tuple_(
    bindparam("at", type_=DateTime(timezone=True)), bindparam("id", type_=BigInteger)
)

_BY_IDS = Prepared(_READY.where(Post.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))), _VISIBLE))
_REACHABLE_BY_ID = Prepared(_READY_OR_OWN.where(Post.id == _ID, _REACHABLE))
_POST = select(Post).where(Post.id == _ID).execution_options(populate_existing=True)
_FILE = (
    select(Photo.widths, Photo.width, Photo.height)
    .join(Post, Post.id == Photo.post_id)
    .where(Photo.token == bindparam("token", type_=Uuid()), Photo.state == PhotoState.READY, _REACHABLE)
)
# What is public, and somebody has given away: open to visitors on a site that is otherwise closed to them.
_SHARED = select(Post.id).where(Post.audience == Audience.PUBLIC, Post.share_count > 0, _VISIBLE)
_NEWEST = _READY.where(_VISIBLE, _EARLIER).order_by(Post.published_at.desc(), Post.id.desc()).limit(_LIMIT)
_BY_AUTHOR = Prepared(_NEWEST.where(Post.author_id == bindparam("author", type_=BigInteger), not_(Post.official)))
_OWNED = _NEWEST.where(Post.organization_id == bindparam("organization", type_=BigInteger))
_BY_ORGANIZATION = Prepared(_OWNED)
_BY_DEPARTMENT = Prepared(_OWNED.where(Post.department_id == bindparam("department", type_=BigInteger)))
_FROM_THE_TOP: Key = (datetime(9999, 1, 1, tzinfo=UTC), 0)


def visible_post(viewer_id: int, post_id: int) -> Post:
    """The post, if this viewer may see it.

    Raises:
        PostNotFound: there is none, or not for her.
    """
    return _one(_POST.where(_VISIBLE), viewer_id, post_id)


def reachable_post(viewer_id: int, post_id: int, *, lock: bool = False) -> Post:
    """The post, if this viewer may see it, or if it is her own and not deleted: then in whatever state.

    With `lock`, nobody else changes it until the open transaction ends.

    Raises:
        PostNotFound: there is none for her.
    """
    found = _POST.where(_REACHABLE)
    return _one(found.with_for_update(of=Post) if lock else found, viewer_id, post_id)


def _one(found: Select[Post], viewer_id: int, post_id: int) -> Post:
    post = session.scalar(found, {"viewer": viewer_id, "id": post_id}) if 0 < post_id <= BIGGEST else None
    if post is None:
        raise PostNotFound
    return post


def cards(viewer_id: int, ids: Sequence[int]) -> list[PostCard]:
    """The cards of these posts, in the order of `ids`; those the rule denies are left out.

    One statement whatever the number of ids. However the ids were found, in whichever cache, the rule is applied here.
    """
    if not ids:
        return []
    found = {card.id: card for card in _read(_BY_IDS, viewer=viewer_id, ids=list(ids))}
    return [found[post_id] for post_id in ids if post_id in found]


def card(viewer_id: int, post_id: int) -> PostCard:
    """One card.

    Raises:
        PostNotFound: there is no such post, or not for this viewer.
    """
    found = cards(viewer_id, [post_id]) if 0 < post_id <= BIGGEST else []
    if not found:
        raise PostNotFound
    return found[0]


def reachable_card(viewer_id: int, post_id: int) -> PostCard:
    """One card she sees, or of her own post: then in whatever state but deleted, with the photos that are not ready.

    Raises:
        PostNotFound: there is none for her.
    """
    found = _read(_REACHABLE_BY_ID, viewer=viewer_id, id=post_id) if 0 < post_id <= BIGGEST else []
    if not found:
        raise PostNotFound
    return found[0]


def visible_file(viewer_id: int, token: uuid.UUID) -> tuple[list[int], int, int]:
    """Widths of the files of a photo, its width and height, if she sees its post or the post is her own. One statement.

    Raises:
        PostNotFound: there is none for her.
    """
    row = session.execute(_FILE, {"viewer": viewer_id, "token": token}).one_or_none()
    if row is None:
        raise PostNotFound
    return row.widths, row.width, row.height


def was_shared(viewer_id: int, post_id: int) -> bool:
    """Whether this is a public post that the viewer sees, and that somebody has shared."""
    if not 0 < post_id <= BIGGEST:
        return False
    return session.scalar(_SHARED.where(Post.id == _ID), {"viewer": viewer_id, "id": post_id}) is not None


def file_was_shared(viewer_id: int, token: uuid.UUID) -> bool:
    """The same of the post that has this photo."""
    found = _SHARED.join(Photo, Photo.post_id == Post.id).where(Photo.token == token)
    return session.scalar(found, {"viewer": viewer_id}) is not None


def newest_by_author(viewer_id: int, author_id: int, before: Key | None = None, limit: int = 10) -> list[PostCard]:
    """What a person signs, newest first: up to `limit` cards earlier than the key (published_at, id)."""
    at, post_id = before or _FROM_THE_TOP
    return _read(_BY_AUTHOR, viewer=viewer_id, author=author_id, at=at, id=post_id, limit=limit)


def newest_by_organization(
    viewer_id: int, organization_id: int, department_id: int | None = None, before: Key | None = None, limit: int = 10
) -> list[PostCard]:
    """What an organization, or one department of it, publishes, newest first: up to `limit` cards earlier than the key."""
    at, post_id = before or _FROM_THE_TOP
    values = {"viewer": viewer_id, "organization": organization_id, "at": at, "id": post_id, "limit": limit}
    if department_id is None:
        return _read(_BY_ORGANIZATION, **values)
    return _read(_BY_DEPARTMENT, department=department_id, **values)


def earlier_texts(post_id: int) -> Sequence[PostEdit]:
    """What a post said before, newest first. The caller has loaded the post through the rule."""
    return session.scalars(select(PostEdit).where(PostEdit.post_id == post_id).order_by(PostEdit.id.desc())).all()


def _read(statement: Prepared, **values: object) -> list[PostCard]:
    return [_card(row) for row in statement.rows(**values)]


def _card(row: Any) -> PostCard:
    owner = OwnerView(row[5], row[6], row[7], OrganizationKind(row[8]), *row[9:11]) if row[5] is not None else None
    department = DepartmentView(*row[11:14]) if row[11] is not None else None
    photos = tuple(map(_photo, row[26] or ()))
    audience, state = Audience(row[15]), PostState(row[16])
    return PostCard(row[0], PersonView(*row[1:5]), owner, department, row[14], audience, state, *row[17:26], photos)  # type: ignore[call-arg]  # as in _cards


def _photo(values: list[Any]) -> PhotoView:
    position, token, alt, width, height, widths, thumbhash, colour, state, *rest = values
    return PhotoView(position, token, alt, width, height, tuple(widths), thumbhash, colour, PhotoState(state), *rest)
