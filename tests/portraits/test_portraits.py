"""The pictures beside names: given, replaced, removed; who may give them, where they show, and what is never kept."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select

from campus import quotas
from campus.accounts import actions as accounts
from campus.accounts.models import TokenScope
from campus.audit.models import AuditEntry
from campus.media.headers import Kind
from campus.media.variants import PORTRAITS, SIDES, portrait_key
from campus.operations import photos
from campus.organizations.models import Role
from campus.platform import clock
from campus.platform.db import session, transaction
from campus.platform.limits import usage
from campus.platform.storage import configured
from campus.portraits import actions
from campus.rights import erasure
from campus.rights.export import export
from tests.factories import make_member, make_token, make_user
from tests.media.corpus import CANARY, GREEN, RED, carrying_secrets, exif, hostile, photo, picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

    SignIn = Callable[[User], Client]

ADDRESS = re.compile(r"/avatars/[0-9a-f-]{36}/")
LOGO = "/o/northbridge/manage/logo"


def chosen(data: bytes | None = None, name: str = "me.jpg") -> dict[str, Any]:
    """What a form sends."""
    return {"picture": (BytesIO(photo() if data is None else data), name)}


def address(page: str) -> str:
    """The one address of pictures in a page."""
    [found] = set(ADDRESS.findall(page))
    return str(found)


def program(person: User) -> dict[str, Any]:
    """The headers of a program that acts for her."""
    return {"headers": {"Authorization": f"Bearer {make_token(user=person, scopes=(TokenScope.READ, TokenScope.WRITE))}"}}


def kept() -> list[str]:
    return configured().keys(PORTRAITS)


def test_a_picture_is_given_shown_everywhere_replaced_and_removed(
    client_as: SignIn, world: World, drain: Callable[[], int]
) -> None:
    browser, other = client_as(world.alice), client_as(world.bob)
    page = browser.get("/settings").text
    assert 'action="/settings/picture" enctype="multipart/form-data"' in page
    assert not ADDRESS.search(page)
    assert browser.post("/settings/picture", data=chosen()).status_code == 303
    first = address(browser.get("/settings").text)
    assert address(other.get("/u/alice").text) == first
    image = re.search(r"<img src=\"/avatars/[^>]*>", other.get("/u/alice").text)
    assert image
    for said in ('width="88"', 'height="88"', 'alt=""', 'loading="lazy"', "256.webp 2x"):
        assert said in image.group()

    for side in SIDES:
        served = other.get(f"{first}{side}.webp", buffered=True)
        assert (served.status_code, served.content_type) == (200, "image/webp")
        assert served.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "sandbox" in served.headers["Content-Security-Policy"]
        assert Image.open(BytesIO(served.data)).size == (side, side)
        again = other.get(f"{first}{side}.webp", headers={"If-None-Match": served.headers["ETag"]}, buffered=True)
        assert again.status_code == 304
    assert other.get(f"{first}100.webp").status_code == 404

    assert browser.post("/settings/picture", data=chosen(photo(Kind.PNG), "me.png")).status_code == 303
    second = address(browser.get("/settings").text)
    assert second != first
    assert (other.get(f"{first}64.webp").status_code, other.get(f"{second}64.webp", buffered=True).status_code) == (404, 200)
    drain()
    assert len(kept()) == len(SIDES)

    assert browser.post("/settings/picture/remove").status_code == 303
    assert browser.post("/settings/picture/remove").status_code == 303
    assert not ADDRESS.search(browser.get("/settings").text)
    assert other.get(f"{second}64.webp").status_code == 404
    drain()
    assert kept() == []


def test_the_square_in_the_middle_is_kept_upright_and_nothing_of_the_camera(client_as: SignIn, world: World) -> None:
    browser = client_as(world.alice)
    buffer = BytesIO()
    picture(600, 300).save(buffer, "JPEG", quality=95, exif=exif(6))  # stored lying: upright it is 300 by 600
    for data in (buffer.getvalue(), carrying_secrets(Kind.JPEG), carrying_secrets(Kind.PNG)):
        assert browser.post("/settings/picture", data=chosen(data)).status_code == 303
        for key in kept():
            assert CANARY not in configured().read(key)
    browser.post("/settings/picture", data=chosen(buffer.getvalue()))
    served = browser.get(f"{address(browser.get('/settings').text)}256.webp", buffered=True)
    shown = Image.open(BytesIO(served.data)).convert("RGB")
    corners = [shown.getpixel(at) for at in ((30, 30), (226, 226))]
    # Turned to the right, the bottom left is at the top left, and the top right at the bottom right.
    for seen, true in zip(corners, ((30, 40, 220), GREEN), strict=True):
        assert isinstance(seen, tuple)
        assert all(abs(one - other) < 12 for one, other in zip(seen, true, strict=True))
    assert RED not in corners


def test_what_is_no_photo_is_refused_in_words_and_the_picture_there_is_stays(client_as: SignIn, world: World) -> None:
    browser = client_as(world.alice)
    browser.post("/settings/picture", data=chosen())
    before = address(browser.get("/settings").text)
    hostiles = hostile()
    for data, name, words in [
        (b"", "", "Choose a JPEG, PNG, WebP, AVIF or HEIC photo"),
        (b"<!doctype html><script>alert(1)</script>", "me.jpg", "is a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "me.png", "is an SVG drawing"),
        (photo()[:-400], "cut.jpg", "is incomplete"),
        *((data, f"{name}.jpg", "") for name, data in list(hostiles.items())[:3]),
    ]:
        answer = browser.post("/settings/picture", data=chosen(data, name))
        assert answer.status_code in {413, 422}, name
        assert 'id="picture-error"' in answer.text
        assert words in answer.text
        assert address(answer.text) == before
    assert browser.post("/settings/picture").status_code == 422
    assert len(kept()) == len(SIDES)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_who_runs_an_organization_gives_it_a_logo(client_as: SignIn, world: World, drain: Callable[[], int], role: Role) -> None:
    runner = make_user()
    make_member(user=runner, organization=world.northbridge, role=role)
    browser = client_as(runner)
    assert browser.post(LOGO, data=chosen()).status_code == 303
    logo = address(browser.get("/o/northbridge/manage/settings").text)
    assert address(client_as(world.charlie).get("/o/northbridge").text) == logo
    assert logo in client_as(world.charlie).get("/explore").text
    told = client_as(world.alice).get("/api/organizations/northbridge/").get_json()["logo_url"]
    assert told == f"{logo}256.webp"
    assert browser.post(LOGO, data=chosen(b"nothing")).status_code == 422
    assert browser.post(f"{LOGO}/remove").status_code == 303
    assert client_as(world.alice).get("/api/organizations/northbridge/").get_json()["logo_url"] is None
    drain()
    assert kept() == []
    told = session.scalars(select(AuditEntry).where(AuditEntry.act == "organization.set_logo").order_by(AuditEntry.seq)).all()
    assert [(entry.actor, entry.before, entry.after) for entry in told] == [
        (f"user:{runner.id}", {"logo": False}, {"logo": True}),
        (f"user:{runner.id}", {"logo": True}, {"logo": False}),
    ]


def test_for_who_does_not_run_it_the_logo_is_missing(client: Client, client_as: SignIn, world: World) -> None:
    for person in (world.bob, world.charlie, world.root):
        browser = client_as(person)
        assert browser.post(LOGO, data=chosen()).status_code == 404
        assert browser.post(f"{LOGO}/remove").status_code == 404
        as_program = program(person)
        assert client.put("/api/organizations/northbridge/logo/", data=chosen(), **as_program).status_code == 404
        assert client.delete("/api/organizations/northbridge/logo/", **as_program).status_code == 404
    assert kept() == []


def test_programs_do_the_same(client: Client, client_as: SignIn, world: World) -> None:
    mine, other = program(world.alice), client_as(world.bob)
    answer = client.put("/api/me/avatar/", data=chosen(), **mine)
    assert answer.status_code == 200
    url = answer.get_json()["url"]
    assert client.get("/api/me/", **mine).get_json()["avatar_url"] == url
    assert other.get("/api/users/alice/").get_json()["avatar_url"] == url
    asked = {"query": '{ user(handle: "alice") { avatarUrl } organization(slug: "northbridge") { logoUrl } }'}
    told = client.post("/graphql", json=asked, **mine).get_json()["data"]
    assert told == {"user": {"avatarUrl": url}, "organization": {"logoUrl": None}}
    refused = client.put("/api/me/avatar/", data=chosen(b"<svg/>", "me.svg"), **mine)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "picture")
    for _ in range(2):
        assert client.delete("/api/me/avatar/", **mine).status_code == 204
    assert client.get("/api/me/", **mine).get_json()["avatar_url"] is None
    assert usage(quotas.UPLOADS, world.alice.id, now=clock.now()).used == 1


def test_the_picture_goes_where_the_name_goes(client_as: SignIn, world: World) -> None:
    token = actions.set_avatar(user_id=world.alice.id, data=photo(), filename="", now=clock.now())
    url, other = f"/avatars/{token}/64.webp", client_as(world.bob)
    assert other.get(url, buffered=True).status_code == 200
    for shut_out, let_in in ((accounts.suspend, accounts.reinstate), (accounts.leave, accounts.stay)):
        shut_out(world.alice.id, now=clock.now())
        assert other.get(url).status_code == 404
        assert str(token) not in client_as(world.root).get("/admin/people/alice").text
        let_in(world.alice.id)
        assert other.get(url, buffered=True).status_code == 200


def test_while_other_pictures_are_made_one_is_asked_to_wait(
    client_as: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SECONDS", 0.01)
    with actions.turn():
        answer = client_as(world.alice).post("/settings/picture", data=chosen())
    assert answer.status_code == 503
    assert "Please try again" in answer.text


def test_a_request_that_fails_later_leaves_no_file(world: World) -> None:
    with pytest.raises(RuntimeError), actions.made(world.alice.id, photo(), "me.jpg", clock.now()):
        raise RuntimeError
    assert kept() == []


def test_who_asks_for_her_data_gets_the_picture_and_who_is_forgotten_leaves_none(world: World, tmp_path: Path) -> None:
    token = actions.set_avatar(user_id=world.eve.id, data=photo(), filename="", now=clock.now())
    export(world.eve.id, to=tmp_path / "copy.zip", now=clock.now())
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert archive.read("picture.webp") == configured().read(portrait_key(token, 256))
        assert b"src='picture.webp'" in archive.read("index.html")
    erasure.erase(world.eve.id, now=clock.now())
    assert kept() == []


def test_files_are_compared_with_names(world: World) -> None:
    token = actions.set_avatar(user_id=world.alice.id, data=photo(), filename="", now=clock.now())
    configured().delete(portrait_key(token, 64))
    configured().write(portrait_key(token, 128), b"no picture")
    found = photos.faults(progress=lambda *_: None)
    assert [(fault.whose, fault.photo_id, fault.what) for fault in found] == [
        (f"user {world.alice.id}", None, "is missing"),
        (f"user {world.alice.id}", None, "cannot be read: UnidentifiedImageError"),
    ]
    later = clock.now() + timedelta(days=2)
    assert photos.orphans(now=later) == []
    with transaction():
        world.alice.avatar_token = None
    assert photos.orphans(now=later) == sorted(portrait_key(token, side) for side in (128, 256))
