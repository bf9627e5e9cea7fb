"""What an author hands in, before it is a post, and the rules it must keep by itself.

What depends on who she is and where she posts stands in `policy.py`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from campus.platform.errors import Invalid
from campus.posts.models import Audience

if TYPE_CHECKING:
    import uuid

MAX_TITLE = 200
MAX_TEXT = 10_000
MAX_LOCATION = 200
MAX_ALT = 1_500
_LINES = "\n\t"
_LOST = "\N{REPLACEMENT CHARACTER}"  # what is left of bytes that were no text


class EmptyPost(Invalid):
    """No title, no text, no photo."""

    def __init__(self) -> None:
        super().__init__("Write something or add a photo.", field="text")


class TextTooLong(Invalid):
    """More letters than the field holds."""

    def __init__(self, what: str, length: int, most: int, *, field: str) -> None:
        super().__init__(f"{what} has {length:,} characters; up to {most:,} are possible.", field=field)


class UnusableText(Invalid):
    """Characters that no keyboard makes and no page shows: NUL, other control characters, halves of characters."""


class TooManyPhotos(Invalid):
    """More photos than a post holds."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(f"These are {count} photos. A post can have up to {most}.", field="photos")


class AudienceDoesNotFit(Invalid):
    """There is no such audience for a post that belongs there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="audience")


class OfficialForNobody(Invalid):
    """An official post that belongs to no organization."""

    def __init__(self) -> None:
        super().__init__("A personal post is never official. Choose the organization it speaks for.", field="official")


@dataclass(frozen=True, slots=True)
class PhotoDraft:
    """A photo whose uploaded bytes wait under this token, accepted by `media.intake`."""

    token: uuid.UUID
    filename: str = ""
    alt: str = ""
    credit: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post as its author wants it. `submission` is the same for a form sent twice.

    `version` is what `version_of` said of the post when its editing began; without it the last to save wins.
    """

    audience: Audience
    title: str = ""
    text: str = ""
    location: str = ""
    organization_id: int | None = None
    department_id: int | None = None
    official: bool = False
    photos: tuple[PhotoDraft, ...] = ()
    submission: uuid.UUID | None = None
    version: str | None = None


def checked(draft: PostDraft, *, most_photos: int, has_photos: bool = False) -> PostDraft:
    """The draft with tidy texts, if it can be a post. `has_photos`: the post it changes has some already.

    Raises:
        EmptyPost, TextTooLong, UnusableText, TooManyPhotos, AudienceDoesNotFit, OfficialForNobody: with the field at fault.
    """
    if len(draft.photos) > most_photos:
        raise TooManyPhotos(len(draft.photos), most_photos)
    tidy = replace(
        draft,
        title=tidied("The title", draft.title, MAX_TITLE, field="title"),
        text=tidied("The text", draft.text, MAX_TEXT, field="text"),
        location=tidied("The place", draft.location, MAX_LOCATION, field="location"),
        photos=tuple(_checked_photo(photo, place) for place, photo in enumerate(draft.photos)),
    )
    if not (tidy.title or tidy.text or tidy.photos or has_photos):
        raise EmptyPost
    check_audience(tidy)
    return tidy


def tidied(what: str, text: str, most: int, *, field: str) -> str:
    """One text, composed (NFC), with plain line ends and nothing around it.

    Raises:
        UnusableText, TextTooLong: with the field at fault.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > most:
        raise TextTooLong(what, len(text), most, field=field)
    if any(letter == _LOST or (letter not in _LINES and unicodedata.category(letter) in {"Cc", "Cs"}) for letter in text):
        raise UnusableText(f"{what} contains broken or invisible control characters. Please type it anew.", field=field)
    return unicodedata.normalize("NFC", text)


def fitting_audiences(*, in_organization: bool, in_department: bool, official: bool) -> tuple[Audience, ...]:
    """Which audiences a post that belongs there can have, the widest first."""
    if not in_organization:
        return (Audience.PUBLIC, Audience.FOLLOWERS, Audience.ONLY_ME)
    inner = (Audience.ORGANIZATION, Audience.DEPARTMENT) if in_department else (Audience.ORGANIZATION,)
    return (Audience.PUBLIC, *inner) if official else (Audience.PUBLIC, *inner, Audience.ONLY_ME)


def check_audience(draft: PostDraft) -> None:
    """Go on only if the audience fits where the post belongs.

    Raises:
        AudienceDoesNotFit: it does not.
        OfficialForNobody: it is official, and belongs nowhere.
    """
    if draft.official and draft.organization_id is None:
        raise OfficialForNobody
    fitting = fitting_audiences(
        in_organization=draft.organization_id is not None,
        in_department=draft.department_id is not None,
        official=draft.official,
    )
    if draft.audience not in fitting:
        raise AudienceDoesNotFit(_why_not(draft.audience))
    if draft.department_id is not None and draft.organization_id is None:
        raise AudienceDoesNotFit("A department belongs to a university.")


def _why_not(audience: Audience) -> str:
    return {
        Audience.ORGANIZATION: "A personal post has no members to be shown to. Choose another audience.",
        Audience.DEPARTMENT: "Choose a department to show the post to its members alone.",
        Audience.FOLLOWERS: "Only personal posts are for followers. Choose another audience.",
    }.get(audience, "An official post is for others to read. Choose another audience.")


def _checked_photo(photo: PhotoDraft, place: int) -> PhotoDraft:
    return replace(
        photo,
        alt=tidied(f"The description of photo {place + 1}", photo.alt, MAX_ALT, field=f"alt-{place}"),
        credit=tidied("The credit", photo.credit, MAX_TITLE, field="photos"),
        licence=tidied("The licence", photo.licence, MAX_TITLE, field="photos"),
    )
