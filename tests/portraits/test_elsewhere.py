"""Portraits in a bucket, and sent by the server in front; files that were lost or damaged are found, made anew and pruned."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from campus.accounts import actions as accounts
from campus.cli.media import group
from campus.media.variants import PORTRAITS, SIDES, portrait_key
from campus.operations import photos
from campus.platform import clock, settings
from campus.platform.db import session, transaction
from campus.platform.sending import PROTECTION
from campus.platform.storage import configured
from campus.portraits import actions
from campus.rights import erasure
from campus.rights.export import export
from tests.buckets import ACCEL, BUCKET
from tests.media.corpus import photo

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

    SignIn = Callable[[User], Client]

NORTHBRIDGE = "/o/northbridge/manage/logo"


@pytest.fixture(params=["folder", "bucket"])
def somewhere(request: pytest.FixtureRequest) -> None:
    """Each of the two kinds of storage."""
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")


def portrayed(person: User) -> uuid.UUID:
    return actions.set_avatar(user_id=person.id, data=photo(), filename="", now=clock.now())


def chosen() -> dict[str, Any]:
    return {"picture": (BytesIO(photo()), "me.jpg")}


def media(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(group, [*words, "--json"])


def test_a_picture_and_a_logo_in_a_bucket_from_upload_to_removal(
    in_bucket: None, client_as: SignIn, world: World, drain: Callable[[], int]
) -> None:
    hers, runs, other = client_as(world.alice), client_as(world.dana), client_as(world.bob)
    assert hers.post("/settings/picture", data=chosen()).status_code == 303
    assert runs.post(NORTHBRIDGE, data=chosen()).status_code == 303
    assert len(configured().keys(PORTRAITS)) == 2 * len(SIDES)
    for url in (
        hers.get("/api/users/alice/").get_json()["avatar_url"],
        hers.get("/api/organizations/northbridge/").get_json()["logo_url"],
    ):
        served = other.get(url)
        assert (served.status_code, served.content_type) == (200, "image/webp")
        assert Image.open(BytesIO(served.data)).size == (256, 256)
        assert served.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert other.get(url, headers={"If-None-Match": served.headers["ETag"]}).status_code == 304
    assert hers.post("/settings/picture", data=chosen()).status_code == 303
    drain()
    assert len(configured().keys(PORTRAITS)) == 2 * len(SIDES)
    hers.post("/settings/picture/remove")
    runs.post(f"{NORTHBRIDGE}/remove")
    drain()
    assert configured().keys(PORTRAITS) == []


def test_a_picture_in_a_bucket_is_in_the_export_and_goes_with_its_person(in_bucket: None, world: World, tmp_path: Path) -> None:
    token = portrayed(world.eve)
    export(world.eve.id, to=tmp_path / "copy.zip", now=clock.now())
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert archive.read("picture.webp") == configured().read(portrait_key(token, 256))
    erasure.erase(world.eve.id, now=clock.now())
    assert configured().keys(PORTRAITS) == []


def test_while_the_bucket_is_away_the_picture_there_is_stays(in_bucket: None, client_as: SignIn, world: World) -> None:
    url, hers = f"/avatars/{portrayed(world.alice)}/64.webp", client_as(world.alice)
    away = replace(settings.current().s3, endpoint="http://127.0.0.1:1")
    with settings.override(replace(settings.current(), s3=away)):
        assert hers.get(url).status_code == 503
        assert hers.post("/settings/picture", data=chosen()).status_code == 503
        assert hers.post("/settings/picture/remove").status_code == 303  # the files go when the bucket is back
        assert hers.post("/settings/picture", data=chosen()).status_code == 503
    assert hers.get("/api/me/").get_json()["avatar_url"] is None


def test_the_server_in_front_is_told_where_a_picture_is_while_it_is_shown(
    by_nginx: None, client_as: SignIn, world: World
) -> None:
    token, other = portrayed(world.alice), client_as(world.bob)
    url = f"/avatars/{token}/128.webp"
    answer = other.get(url)
    assert answer.status_code == 200
    assert answer.headers["X-Accel-Redirect"] == f"{ACCEL}{portrait_key(token, 128)}"
    assert (answer.data, answer.content_type) == (b"", "image/webp")
    kept = PROTECTION | {"Cache-Control": "private, max-age=31536000, immutable"}
    assert kept.items() <= dict(answer.headers).items()
    unchanged = other.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    wrong = other.get(url.replace("128", "129"))
    accounts.suspend(world.alice.id, now=clock.now())
    gone = other.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, wrong.status_code, gone.status_code) == (304, 404, 404)
    for each in (unchanged, wrong, gone):
        assert "X-Accel-Redirect" not in each.headers


def test_the_server_in_front_of_a_bucket_is_told_a_signed_address_of_a_picture(
    in_bucket: None, client_as: SignIn, world: World
) -> None:
    token = portrayed(world.alice)
    with settings.override(replace(settings.current(), media_accel=ACCEL)):
        told = client_as(world.bob).get(f"/avatars/{token}/64.webp").headers["X-Accel-Redirect"]
    assert told.startswith(f"{ACCEL}{BUCKET}/campus/{portrait_key(token, 64)}?")
    assert "X-Amz-Expires=60" in told


@pytest.mark.usefixtures("somewhere")
def test_what_is_lost_or_damaged_is_made_anew_from_the_largest_that_is_left(app: Flask, world: World) -> None:
    hers, whole = portrayed(world.alice), portrayed(world.bob)
    store, before = configured(), configured().read(portrait_key(whole, 64))
    store.delete(portrait_key(hers, 256))
    store.write(portrait_key(hers, 64), b"no picture")
    whose = f"user {world.alice.id}"
    found = media(app, "check")
    assert (found.exit_code, {fault["whose"] for fault in json.loads(found.stdout)["faults"]}) == (1, {whose})
    rehearsed = media(app, "regenerate", "--dry-run")
    assert (rehearsed.exit_code, json.loads(rehearsed.stdout)["portraits"]) == (0, [whose])
    assert json.loads(media(app, "check").stdout)["faults"] != []
    done = media(app, "regenerate")
    assert (done.exit_code, json.loads(done.stdout)["portraits"]) == (0, 1)
    assert json.loads(media(app, "check").stdout) == {"faults": [], "orphans": []}
    assert Image.open(BytesIO(store.read(portrait_key(hers, 256)))).size == (256, 256)
    assert store.read(portrait_key(whole, 64)) == before
    assert json.loads(media(app, "regenerate", "--all").stdout)["portraits"] == 2
    assert json.loads(media(app, "check").stdout) == {"faults": [], "orphans": []}


@pytest.mark.usefixtures("somewhere")
def test_of_whom_no_file_is_left_is_said(app: Flask, world: World) -> None:
    token = portrayed(world.alice)
    for side in SIDES:
        configured().delete(portrait_key(token, side))
    done = media(app, "regenerate")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"photos": 0, "portraits": 0, "lost": [], "lost_portraits": [f"user {world.alice.id}"]}


def test_pictures_in_a_bucket_that_nobody_names_are_found_once_they_are_old(in_bucket: None, world: World) -> None:
    token = portrayed(world.alice)
    later = clock.now() + timedelta(days=2)
    assert photos.orphans(now=later) == []
    with transaction():
        world.alice.avatar_token = None
    session.expire_all()
    assert photos.orphans(now=clock.now()) == []
    left = photos.orphans(now=later)
    assert left == sorted(portrait_key(token, side) for side in (128, 256, 64))
    photos.prune(left, progress=lambda *_: None)
    assert configured().keys(PORTRAITS) == []
