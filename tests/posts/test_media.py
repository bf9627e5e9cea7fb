"""/media and the photo page: bytes for who may see the post, nothing for anybody else, and never anything but pixels."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from campus.accounts import tokens
from campus.accounts.models import TokenScope
from campus.media.headers import Kind
from campus.organizations.models import OrganizationMembership
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.actions import edit, withdraw
from campus.posts.models import Audience, Photo
from campus.posts.queries import reachable_card
from tests.factories import make_block, make_token
from tests.media.corpus import CANARY, carrying_secrets, photo
from tests.posts.making import draft, published, told, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.organizations.models import University
    from campus.posts.models import Post
    from tests.conftest import Client
    from tests.personas import World


@pytest.fixture
def post(alice: User, northbridge: University, work: Callable[[], int], developed_once: None) -> Post:
    """Three photos for the members of Northbridge."""
    made = published(
        alice,
        organization_id=northbridge.id,
        audience=Audience.ORGANIZATION,
        photos=(upload(carrying_secrets(Kind.JPEG), alt="A secret hill"), upload(photo(width=900)), upload(photo())),
    )
    work()
    return made


def _urls(post: Post, author: User) -> list[str]:
    found = reachable_card(author.id, post.id).photos
    webp = [f"/media/{each.token}/{width}.webp" for each in found for width in each.widths]
    return webp + [f"/media/{each.token}/{each.widths[-1]}.jpg" for each in found]


def test_members_get_every_file_and_strangers_none(client_as: Callable[[User], Client], post: Post, world: World) -> None:
    urls = _urls(post, world.alice)
    assert len(urls) == 2 + 3 + 2 + 3
    for url in urls:
        served = client_as(world.bob).get(url, buffered=True)
        assert served.status_code == 200
        assert served.content_type == ("image/webp" if url.endswith("webp") else "image/jpeg")
        picture = Image.open(BytesIO(served.data))
        assert str(picture.width) in url
        for person in (world.charlie, world.eve, world.root):
            assert client_as(person).get(url, buffered=True).status_code == 404


def test_a_program_fetches_them_with_its_token(client: Client, post: Post, world: World) -> None:
    url, revoked = _urls(post, world.alice)[0], make_token(user=world.bob)
    [row] = tokens.listing(world.bob.id)
    tokens.revoke(user_id=world.bob.id, token_id=row.id, now=now())

    def fetched(token: str) -> TestResponse:
        return client.get(url, headers={"Authorization": f"Bearer {token}"}, buffered=True)

    served = fetched(make_token(user=world.bob, scopes=(TokenScope.READ,)))
    assert (served.status_code, served.content_type) == (200, "image/webp")
    assert "Authorization" in served.headers["Vary"]
    assert fetched(make_token(user=world.charlie)).status_code == 404
    assert fetched(make_token(user=world.bob, scopes=(TokenScope.WRITE,))).status_code == 403
    assert fetched(make_token(user=world.sam)).status_code == 401
    refused = fetched(revoked)
    assert refused.status_code == 401
    assert refused.is_json
    assert client.get(url).status_code == 303


def test_served_bytes_hold_no_position_nor_other_metadata(client_as: Callable[[User], Client], post: Post, alice: User) -> None:
    for url in _urls(post, alice):
        data = client_as(alice).get(url, buffered=True).data
        assert CANARY not in data
        assert b"Exif" not in data
        picture = Image.open(BytesIO(data))
        assert not picture.getexif()
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)


def test_the_headers_keep_a_photo_a_photo_of_one_viewer(client_as: Callable[[User], Client], post: Post, alice: User) -> None:
    answer = client_as(alice).get(_urls(post, alice)[0], buffered=True)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Cookie" in answer.headers["Vary"]
    assert not answer.headers.get("Content-Disposition", "").startswith("attachment")


def test_not_modified_is_said_only_to_who_may_see_it(
    client_as: Callable[[User], Client], post: Post, alice: User, charlie: User
) -> None:
    url = _urls(post, alice)[0]
    etag = client_as(alice).get(url, buffered=True).headers["ETag"]
    assert client_as(alice).get(url, headers={"If-None-Match": etag}, buffered=True).status_code == 304
    assert client_as(charlie).get(url, headers={"If-None-Match": etag}, buffered=True).status_code == 404
    assert client_as(charlie).get(url, headers={"If-None-Match": "*"}, buffered=True).status_code == 404


def test_denied_and_missing_answer_alike(client_as: Callable[[User], Client], post: Post, alice: User, charlie: User) -> None:
    hidden, never = _urls(post, alice)[0], f"/media/{uuid4()}/320.webp"
    denied, missing = (told(client_as(charlie).get(url, buffered=True), url) for url in (hidden, never))
    assert denied == missing


@pytest.mark.parametrize("name", ["321.webp", "320.jpg", "0.webp", "320.png", "320.svg", "99999999999999999999.webp", "-1.webp"])
def test_other_files_do_not_exist(name: str, client_as: Callable[[User], Client], post: Post, alice: User) -> None:
    token = _urls(post, alice)[0].split("/")[2]
    assert client_as(alice).get(f"/media/{token}/{name}").status_code == 404


def test_signed_out_one_is_led_to_sign_in_whether_it_exists_or_not(client: Client, post: Post, alice: User) -> None:
    there, nowhere = (client.get(url, buffered=True) for url in (_urls(post, alice)[0], f"/media/{uuid4()}/320.webp"))
    assert there.status_code == nowhere.status_code
    assert there.status_code in {303, 401}


def test_public_pages_show_public_photos_to_everybody_and_no_others(
    client: Client, post: Post, alice: User, work: Callable[[], int]
) -> None:
    open_post = published(alice, photos=(upload(),))
    work()
    with settings.override(replace(settings.current(), public_pages=True)):
        assert client.get(_urls(open_post, alice)[0], buffered=True).status_code == 200
        assert client.get(_urls(post, alice)[0], buffered=True).status_code == 404


def _leave(bob: User, northbridge: University) -> None:
    session.delete(session.get_one(OrganizationMembership, (northbridge.id, bob.id)))


@pytest.mark.parametrize("change", ["leaves", "blocked", "withdrawn", "narrowed"])
def test_a_change_is_effective_on_the_next_request(
    change: str, client_as: Callable[[User], Client], post: Post, alice: User, bob: User, northbridge: University
) -> None:
    url, reader = _urls(post, alice)[0], client_as(bob)
    etag = reader.get(url, buffered=True).headers["ETag"]
    with transaction():
        if change == "leaves":
            _leave(bob, northbridge)
        elif change == "blocked":
            make_block(blocker=alice, blocked=bob)
        elif change == "withdrawn":
            withdraw(viewer=viewer_of(alice), post_id=post.id, now=now())
        else:
            wanted = draft(organization_id=northbridge.id, audience=Audience.ONLY_ME)
            edit(viewer=viewer_of(alice), post_id=post.id, draft=wanted, now=now())
    assert reader.get(url, buffered=True).status_code == 404
    assert reader.get(url, headers={"If-None-Match": etag}, buffered=True).status_code == 404
    assert reader.get(f"/posts/{post.id}/photos/1").status_code == 404
    assert client_as(alice).get(url, buffered=True).status_code == 200


def test_one_statement_decides_about_a_file(
    client_as: Callable[[User], Client], post: Post, alice: User, count_queries: Callable[[], Any]
) -> None:
    url, client = _urls(post, alice)[0], client_as(alice)
    client.get(url, buffered=True)
    with count_queries() as statements:
        client.get(url, buffered=True)
    assert len([each for each in statements if "FROM photo" in each]) == 1
    assert len(statements) == 2  # who she is, and whether she may


def test_the_photo_page_leads_to_its_neighbours(client_as: Callable[[User], Client], post: Post, bob: User) -> None:
    client = client_as(bob)
    first, second, last = (client.get(f"/posts/{post.id}/photos/{n}").text for n in (1, 2, 3))
    assert "A secret hill" in first
    assert 'rel="prev"' not in first
    assert f"/posts/{post.id}/photos/2" in first
    assert f"/posts/{post.id}/photos/1" in second
    assert f"/posts/{post.id}/photos/3" in second
    assert 'rel="next"' not in last
    assert client.get(f"/posts/{post.id}/photos/4").status_code == 404
    assert client.get(f"/posts/{post.id}/photos/0").status_code == 404


def test_a_failed_photo_is_retried_by_its_author(
    client_as: Callable[[User], Client], alice: User, bob: User, work: Callable[[], int]
) -> None:
    made = published(alice, photos=(upload(photo()[:3000]),))
    work()
    page = client_as(alice).get(f"/posts/{made.id}").text
    assert "This photo cannot be read" in page
    assert "This photo cannot be read" not in client_as(bob).get(f"/posts/{made.id}").text
    assert client_as(bob).post(f"/posts/{made.id}/photos/1/retry").status_code == 403
    assert client_as(alice).post(f"/posts/{made.id}/photos/1/retry").status_code == 303
    assert session.scalars(select(Photo.state).where(Photo.post_id == made.id)).one() == "pending"
    assert client_as(alice).post(f"/posts/{made.id}/photos/2/retry").status_code == 404
    assert client_as(alice).post(f"/posts/{made.id}/photos/{2**40}/retry").status_code == 404
