"""The picture beside one's own name, and the logo of an organization one runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import Path, exact, portrait_url
from campus.organizations.rights import managed
from campus.platform import clock
from campus.portraits import actions
from campus.portraits.views import uploaded

if TYPE_CHECKING:
    import uuid

blueprint = Blueprint("api_portraits", __name__)


@exact
class PortraitOut(TypedDict):
    """A picture in all its sizes, each a square WebP. The addresses are new with every picture."""

    url: Annotated[Path | None, Field(description="256 pixels a side; 128 and 64 lie beside it. Null: there is none.")]


@blueprint.put("/me/avatar/")
@door.writes(answer=PortraitOut, errors=(413, 422, 503), quota=quotas.UPLOADS, picture=True, tag="me")
def set_avatar() -> PortraitOut:
    """Give yourself a picture.

    The square in its middle is kept, and nothing of what the camera noted. The picture before is gone.
    """
    return _told(actions.set_avatar(user_id=viewer().id, **uploaded(), now=clock.now()))


@blueprint.delete("/me/avatar/")
@door.writes(status=204, tag="me")
def remove_avatar() -> None:
    """Take your picture away.

    Where there is none, nothing happens.
    """
    actions.remove_avatar(user_id=viewer().id)


@blueprint.put("/organizations/<slug>/logo/")
@door.writes(answer=PortraitOut, errors=(404, 413, 422, 503), quota=quotas.UPLOADS, picture=True, tag="management")
def set_logo(slug: str) -> PortraitOut:
    """Give an organization you run a logo.

    The square in its middle is kept. The logo before is gone.
    """
    me, now = viewer(), clock.now()
    place = managed(me.id, slug)
    return _told(actions.set_logo(viewer_id=me.id, organization_id=place.organization.id, **uploaded(), now=now))


@blueprint.delete("/organizations/<slug>/logo/")
@door.writes(status=204, errors=(404,), tag="management")
def remove_logo(slug: str) -> None:
    """Take the logo of an organization you run away.

    Where there is none, nothing happens.
    """
    me, now = viewer(), clock.now()
    actions.remove_logo(viewer_id=me.id, organization_id=managed(me.id, slug).organization.id, now=now)


def _told(token: uuid.UUID) -> PortraitOut:
    return PortraitOut(url=portrait_url(token))
