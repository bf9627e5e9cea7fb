"""What a page, a fragment or an API shows of a post: frozen values, made from one row, holding no database objects.

URLs are not part of them: templates make those with `url_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.media.variants import height_at
from campus.platform import settings
from campus.posts.models import Audience, PhotoState, PostState

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from campus.organizations.models import OrganizationKind


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, as a byline shows her."""

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class OwnerView:
    """The organization a post belongs to."""

    id: int
    slug: str
    name: str
    kind: OrganizationKind
    verified: bool
    logo_token: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """The department of the owning university a post belongs to."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photo: its place in the post (from 1), its files' token and widths, its size in pixels, its placeholder.

    `thumbhash` is hexadecimal; `colour` an index into the palette of `campus.media.variants.palette_rgb`. A photo that is not
    ready has no size and no widths; `error` is the sentence for its author when it failed.
    """

    position: int
    token: str
    alt: str
    width: int
    height: int
    widths: tuple[int, ...]
    thumbhash: str
    colour: int
    state: PhotoState
    credit: str
    licence: str
    error: str

    def height_at(self, width: int) -> int:
        """How high the variant of this width is, in pixels."""
        return height_at(width, self.width, self.height)

    @property
    def is_ready(self) -> bool:
        """There are files to show."""
        return self.state == PhotoState.READY


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post with everything that is the same for all its readers."""

    id: int
    author: PersonView
    owner: OwnerView | None
    department: DepartmentView | None
    official: bool
    audience: Audience
    state: PostState
    title: str
    text: str
    location: str
    published_at: datetime | None
    edited_at: datetime | None
    like_count: int
    comment_count: int
    share_count: int
    comments_locked: bool
    photos: tuple[PhotoView, ...]

    @property
    def is_published(self) -> bool:
        """Others can see it; otherwise this card was made for its author."""
        return self.state == PostState.PUBLISHED

    @property
    def signed_by(self) -> PersonView | None:
        """The person who signs it. Nobody does an official post: it is the organization's, whoever wrote it."""
        return None if self.official else self.author

    @property
    def signature(self) -> str:
        """The name it goes out under."""
        return self.owner.name if self.official and self.owner else self.author.name

    @property
    def waiting(self) -> int:
        """How many of its photos are still being prepared, on a card made for its author."""
        return sum(photo.state == PhotoState.PENDING for photo in self.photos)

    @property
    def seen_by(self) -> str:
        """Who can see the post, in words."""
        if self.audience == Audience.PUBLIC:
            return everybody(shared=self.share_count > 0)
        return described(
            self.audience,
            author=self.author.name,
            organization=self.owner.name if self.owner else "",
            department=self.department.name if self.department else "",
        )


def everybody(*, shared: bool) -> str:
    """Who sees a public post, in words that begin a sentence: visitors too where pages are public, else once it is shared."""
    if settings.current().public_pages:
        return "Everybody, also without an account"
    return "Everybody on this site, and whoever has the link" if shared else "Everybody on this site"


def described(audience: Audience, *, author: str, organization: str = "", department: str = "") -> str:
    """Who an audience is that is not everybody, in words that begin a sentence."""
    return {
        Audience.ORGANIZATION: f"Members of {organization}",
        Audience.DEPARTMENT: f"Members of {department}, {organization}",
        Audience.FOLLOWERS: f"Followers of {author}",
        Audience.ONLY_ME: f"Only {author}",
    }[audience]
