"""People and organizations as bylines show them: what every list holds, read with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from campus.api.schemas import portrait_url
from campus.organizations.models import OrganizationKind

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from typing import Protocol

    class _Person(Protocol):
        """What lists of people hold."""

        @property
        def id(self) -> int: ...
        @property
        def handle(self) -> str: ...
        @property
        def name(self) -> str: ...
        @property
        def avatar_token(self) -> uuid.UUID | None: ...

    class _Place(Protocol):
        """What lists of departments hold."""

        @property
        def id(self) -> int: ...
        @property
        def slug(self) -> str: ...
        @property
        def name(self) -> str: ...

    class _Organization(_Place, Protocol):
        """What lists of organizations hold."""

        @property
        def kind(self) -> OrganizationKind: ...
        @property
        def verified(self) -> bool: ...
        @property
        def logo_token(self) -> uuid.UUID | None: ...


strawberry.enum(OrganizationKind)


@strawberry.type
class User:
    """A person, as a byline shows her. More of her by `user(handle:)`."""

    id: strawberry.ID
    handle: str
    name: str
    url: str = strawberry.field(description="Her page on this site.")
    avatar_url: str | None = strawberry.field(description="Her picture, a square of 256 pixels; 128 and 64 lie beside it.")


@strawberry.type
class Organization:
    """A university or a company, as a byline shows it. More of it by `organization(slug:)`."""

    id: strawberry.ID
    slug: str
    name: str
    kind: OrganizationKind
    verified: bool = strawberry.field(description="It is who it says it is.")
    url: str = strawberry.field(description="Its page on this site.")
    logo_url: str | None = strawberry.field(description="Its logo, a square of 256 pixels; 128 and 64 lie beside it.")


@strawberry.type
class Department:
    """A department of a university."""

    id: strawberry.ID
    slug: str
    name: str


def identifier(number: int) -> strawberry.ID:
    """The ID of a row."""
    return strawberry.ID(str(number))


def user(person: _Person) -> User:
    """A person of a list."""
    return User(
        id=identifier(person.id),
        handle=person.handle,
        name=person.name,
        url=f"/u/{person.handle}",
        avatar_url=portrait_url(person.avatar_token),
    )


def users(people: Sequence[_Person]) -> list[User]:
    """The people of a list."""
    return [user(person) for person in people]


def organization(found: _Organization) -> Organization:
    """An organization of a list."""
    return Organization(
        id=identifier(found.id),
        slug=found.slug,
        name=found.name,
        kind=found.kind,
        verified=found.verified,
        url=f"/o/{found.slug}",
        logo_url=portrait_url(found.logo_token),
    )


def department(found: _Place) -> Department:
    """A department of a list."""
    return Department(id=identifier(found.id), slug=found.slug, name=found.name)
