"""/settings/data: a copy of one's data, and the end of one's account; with a way back for some days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.accounts.actions import suspend
from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.rights import erasure
from tests.accounts.people import PASSWORD, is_in, make_ada, sign_in
from tests.factories import make_member, make_post, make_token
from tests.notifications.conftest import mails

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.notifications.conftest import Outbox
    from tests.personas import World

__all__ = ["mails"]


@pytest.fixture
def ada(app: Any) -> User:
    del app
    return make_ada()


def delete(browser: Client, password: str = PASSWORD) -> Any:
    return browser.post("/settings/data/delete", data={"password": password})


def test_she_deletes_her_account_with_her_password_and_is_out_everywhere(
    world: World, ada: User, client: Client, client_as: Any, mails: Outbox, drain: Callable[[], int]
) -> None:
    elsewhere, token = client_as(ada), make_token(user=ada)
    post = make_post(author=ada, audience="public")
    sign_in(client)
    assert "14 days" in client.get("/settings/data").text
    asked = client.get("/settings/data/delete").text
    assert "signed out on every device" in asked
    assert "without your name" in asked
    refused = delete(client, "wrong-password-9")
    assert (refused.status_code, "not your present password" in refused.text, is_in(client)) == (422, True, True)

    done = delete(client)
    assert (done.status_code, done.location) == (303, "/login")
    assert "You are signed out everywhere" in client.get("/login").text
    assert not is_in(client)
    assert not is_in(elsewhere)
    assert client.get("/api/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    reader = client_as(world.bob)
    assert reader.get(f"/posts/{post.id}").status_code == 404
    assert reader.get("/u/ada").status_code == 404
    drain()
    (mail,) = mails()
    assert "Your account is to be deleted" in mail["Subject"]
    assert "if it was not you" in mail.get_content()


def test_signing_in_again_offers_to_keep_the_account_and_nothing_else(
    ada: User, client: Client, mails: Outbox, drain: Callable[[], int]
) -> None:
    sign_in(client)
    delete(client)
    assert client.get("/leaving").location == "/login"
    assert "do not belong together" in sign_in(client, password="wrong-password-9").text
    assert sign_in(client).location == "/leaving"
    assert not is_in(client)
    assert "Keep my account" in client.get("/leaving").text
    assert client.post("/leaving").location == "/"
    assert is_in(client)
    assert erasure.due(ada.id) is None
    drain()
    assert any("Your account stays" in mail["Subject"] for mail in mails())


def test_the_offer_is_for_minutes_and_for_who_is_not_suspended(
    ada: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    delete(client)
    sign_in(client)
    later = now() + timedelta(minutes=16)
    with monkeypatch.context() as clock:
        clock.setattr("campus.platform.clock.now", lambda: later)
        assert client.post("/leaving").location == "/login"
    assert erasure.due(ada.id)
    sign_in(client)
    suspend(ada.id, now=now())
    assert client.post("/leaving").location == "/login"
    assert not is_in(client)
    assert "an administrator has suspended" in sign_in(client).text


def test_who_is_needed_is_told_what_to_do(world: World, ada: User, client_as: Any, root: User) -> None:
    with transaction():
        make_member(user=ada, organization=world.studio, role=Role.OWNER)
    browser = client_as(ada)
    page = browser.get("/settings/data/delete").text
    assert f'href="/o/{world.studio.slug}/manage/members"' in page
    assert 'name="password"' not in page
    assert delete(browser).status_code == 409
    assert "last administrator" in client_as(root).get("/settings/data/delete").text
    session.expire_all()
    assert is_in(browser)
