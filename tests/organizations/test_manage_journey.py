"""Invited by link, a member, removed: from then on nothing private is left to him, wherever he kept an address of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import transaction
from campus.posts.models import Audience
from campus.posts.queries import reachable_card
from campus.switchboard import HANDLERS
from tests.factories import make_post
from tests.feed.pages import get, ids, next_url, shown
from tests.organizations.managing import campus
from tests.posts.making import published, upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.organizations.managing import Campus

MANAGE = "/o/westmere/manage"


def invited(admin: Client) -> str:
    """The link for one person, as the page shows it once."""
    page = admin.post(f"{MANAGE}/invitations", data={"kind": "guest", "uses": "1", "days": "7"}).text
    found = re.search(r"/invitations/[\w.-]+(?=\")", page)
    assert found
    return found[0]


def write(browser: Client, organization_id: int, text: str) -> TestResponse:
    """Post for the members."""
    return browser.post("/posts/new", data={"text": text, "audience": "organization", "owner": f"o:{organization_id}"})


def private_posts(westmere: Campus) -> tuple[set[int], str]:
    """Fifteen posts for members, and the address of the photo that the newest has, once it is prepared."""
    place, moment = westmere.westmere, now()
    with transaction():
        made = {
            make_post(
                author=westmere["member"], organization=place, audience="organization", published_at=moment - timedelta(hours=n)
            ).id
            for n in range(1, 15)
        }
    newest = published(westmere["ruth"], organization_id=place.id, audience=Audience.ORGANIZATION, photos=(upload(),)).id
    outbox.drain(HANDLERS)
    [photo] = reachable_card(westmere["ruth"].id, newest).photos
    return made | {newest}, f"/media/{photo.token}/{photo.widths[0]}.webp"


def test_who_is_invited_and_removed_is_left_with_his_own_posts(
    app: Flask, client_as: Callable[[User], Client], drain: Callable[[], int]
) -> None:
    del app
    westmere = campus()
    inside, file = private_posts(westmere)
    admin, guest = client_as(westmere["admin"]), client_as(westmere["stranger"])
    assert shown(guest) == []
    link = invited(admin)
    assert guest.post(link).location == "/o/westmere"
    own = int(write(guest, westmere.westmere.id, "Hello!").location.rpartition("/")[2])
    assert "Hello!" in admin.get("/o/westmere").text
    drain()
    first = get(guest)
    cursor = next_url(first) or ""
    assert set(ids(first)) | set(shown(guest, cursor)) == inside | {own}
    with guest.get(file) as served:
        assert served.status_code == 200
        etag = served.headers["ETag"]

    assert "next request" in admin.get(f"{MANAGE}/members/stranger/remove").text
    assert admin.post(f"{MANAGE}/members/stranger/remove").location == f"{MANAGE}/members"
    for _ in range(2):  # before the worker has tidied up, and after
        assert shown(guest) == ids(guest.fragment("/").text) == shown(guest, "/?new=1") == [own]
        assert shown(guest, cursor) == ids(guest.fragment(cursor).text) == []
        assert guest.get(file).status_code == guest.get(file, headers={"If-None-Match": etag}).status_code == 404
        assert {guest.get(f"/posts/{each}").status_code for each in inside} == {404}
        drain()
    assert write(guest, westmere.westmere.id, "Again").status_code in {403, 422}
    assert guest.post(link).status_code == 422  # it was for one
