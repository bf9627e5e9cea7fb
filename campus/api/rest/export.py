"""A copy of everything the site holds about the caller: asked for, looked after, fetched from the page's own address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import Count, Path, exact
from campus.platform import clock
from campus.rights import copies
from campus.rights.models import CopyState

if TYPE_CHECKING:
    from campus.rights.models import DataCopy

blueprint = Blueprint("api_export", __name__)


@exact
class ExportOut(TypedDict):
    """Where the copy is that was asked for last."""

    state: Annotated[Literal["none", "wanted", "making", "ready", "failed"], Field(description="`none`: none was asked for.")]
    asked_at: datetime | None
    photos_done: Annotated[Count, Field(description="How many photos are in it while it is made.")]
    photos_total: Count
    size: Annotated[Count, Field(description="Of the zip, in bytes, when it is ready.")]
    expires_at: Annotated[datetime | None, Field(description="Until when it can be fetched.")]
    url: Annotated[Path | None, Field(description="Where to fetch it, with this same token, when it is ready.")]


@blueprint.get("/me/export/")
@door.reads(answer=ExportOut, tag="me")
def read() -> ExportOut:
    """Read what became of the copy of your data that you asked for."""
    return _told()


@blueprint.post("/me/export/")
@door.writes(answer=ExportOut, status=202, errors=(409,), tag="me")
def ask() -> ExportOut:
    """Ask for a copy of your data: JSON, photos and a page to read, in a zip that is there for 7 days; one a day."""
    copies.ask(user_id=viewer().id, now=clock.now())
    return _told()


def _told() -> ExportOut:
    found: DataCopy | None = copies.mine(viewer().id, now=clock.now())
    if found is None:
        return ExportOut(state="none", asked_at=None, photos_done=0, photos_total=0, size=0, expires_at=None, url=None)
    return ExportOut(
        state=found.state.value,
        asked_at=found.asked_at,
        photos_done=found.done,
        photos_total=found.total,
        size=found.size,
        expires_at=found.expires_at,
        url="/settings/data/copy.zip" if found.state is CopyState.READY else None,
    )
