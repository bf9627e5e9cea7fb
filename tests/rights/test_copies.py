"""A copy of one's data, asked for on the site: one at a time, told when it is ready, for her alone, gone after a week."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.actions import publish
from campus.posts.files import storage
from campus.rights import copies, erasure
from campus.rights.models import CopyState, DataCopy
from tests.api.conftest import program
from tests.factories import make_post
from tests.notifications.conftest import mails
from tests.posts.making import draft, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notifications.conftest import Outbox
    from tests.personas import World

__all__ = ["mails", "program"]

PAGE, FILE = "/settings/data", "/settings/data/copy.zip"


@pytest.fixture(autouse=True)
def _nothing_left(app: Any) -> None:
    del app
    for key in storage().keys(copies.PLACE):
        storage().delete(key)


def test_a_copy_is_asked_for_made_told_and_fetched(world: World, client_as: Any, mails: Outbox, drain: Callable[[], int]) -> None:
    make_post(author=world.bob, text="Of bob alone", audience="only_me")
    publish(viewer=viewer_of(world.alice), draft=draft(text="By the river", photos=(upload(),)), now=now())
    drain()
    browser = client_as(world.alice)
    assert "Ask for a copy" in browser.get(PAGE).text
    assert browser.get(FILE).status_code == 404
    assert browser.post(f"{PAGE}/copy").location == PAGE
    waits = browser.get(PAGE).text
    assert 'hx-trigger="every 3s"' in waits
    assert "Ask for a copy" not in waits
    piece = browser.get(PAGE, headers={"HX-Request": "true"}).text
    assert ("<html" in piece, "is being made" in piece) == (False, True)

    drain()
    ready = browser.get(PAGE).text
    assert ("Your copy is ready" in ready, "every 3s" in ready) == (True, False)
    fetched = browser.get(FILE)
    assert (fetched.status_code, fetched.mimetype) == (200, "application/zip")
    assert fetched.headers["Cache-Control"] == "private, no-store"
    assert "campus-alice.zip" in fetched.headers["Content-Disposition"]
    with fetched, zipfile.ZipFile(io.BytesIO(fetched.data)) as inside:
        assert {"index.html", "posts.json", "profile.json"} <= set(inside.namelist())
        assert [name for name in inside.namelist() if name.startswith("photos/")]
        assert "By the river" in inside.read("index.html").decode()
        assert not any(b"Of bob alone" in inside.read(name) for name in inside.namelist())
    drain()
    (mail,) = [each for each in mails() if "copy of your data is ready" in each["Subject"]]
    assert "/settings/data" in mail.get_content()
    assert client_as(world.bob).get(FILE).status_code == 404


def test_one_at_a_time_and_one_a_day(world: World, drain: Callable[[], int]) -> None:
    user_id = world.alice.id
    copies.ask(user_id=user_id, now=now())
    with pytest.raises(copies.CopyIsThere):
        copies.ask(user_id=user_id, now=now())
    drain()
    with pytest.raises(copies.CopyIsThere):
        copies.ask(user_id=user_id, now=now())
    before = copies.file_of(user_id, now=now())
    copies.ask(user_id=user_id, now=now() + timedelta(days=2))
    drain()
    assert not storage().exists(before)
    assert storage().exists(copies.file_of(user_id, now=now()))


def test_after_a_week_it_is_gone(world: World, drain: Callable[[], int]) -> None:
    copies.ask(user_id=world.alice.id, now=now())
    drain()
    later = now() + timedelta(days=7, minutes=1)
    assert copies.mine(world.alice.id, now=later) is None
    with pytest.raises(copies.NoCopy):
        copies.file_of(world.alice.id, now=later)
    assert copies.forget_old(now=now()) == 0
    assert copies.forget_old(now=later) == 1
    assert storage().keys(copies.PLACE) == []


def test_what_fails_is_told_and_asked_for_again_and_what_was_abandoned_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch, client_as: Any
) -> None:
    user_id = world.alice.id

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    copies.ask(user_id=user_id, now=now())
    with monkeypatch.context() as broken:
        broken.setattr("campus.rights.copies.export", full)
        assert copies.make_waiting(now=now) == 0
    browser = client_as(world.alice)
    assert "could not be made" in browser.get(PAGE).text
    browser.post(f"{PAGE}/copy")
    with transaction():
        session.get_one(DataCopy, user_id, populate_existing=True).state = CopyState.MAKING
    assert copies.make_waiting(now=now) == 0  # somebody is at it
    later = now() + timedelta(minutes=11)
    assert copies.make_waiting(now=lambda: later) == 1
    assert "Your copy is ready" in browser.get(PAGE).text


def test_who_is_erased_leaves_no_copy(world: World, drain: Callable[[], int]) -> None:
    copies.ask(user_id=world.alice.id, now=now())
    drain()
    erasure.erase(world.alice.id, now=now())
    assert storage().keys(copies.PLACE) == []


def test_programs_ask_and_fetch_with_a_token(world: World, program: Any, drain: Callable[[], int]) -> None:
    asking = program(world.alice, "read", "write")
    assert asking.get("/api/me/export/").json["state"] == "none"
    asked = asking.post("/api/me/export/")
    assert (asked.status_code, asked.json["state"]) == (202, "wanted")
    assert asking.post("/api/me/export/").status_code == 409
    drain()
    told = asking.get("/api/me/export/").json
    assert (told["state"], told["size"] > 0, told["url"]) == ("ready", True, FILE)
