"""The filters of the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from wtforms import StringField

from campus.accounts.forms import Form
from campus.accounts.queries import UserNotFound, by_handle
from campus.audit.queries import Filter
from campus.organizations.queries import OrganizationNotFound, by_slug
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from campus.moderation.desks import Desk


class NoSuchEntry(Invalid):
    """A filter names what there is not."""

    title = "Nothing like that"


class TrailForm(Form):
    """The filters of the audit log, in the address: `@handle` stands for a person."""

    actor = StringField("Who", render_kw={"placeholder": "@handle or cli:name", "autocomplete": "off"})
    act = StringField("Did what", render_kw={"placeholder": "user.suspend or user.", "autocomplete": "off"})
    target = StringField("To what", render_kw={"placeholder": "@handle or post:12", "autocomplete": "off"})
    organization = StringField("In which organization", render_kw={"placeholder": "its short name", "autocomplete": "off"})
    since = StringField("From", render_kw={"type": "date"})
    until = StringField("To", render_kw={"type": "date"})

    def __init__(self, given: MultiDict[str, str], desk: Desk) -> None:
        super().__init__(given, meta={"csrf": False})
        if desk.organization:
            del self.organization
        self.desk = desk

    def chosen(self) -> dict[str, str]:
        """The filters that are set, as they stand in the address."""
        return {name: value for name in self._fields if (value := self.text(name).strip())}

    def wanted(self) -> Filter:
        """The entries that are asked for; never more than the desk's.

        Raises:
            NoSuchEntry: somebody, an organization or a day that there is not; it names the field.
        """
        given = self.chosen()
        return Filter(
            actors=self._actors(given.get("actor", "")),
            act=given.get("act"),
            target=self._target(given.get("target")),
            organization_id=self.desk.organization_id or self._organization(given.get("organization")),
            since=self._day("since"),
            until=self._day("until", timedelta(days=1)),
        )

    def _actors(self, text: str) -> tuple[str, ...]:
        """A person acts by herself and by her tokens."""
        if not text.startswith("@"):
            return (text,) if text else ()
        number = self._person(text, "actor")
        return f"user:{number}", f"api:{number}"

    def _target(self, text: str | None) -> str | None:
        return f"user:{self._person(text, 'target')}" if text and text.startswith("@") else text

    def _person(self, text: str, field: str) -> int:
        try:
            return by_handle(text.removeprefix("@")).id
        except UserNotFound as error:
            raise NoSuchEntry("There is nobody with this handle.", field=field) from error

    def _organization(self, slug: str | None) -> int | None:
        try:
            return by_slug(slug).id if slug else None
        except OrganizationNotFound as error:
            raise NoSuchEntry("There is no such organization.", field="organization") from error

    def _day(self, name: str, later: timedelta = timedelta(0)) -> datetime | None:
        try:
            return datetime.strptime(self.text(name), "%Y-%m-%d").replace(tzinfo=UTC) + later if self.text(name) else None
        except (ValueError, OverflowError) as error:
            raise NoSuchEntry("This is no day. Write it as 2026-01-31.", field=name) from error
