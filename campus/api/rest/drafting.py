"""How a program writes a post, and the draft that makes of it."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from campus.api.incoming import Body, InvalidFields
from campus.platform.errors import CampusError, FieldError
from campus.posts import uploads
from campus.posts.composing import usual_audience
from campus.posts.drafts import MAX_ALT, MAX_LOCATION, MAX_TEXT, MAX_TITLE, PhotoDraft, PostDraft
from campus.posts.models import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from werkzeug.datastructures import FileStorage

    from campus.posts.cards import PostCard

BIGGEST = 2**63 - 1
OwnerId = Annotated[int, Field(gt=0, le=BIGGEST)]
Title = Annotated[str, Field(max_length=MAX_TITLE)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Location = Annotated[str, Field(max_length=MAX_LOCATION)]
Alt = Annotated[str, Field(max_length=MAX_ALT, description="What it shows, for who cannot see it.")]
Version = Annotated[str | None, Field(max_length=64, description="The post's when it was read: if others edited it since, 409.")]


class PhotoIn(Body):
    """One of the photos that come with a post, in the order of the files."""

    alt: Alt = ""
    credit: Title = ""
    licence: Title = ""


class PostIn(Body):
    """A post as its author wants it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "The observatory is open tonight.", "audience": "public"}]}
    )

    text: Text = ""
    title: Title = ""
    audience: Annotated[
        Audience | None,
        Field(description="Who may see it; has to fit where it belongs. null: what is usual there, as on the page."),
    ] = None
    organization_id: Annotated[OwnerId | None, Field(description="Where it belongs; null: a personal post.")] = None
    department_id: Annotated[OwnerId | None, Field(description="A department of that university.")] = None
    official: Annotated[bool, Field(description="In the organization's name.")] = False
    location: Location = ""
    photos: Annotated[tuple[PhotoIn, ...], Field(max_length=100, description="What is said of each file, in their order.")] = ()


class PhotoChange(Body):
    """What is said of a photo that the post has."""

    position: Annotated[int, Field(ge=1, le=100)]
    alt: Alt


class PostChange(Body):
    """What shall be different about a post; what is not named stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The observatory is open until midnight."}]})

    text: Text = ""
    title: Title = ""
    audience: Audience = Audience.PUBLIC
    organization_id: OwnerId | None = None
    department_id: OwnerId | None = None
    official: bool = False
    location: Location = ""
    photos: Annotated[tuple[PhotoChange, ...], Field(max_length=100)] = ()
    version: Annotated[
        str | None, Field(max_length=64, description="The post's when it was read: if others edited it since, 409.")
    ] = None

    @property
    def alts(self) -> dict[int, str]:
        """The new descriptions by the photos' places."""
        return {photo.position: photo.alt for photo in self.photos}


class PlacedPhoto(Body):
    """One photo of the new order."""

    position: Annotated[int | None, Field(ge=1, le=100, description="Where it is now; null: the next of the files.")] = None
    alt: Annotated[Alt | None, Field(description="What it shows; null: as it is.")] = None


class ArrangementIn(Body):
    """All photos of a post, as they shall be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"photos": [{"position": 2}, {"position": 1}]}]})

    photos: Annotated[tuple[PlacedPhoto, ...], Field(max_length=100)]
    version: Version = None

    def new(self, files: int) -> list[PhotoIn]:
        """What is said of each file.

        Raises:
            InvalidFields: as many files as nulls did not come.
        """
        new = [PhotoIn(alt=photo.alt or "") for photo in self.photos if photo.position is None]
        if len(new) != files:
            message = f"{len(new)} photos have no position, and {files} files came with the request."
            raise InvalidFields(errors=(FieldError("photos", message),))
        return new


def arranged(card: PostCard, body: ArrangementIn, new: Sequence[PhotoDraft]) -> tuple[PhotoDraft, ...]:
    """The photos of the new order: the post's own by their places, and the new ones in turn.

    Raises:
        InvalidFields: a place that no photo has, or one named twice.
    """
    own = {photo.position: PhotoDraft(uuid.UUID(photo.token), alt=photo.alt) for photo in card.photos}
    files, wanted = iter(new), []
    for place, photo in enumerate(body.photos):
        kept = next(files) if photo.position is None else own.pop(photo.position, None)
        if kept is None:
            raise InvalidFields(errors=(FieldError(f"photos.{place}.position", "No photo is there, or it is named twice."),))
        wanted.append(kept if photo.alt is None else replace(kept, alt=photo.alt))
    return tuple(wanted)


def draft_of(viewer_id: int, body: PostIn, photos: tuple[PhotoDraft, ...] = ()) -> PostDraft:
    """The draft of a new post."""
    return PostDraft(
        audience=body.audience or usual_audience(viewer_id, body.organization_id, body.department_id),
        title=body.title,
        text=body.text,
        location=body.location,
        organization_id=body.organization_id,
        department_id=body.department_id,
        official=body.official,
        photos=photos,
    )


def changed(card: PostCard, body: PostChange) -> PostDraft:
    """The post as it is, with what the program names put in its place."""
    as_is = PostDraft(
        audience=card.audience,
        title=card.title,
        text=card.text,
        location=card.location,
        organization_id=card.owner.id if card.owner else None,
        department_id=card.department.id if card.department else None,
        official=card.official,
    )
    named = body.model_fields_set - {"photos"}
    return replace(as_is, **{name: getattr(body, name) for name in named})


def received(viewer_id: int, told: Sequence[PhotoIn], files: Sequence[FileStorage], *, now: datetime) -> tuple[PhotoDraft, ...]:
    """The photos of a new post, taken in: all of them, or none.

    Raises:
        InvalidFields: a file cannot be a photo, or something is said of a file that did not come; each by its place.
        TooManyPhotos, QuotaExceeded: as they say.
    """
    if len(told) > len(files):
        message = f"There are {len(files)} files, sent as multipart/form-data in the field photos."
        raise InvalidFields(errors=(FieldError(f"photos.{len(files)}", message),))
    taken, refused = uploads.receive(viewer_id, files, already=0, now=now)
    if refused:
        places = [place for place, kept in enumerate(taken) if kept is None]
        raise InvalidFields(errors=tuple(FieldError(f"photos.{n}", str(why)) for n, why in zip(places, refused, strict=True)))
    kept = [pair for pair in taken if pair is not None]
    words = [*told, *[PhotoIn()] * (len(kept) - len(told))]
    return tuple(PhotoDraft(*pair, one.alt, one.credit, one.licence) for pair, one in zip(kept, words, strict=True))


@contextmanager
def named_for_programs() -> Iterator[None]:
    """The verbs name the fields of the page's form; a program is told those of its own JSON."""
    try:
        yield
    except CampusError as error:
        error.errors = tuple(FieldError(_named(each.field), each.message) for each in error.errors)
        error.field = _named(error.field) if error.field else None
        raise


def _named(field: str) -> str:
    if field.startswith("alt-"):
        return f"photos.{field.removeprefix('alt-')}.alt"
    return "organization_id" if field == "owner" else field
