"""What programs are shown: people, organizations, photos, posts, comments, and how a refusal looks.

Answers are typed dictionaries: the type checker holds them to their shape where they are made, pydantic writes their schema for
the OpenAPI document, and nothing is validated at run time on the way out. They are made from the rooms' frozen values by the
functions below. Addresses are paths on this site.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from campus.media.variants import SIDES, fallback_width, palette_rgb
from campus.organizations.models import Department, OrganizationKind
from campus.posts.models import Audience, PhotoState, PostState
from campus.posts.policy import Act
from campus.posts.versions import version_of

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from campus.follows.queries import FollowedOrganization, Person
    from campus.interactions.queries import CommentView, FullCard
    from campus.organizations.places import DepartmentPlace, Listed, Member
    from campus.organizations.roster import RosterEntry
    from campus.posts.cards import DepartmentView, OwnerView, PersonView, PhotoView, PostCard

Id = Annotated[int, Field(gt=0, examples=[4711])]
Path = Annotated[str, Field(description="An address on this site.", json_schema_extra={"format": "uri-reference"})]
Count = Annotated[int, Field(ge=0)]
exact = with_config(ConfigDict(extra="forbid"))


@exact
class PersonOut(TypedDict):
    """A person, as a byline shows her."""

    id: Id
    handle: Annotated[str, Field(examples=["ada_l"])]
    name: Annotated[str, Field(examples=["Ada Lindqvist"])]
    url: Path
    avatar_url: Annotated[Path | None, Field(description="Her picture, a square of 256 pixels; 128 and 64 lie beside it.")]


@exact
class OrganizationOut(TypedDict):
    """A university or a company, as a byline shows it."""

    id: Id
    slug: Annotated[str, Field(examples=["northbridge"])]
    name: Annotated[str, Field(examples=["Northbridge University"])]
    kind: OrganizationKind
    verified: bool
    url: Path
    logo_url: Annotated[Path | None, Field(description="Its logo, a square of 256 pixels; 128 and 64 lie beside it.")]


@exact
class DepartmentOut(TypedDict):
    """A department of a university."""

    id: Id
    slug: Annotated[str, Field(examples=["physics"])]
    name: Annotated[str, Field(examples=["Physics"])]


@exact
class PhotoOut(TypedDict):
    """A photo of a post. Until it is ready it has no size and no files; `error` tells its author what went wrong."""

    position: Annotated[int, Field(ge=1, description="Its place in the post.")]
    state: PhotoState
    alt: Annotated[str, Field(description="What it shows, for who cannot see it.")]
    width: Annotated[int, Field(ge=0, description="Of the original, upright, in pixels.")]
    height: Annotated[int, Field(ge=0, description="Of the original, upright, in pixels.")]
    urls: Annotated[
        dict[str, Path],
        Field(
            description="WebP files by their width in pixels.",
            examples=[{"320": "/media/0b9f6a52-6f0c-4c55-9d0e-2f6f0a8e7d11/320.webp"}],
        ),
    ]
    fallback_url: Annotated[Path | None, Field(description="The same as one JPEG.")]
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$", description="What to show until it has loaded.", examples=["#55aa55"])]
    thumbhash: Annotated[str, Field(description="A placeholder, hexadecimal.", examples=["d51806259c787787778878878770878f78"])]
    credit: str
    licence: str
    error: str


@exact
class CommentOut(TypedDict):
    """A comment under a post."""

    id: Id
    author: PersonOut
    text: str
    created_at: datetime
    mine: Annotated[bool, Field(description="The caller wrote it.")]


@exact
class CountsOut(TypedDict):
    """How often a post was liked, commented, shared."""

    likes: Count
    comments: Count
    shares: Count


@exact
class MarksOut(TypedDict):
    """What a post is to the caller. `may` is told where one post is asked for, not in lists."""

    liked: bool
    may: NotRequired[list[Act]]


@exact
class PostOut(TypedDict):
    """A post, with its newest comments and the caller's own mark."""

    id: Id
    url: Path
    author: Annotated[PersonOut | None, Field(description="Who signs it; null: an official post, which the owner signs.")]
    owner: Annotated[OrganizationOut | None, Field(description="The organization it belongs to; null: a personal post.")]
    department: DepartmentOut | None
    official: Annotated[bool, Field(description="In the organization's name.")]
    audience: Audience
    audience_sentence: Annotated[str, Field(description="Who can see it, in words.", examples=["Everybody on this site"])]
    state: Annotated[PostState, Field(description="Only a published post is seen by anybody but its author.")]
    title: str
    text: str
    location: str
    published_at: datetime | None
    edited_at: datetime | None
    counts: CountsOut
    comments_locked: bool
    photos: list[PhotoOut]
    comments: Annotated[list[CommentOut], Field(description="The newest two, the older one first.")]
    viewer: MarksOut
    why: Annotated[NotRequired[str], Field(description="In the home feed: what brings it to the caller.")]
    version: Annotated[NotRequired[str], Field(description="Where it is asked for alone: to notice the edits of others.")]


@exact
class FieldErrorOut(TypedDict):
    """One field that breaks a rule."""

    field: Annotated[str, Field(description="The way to it.", examples=["photos.3.alt"])]
    message: str


class ProblemOut(TypedDict):
    """A refusal (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="What is wrong, in a sentence.")]
    error: Annotated[str, Field(description="The same sentence, under the name that simple clients read.")]
    request_id: Annotated[str, Field(description="Tell it when you ask for help.")]
    field: NotRequired[str]
    errors: NotRequired[list[FieldErrorOut]]
    retry_at: NotRequired[str]


@exact
class UnauthenticatedOut(TypedDict):
    """The answer to who is not signed in."""

    error: Literal["Authentication required"]


def person_out(person: PersonView | Person | Member | RosterEntry) -> PersonOut:
    """A person."""
    return PersonOut(
        id=person.id,
        handle=person.handle,
        name=person.name,
        url=f"/u/{person.handle}",
        avatar_url=portrait_url(person.avatar_token),
    )


def portrait_url(token: uuid.UUID | str | None) -> str | None:
    """The address of a picture beside a name, if there is one."""
    return f"/avatars/{token}/{SIDES[-1]}.webp" if token else None


def organization_out(owner: OwnerView | FollowedOrganization | Listed) -> OrganizationOut:
    """An organization."""
    return OrganizationOut(
        id=owner.id,
        slug=owner.slug,
        name=owner.name,
        kind=owner.kind,
        verified=owner.verified,
        url=f"/o/{owner.slug}",
        logo_url=portrait_url(owner.logo_token),
    )


def department_out(department: DepartmentView | DepartmentPlace | Department) -> DepartmentOut:
    """A department."""
    return DepartmentOut(id=department.id, slug=department.slug, name=department.name)


def photo_out(photo: PhotoView) -> PhotoOut:
    """A photo, with the addresses of its files."""
    files = f"/media/{photo.token}"
    ready = photo.is_ready
    return PhotoOut(
        position=photo.position,
        state=photo.state,
        alt=photo.alt,
        width=photo.width,
        height=photo.height,
        urls={str(width): f"{files}/{width}.webp" for width in photo.widths} if ready else {},
        fallback_url=f"{files}/{fallback_width(photo.width, photo.height)}.jpg" if ready else None,
        colour="#{:02x}{:02x}{:02x}".format(*palette_rgb(photo.colour)),
        thumbhash=photo.thumbhash,
        credit=photo.credit,
        licence=photo.licence,
        error=photo.error,
    )


def comment_out(comment: CommentView) -> CommentOut:
    """A comment."""
    return CommentOut(
        id=comment.id,
        author=person_out(comment.author),
        text=comment.text,
        created_at=comment.created_at,
        mine=comment.mine,
    )


def post_out(full: FullCard, *, why: str | None = None, may: Iterable[Act] | None = None) -> PostOut:
    """A post as one viewer sees it; `why` in her feed, `may` where it is asked for alone."""
    shown = _post(full.post, full)
    if why is not None:
        shown["why"] = why
    if may is not None:
        shown["viewer"]["may"] = sorted(may)
        shown["version"] = version_of(full.post)
    return shown


def _post(card: PostCard, full: FullCard) -> PostOut:
    return PostOut(
        id=card.id,
        url=f"/posts/{card.id}",
        author=person_out(card.signed_by) if card.signed_by else None,
        owner=organization_out(card.owner) if card.owner else None,
        department=department_out(card.department) if card.department else None,
        official=card.official,
        audience=card.audience,
        audience_sentence=card.seen_by,
        state=card.state,
        title=card.title,
        text=card.text,
        location=card.location,
        published_at=card.published_at,
        edited_at=card.edited_at,
        counts=CountsOut(likes=card.like_count, comments=card.comment_count, shares=card.share_count),
        comments_locked=card.comments_locked,
        photos=[photo_out(photo) for photo in card.photos],
        comments=[comment_out(comment) for comment in full.comments],
        viewer=MarksOut(liked=full.mark.liked),
    )
