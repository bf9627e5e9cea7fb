"""What the composer takes in. The form binds; drafts, policy and the verbs judge, and the form shows what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from wtforms import BooleanField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from campus.accounts.forms import Form
from campus.platform.errors import Invalid
from campus.platform.inputs import uuid_or_none
from campus.posts import tiles
from campus.posts.composing import place_of, place_value
from campus.posts.drafts import MAX_LOCATION, MAX_TEXT, MAX_TITLE, PostDraft
from campus.posts.models import Audience
from campus.posts.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.posts.cards import PhotoView, PostCard
    from campus.posts.composing import OwnerChoice
    from campus.posts.drafts import PhotoDraft
    from campus.posts.tiles import Tile

AUDIENCES = [
    SelectChoice(Audience.PUBLIC, "Everybody"),
    SelectChoice(Audience.ORGANIZATION, "Members of the organization"),
    SelectChoice(Audience.DEPARTMENT, "Members of the department"),
    SelectChoice(Audience.FOLLOWERS, "My followers"),
    SelectChoice(Audience.ONLY_ME, "Only me"),
]
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif"


class NoSuchAudience(Invalid):
    """The form names none of the audiences."""

    title = "Choose who may see this"


class PostForm(Form):
    """/posts/new and /posts/<id>/edit."""

    title = StringField("Title (optional)", render_kw={"maxlength": MAX_TITLE})
    text = TextAreaField("Text", render_kw={"maxlength": MAX_TEXT, "rows": 6, "dir": "auto"})  # type: ignore[assignment]
    owner = SelectField("Post as", validate_choice=False)
    audience = SelectField("Who may see this", choices=AUDIENCES, validate_choice=False, default=Audience.PUBLIC)
    official = BooleanField("Official: in the organization's name")
    location = StringField("Place (optional)", render_kw={"maxlength": MAX_LOCATION})
    photos = MultipleFileField("Photos", render_kw={"accept": ACCEPTED, "multiple": True})
    submission = HiddenField()
    version = HiddenField()

    tiles: tuple[Tile, ...] = ()

    def offer(self, owners: list[OwnerChoice]) -> None:
        """Fill the list of places. One she chose before and may no longer post in stays, to be refused in words."""
        choices = [SelectChoice(owner.value, owner.label) for owner in owners]
        chosen = self._said("owner")
        if chosen not in {owner.value for owner in owners}:
            choices.append(SelectChoice(chosen, "Where it is now"))
        self.owner.choices = choices

    def draft(self) -> PostDraft:
        """The draft in the form.

        Raises:
            NoSuchPlace, NoSuchAudience: a choice is none of those offered.
        """
        organization_id, department_id = place_of(self._said("owner"))
        return PostDraft(
            audience=self.chosen_audience(),
            title=self._said("title"),
            text=self._said("text"),
            location=self._said("location"),
            organization_id=organization_id,
            department_id=department_id,
            official=bool(self.official.data),
            photos=self.arranged,
            submission=uuid_or_none(self._said("submission")),
            version=self._said("version") or None,
        )

    def chosen_audience(self) -> Audience:
        """The audience in the form.

        Raises:
            NoSuchAudience: it is none.
        """
        try:
            return Audience(self._said("audience"))
        except ValueError:
            raise NoSuchAudience("Choose one of the audiences.", field="audience") from None

    def take_photos(self, viewer_id: int, own: Sequence[PhotoView] = (), *, now: datetime) -> int:
        """Gather the photos of the form: the post's `own`, those that wait, those sent with it, each with its description.

        Returns 0 if all are good, else the status of the refusals.

        Raises:
            TooManyPhotos, QuotaExceeded: no new photo is taken in, the others stay.
        """
        before = tiles.known(viewer_id, request.form, own)
        self.tiles = tiles.in_place(before)
        files = request.files.getlist("photos")
        new, refused = tiles.received(viewer_id, request.form, files, before, now=now)
        self.tiles = tiles.in_place([*before, *new])
        self.photos.errors = [str(error) for error in refused]
        return max((error.status for error in refused), default=0)

    @property
    def arranged(self) -> tuple[PhotoDraft, ...]:
        """The photos as they are wanted."""
        return tuple(tile.as_draft() for tile in self.tiles if not tile.dropped)

    def _said(self, name: str) -> str:
        return str(self._fields[name].data or "")

    def show(self, card: PostCard) -> None:
        """Fill the form with a post as it is."""
        self.title.data, self.text.data, self.location.data = card.title, card.text, card.location
        self.audience.data, self.official.data = card.audience, card.official
        self.version.data, self.tiles = version_of(card), tiles.of_post(card.photos)
        owner = card.owner.id if card.owner else None
        self.owner.data = place_value(owner, card.department.id if card.department else None)
